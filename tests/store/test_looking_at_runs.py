"""What a page shows of runs, events and deliveries."""

from __future__ import annotations

import pytest

from hub.model import Attempt, DeliveryStatus, Event, RunStatus, StepStatus
from hub.ports import Arrival, Entry, RunChange
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from tests.store.samples import (
    LEASE,
    NOW,
    claim_one,
    finish,
    make_arrival,
    make_delivery,
    make_event,
    make_recipe,
    make_run,
    make_step,
)


@pytest.fixture
def views(db: Database) -> Views:
    """The views of the database."""
    return Views(db)


def job(name: str, record_id: str, title: str) -> Event:
    data = {"resource": "jobs", "record_id": record_id, "record": {"id": record_id, "name": title, "po_number": "PO-7"}}
    return make_event(name, type="jobs.updated", source="poll:jobs", data=data)


def ids(listing: object) -> list[str]:
    return [each.id for each in listing.items]  # type: ignore[attr-defined]


def test_a_line_shows_what_the_run_is_about(views: Views, ledger: SqlLedger) -> None:
    ledger.publish([make_recipe("greet", name="Greet a lead")], now=NOW)
    happened = job("1", "j7", "Miller House")
    ledger.admit([Arrival(happened, (make_run(happened, "1"),))])
    [line] = views.runs().items
    assert (line.id, line.recipe_id, line.recipe_name, line.status) == (
        "run_1",
        "greet",
        "Greet a lead",
        RunStatus.QUEUED,
    )
    assert (line.event_type, line.resource, line.record_id) == ("jobs.updated", "jobs", "j7")
    assert line.subject == "miller house po-7"
    assert (line.created_at, line.due_at, line.started_at, line.error) == (NOW, NOW, None, None)


def test_runs_are_found_by_status_recipe_and_record(views: Views, ledger: SqlLedger) -> None:
    first, second = job("1", "j1", "Miller"), job("2", "j2", "Smith")
    ledger.admit(
        [
            Arrival(first, (make_run(first, "a", "one"), make_run(first, "b", "two", created_at=NOW + 1))),
            Arrival(second, (make_run(second, "c", "one", created_at=NOW + 2, status=RunStatus.HELD),)),
        ]
    )
    assert ids(views.runs()) == ["run_c", "run_b", "run_a"]
    assert ids(views.runs(recipe_id="one")) == ["run_c", "run_a"]
    assert ids(views.runs(status=RunStatus.HELD)) == ["run_c"]
    assert ids(views.runs(status=RunStatus.QUEUED, recipe_id="one")) == ["run_a"]
    assert ids(views.runs(record_id="j1")) == ["run_b", "run_a"]
    assert ids(views.runs(recipe_id="three")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MILLER", ["run_1"]),
        ("  house   mill ", ["run_1"]),
        ("müller", ["run_2"]),
        ("MÜLLER", ["run_2"]),
        ("100%", ["run_2"]),
        ("a_b", ["run_2"]),
        ("acb", []),
        ("run_1", ["run_1"]),
        ("evt_2", ["run_2"]),
        ("j1", ["run_1"]),
        ("miller müller", []),
        ("555-0100", ["run_3"]),
    ],
)
def test_a_search_finds_words_and_ids(views: Views, ledger: SqlLedger, text: str, found: list[str]) -> None:
    lead = make_event("3", data={"body": {"first_name": "Ana", "phone": "+1 555-0100", "tags": ["x"]}})
    for happened in (job("1", "j1", "Miller House"), job("2", "j2", "Müller 100% a_b"), lead):
        ledger.admit([Arrival(happened, (make_run(happened, happened.id[4:]),))])
    assert ids(views.runs(text=text)) == found


def test_a_run_page_has_everything_about_it(views: Views, ledger: SqlLedger) -> None:
    ledger.publish([make_recipe("greet", name="Greet a lead")], now=NOW)
    ledger.accept(make_delivery("1"), make_arrival("1"))
    ledger.accept(make_delivery("2", received_at=NOW + 1), Arrival(make_event("2", key="1")))
    claimed = claim_one(ledger)
    steps = tuple(make_step("run_1", path, StepStatus.OK) for path in ("z", "a", "loop[10]", "loop[9]"))
    tries = tuple(Attempt("run_1", "a", number, NOW, NOW + number, "error") for number in (2, 1))
    change = RunChange(RunStatus.FAILED, error={"message": "no"}, finished_at=NOW)
    ledger.record([Entry("run_1", claimed.run.claim, steps, tries, change)])
    replay = make_run(make_event("1"), "again", replay_of="run_1", replay_no=1)
    ledger.admit([Arrival(make_event("1"), (replay,))])
    page = views.run("run_1")
    assert page is not None
    assert (page.run.status, page.run.error, page.recipe_name) == (RunStatus.FAILED, {"message": "no"}, "Greet a lead")
    assert page.event == make_event("1")
    assert [each.step.path for each in page.steps] == ["z", "a", "loop[10]", "loop[9]"], "as they were begun"
    assert [each.number for each in page.steps[1].attempts] == [1, 2]
    assert page.delivery is not None
    assert (page.delivery.id, page.delivery.status) == ("dlv_1", DeliveryStatus.ACCEPTED)
    assert [(each.id, each.replay_of) for each in page.replays] == [("run_again", "run_1")]
    assert views.run("run_0") is None


def test_a_run_without_delivery_or_published_recipe_has_a_page_too(views: Views, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    page = views.run("run_1")
    assert page is not None
    assert (page.delivery, page.recipe_name, page.steps) == (None, "greet", ())


def test_an_event_page_shows_its_runs_and_every_report_of_it(views: Views, ledger: SqlLedger) -> None:
    ledger.accept(make_delivery("1"), make_arrival("1"))
    ledger.accept(make_delivery("2", received_at=NOW + 1), Arrival(make_event("2", key="1")))
    page = views.event("evt_1")
    assert page is not None
    assert [each.id for each in page.runs] == ["run_1"]
    assert [(each.id, each.status) for each in page.deliveries] == [("dlv_1", "accepted"), ("dlv_2", "duplicate")]
    assert views.event("evt_2") is None


def test_deliveries_are_found_by_status_and_path_page_by_page(views: Views, ledger: SqlLedger) -> None:
    for number in range(5):
        ledger.reject(make_delivery(str(number), received_at=NOW + number // 2), reason="unknown", recipe_id="greet")
    ledger.accept(make_delivery("ok", path="forms", received_at=NOW - 1), make_arrival("1"))
    first = views.deliveries(status=DeliveryStatus.REJECTED, limit=3)
    rest = views.deliveries(status=DeliveryStatus.REJECTED, limit=3, after=first.next)
    assert ids(first) + ids(rest) == ["dlv_4", "dlv_3", "dlv_2", "dlv_1", "dlv_0"]
    assert rest.next == ""
    assert ids(views.deliveries(path="forms")) == ["dlv_ok"]
    line = views.deliveries().items[0]
    assert (line.reason, line.recipe_id, line.size, line.path) == ("unknown", "greet", 15, "leads")
    page = views.delivery("dlv_4")
    assert page is not None
    assert page.delivery == make_delivery("4", received_at=NOW + 2)
    assert views.delivery("dlv_9") is None


def test_latest_runs_are_those_of_each_recipe(views: Views, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival(str(number), "ab"[number % 2], created_at=NOW + number) for number in range(6)])
    latest = views.latest_runs(["a", "b", "c"], each=2)
    assert {recipe: [line.id for line in lines] for recipe, lines in latest.items()} == {
        "a": ["run_4", "run_2"],
        "b": ["run_5", "run_3"],
        "c": [],
    }


def test_the_next_replay_has_the_next_number(views: Views, ledger: SqlLedger) -> None:
    assert views.next_replay_no("evt_1", "greet") == 1
    ledger.admit([make_arrival("1")])
    assert views.next_replay_no("evt_1", "greet") == 1
    ledger.admit([Arrival(make_event("1"), (make_run(make_event("1"), "again", replay_no=4),))])
    assert views.next_replay_no("evt_1", "greet") == 5


def test_the_list_of_recipes_says_how_each_is_doing(views: Views, ledger: SqlLedger) -> None:
    ledger.publish([make_recipe("b", name="B"), make_recipe("a", name="A")], now=NOW)
    for number, (status, at) in enumerate(
        [(RunStatus.FAILED, NOW - 90_000), (RunStatus.FAILED, NOW - 60), (RunStatus.SUCCEEDED, NOW - 30)]
    ):
        ledger.admit([make_arrival(str(number), "a", created_at=at)])
        [claimed] = ledger.claim("worker", limit=1, now=NOW, lease=LEASE)
        finish(ledger, claimed, status)
    busy, idle = views.recipes(now=NOW)
    assert (busy.recipe_id, busy.last_status, busy.last_run_at) == ("a", RunStatus.SUCCEEDED, NOW - 30)
    assert busy.recent == {RunStatus.FAILED: 1, RunStatus.SUCCEEDED: 1}
    assert (idle.recipe_id, idle.last_status, idle.last_run_at, idle.recent) == ("b", None, None, {})
    page = views.recipe("a", now=NOW)
    assert page is not None
    assert page.line == busy
    assert page.source == make_recipe("a").source
    assert views.recipe("z", now=NOW) is None

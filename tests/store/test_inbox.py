"""The inbox's rows: conflicts, what is kept back and let go of once, samples, what was turned away, replays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hub.model import DeliveryStatus, RunStatus
from hub.ports import Arrival, Settlement
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from tests.store.samples import NOW, claim_one, finish, make_arrival, make_delivery, make_event, make_run

BY = "ana@example.com"


@pytest.fixture
def views(db: Database) -> Views:
    """What can be seen of the same database."""
    return Views(db)


def status(views: Views, name: str) -> DeliveryStatus:
    page = views.delivery(make_delivery(name).id)
    assert page is not None
    return page.line.status


def release(name: str, *, item: tuple[str, int] | None = None) -> Settlement:
    """What becomes of a delivery that was kept back."""
    event = make_event(name)
    arrival = Arrival(event, (make_run(event, name),))
    return Settlement(f"dlv_{name}", DeliveryStatus.PAUSED, DeliveryStatus.ACCEPTED, arrival, item=item)


def test_another_body_under_the_same_id_is_a_conflict(ledger: SqlLedger, views: Views) -> None:
    first = ledger.accept(make_delivery("1"), make_arrival("1"), same_body=True)
    other = ledger.accept(make_delivery("2", body=b"other"), make_arrival("1"), same_body=True)
    same = ledger.accept(make_delivery("3"), make_arrival("1"), same_body=True)
    assert [each.event_id for each in (other, same)] == [first.event_id] * 2
    assert (other.became, same.became) == (DeliveryStatus.CONFLICT, DeliveryStatus.DUPLICATE)
    assert status(views, "2") is DeliveryStatus.CONFLICT
    assert len(views.runs().items) == 1
    assert ledger.accept(make_delivery("4", body=b"4"), make_arrival("1")).became is DeliveryStatus.DUPLICATE


def test_what_comes_to_a_paused_address_has_an_event_and_no_runs(ledger: SqlLedger, views: Views) -> None:
    assert ledger.pause("leads", by=BY, now=NOW)
    assert not ledger.pause("leads", by=BY, now=NOW)
    accepted = ledger.accept(make_delivery("1"), make_arrival("1"))
    assert (accepted.run_ids, accepted.became) == ((), DeliveryStatus.PAUSED)
    assert ledger.accept(make_delivery("2"), make_arrival("1")).became is DeliveryStatus.DUPLICATE
    assert ledger.accept(make_delivery("3", path="other"), make_arrival("3")).run_ids
    assert views.kept_back("leads", limit=10) == ["dlv_1"]
    assert not ledger.reopen("leads", now=NOW)
    assert ledger.resume("leads", by=BY, now=NOW)
    assert not ledger.reopen("leads", now=NOW)


def test_a_replayed_delivery_is_seen_through_while_paused(ledger: SqlLedger, views: Views) -> None:
    ledger.pause("leads", by=BY, now=NOW)
    ledger.accept(make_delivery("1"), make_arrival("1"), likeness="text")
    assert ledger.accept(make_delivery("2"), make_arrival("2"), likeness="text").became is DeliveryStatus.REPLAYED


def test_many_that_let_go_of_the_same_delivery_start_it_once(ledger: SqlLedger, views: Views) -> None:
    ledger.pause("leads", by=BY, now=NOW)
    ledger.accept(make_delivery("1"), make_arrival("1"))
    ledger.resume("leads", by=BY, now=NOW)
    with ThreadPoolExecutor(5) as pool:
        done = list(pool.map(lambda _: ledger.settle(release("1")), range(10)))
    assert sum(each is not None for each in done) == 1
    assert len(views.runs().items) == 1
    assert status(views, "1") is DeliveryStatus.ACCEPTED
    assert ledger.reopen("leads", now=NOW)
    assert views.address("leads").state == ""


def test_an_address_opens_only_when_nothing_is_kept_back_however_late_it_came(ledger: SqlLedger, views: Views) -> None:
    ledger.pause("leads", by=BY, now=NOW)
    ledger.resume("leads", by=BY, now=NOW)

    def bring(number: int) -> bool:
        if number % 4 == 0:
            return ledger.reopen("leads", now=NOW)
        ledger.accept(make_delivery(str(number)), make_arrival(str(number)))
        return False

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(bring, range(1, 60)))
    for each in views.kept_back("leads", limit=100):
        assert ledger.settle(release(each.removeprefix("dlv_")))
    assert ledger.reopen("leads", now=NOW) or views.address("leads").state == ""
    assert views.kept_back("leads", limit=100) == []
    assert len(views.runs(limit=100).items) == 59 - 14


def test_unheard_deliveries_are_kept_by_what_the_address_is(ledger: SqlLedger, views: Views) -> None:
    def bring(name: str, **more: object) -> DeliveryStatus:
        return ledger.keep_unheard(make_delivery(name, **more), reason="Nobody.", most_samples=2)

    assert bring("1") is DeliveryStatus.REJECTED
    assert ledger.listen("leads", until=NOW + 60, by=BY, now=NOW)
    assert [bring(name) for name in "234"] == [DeliveryStatus.SAMPLE] * 2 + [DeliveryStatus.REJECTED]
    assert bring("5", received_at=NOW + 61) is DeliveryStatus.REJECTED
    ledger.pause("leads", by=BY, now=NOW)
    assert bring("6") is DeliveryStatus.PAUSED
    assert views.sampled_paths() == ("leads",)
    assert {each.id for each in views.samples("leads")} == {"dlv_2", "dlv_3"}
    loud = ledger.keep_unheard(make_delivery("7", path="x"), reason="", most_samples=2, keeps_rejected=False)
    assert (loud, views.delivery("dlv_7")) == (DeliveryStatus.REJECTED, None)


def test_only_so_many_addresses_are_listened_to(ledger: SqlLedger) -> None:
    for number in range(50):
        assert ledger.listen(f"a{number}", until=NOW + 60, by=BY, now=NOW)
    assert not ledger.listen("one-more", until=NOW + 60, by=BY, now=NOW)
    assert ledger.listen("a1", until=0.0, by=BY, now=NOW)
    assert ledger.listen("one-more", until=NOW + 60, by=BY, now=NOW)


def test_what_was_turned_away_is_summed_up(ledger: SqlLedger, views: Views) -> None:
    minute = int(NOW // 60)
    ledger.count_refused({("leads", "too many", minute): 30, ("", "not believed", minute): 4})
    ledger.count_refused({("leads", "too many", minute): 5, ("leads", "too many", minute + 1): 2})
    ledger.count_refused({})
    leads, unknown = views.refused(since=NOW - 60)
    assert (leads.path, leads.kind, leads.count) == ("leads", "too many", 37)
    assert (leads.since, leads.until) == (minute * 60.0, minute * 60.0 + 120.0)
    assert (unknown.path, unknown.count) == ("", 4)
    assert views.refused(since=NOW + 600) == ()
    assert [each.count for each in views.refused(since=NOW - 60, path="leads")] == [37]


def test_a_part_of_a_replay_is_done_once(ledger: SqlLedger, views: Views) -> None:
    event = make_event("1")
    ledger.accept(make_delivery("1"), Arrival(event, (make_run(event, "1"),)))
    ledger.begin_replay("rpl_1", ["dlv_1"], filters={"path": "leads"}, by=BY, now=NOW)

    def again(number: int) -> bool:
        run = replace(make_run(event, f"again{number}"), replay_no=number, replay_of="run_1")
        accepted = DeliveryStatus.ACCEPTED
        settlement = Settlement("dlv_1", accepted, accepted, Arrival(event, (run,)), item=("rpl_1", 0))
        return ledger.settle(settlement) is not None

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(again, range(1, 9))) == 1
    page = views.replay("rpl_1")
    assert page is not None
    assert (page.total, page.done, page.refused, page.filters) == (1, 1, 0, {"path": "leads"})
    assert len(page.items[0].run_ids) == 1
    assert len(views.runs().items) == 2


def test_what_is_kept_back_is_not_tidied_away(ledger: SqlLedger, views: Views) -> None:
    ledger.pause("leads", by=BY, now=NOW)
    ledger.accept(make_delivery("1"), make_arrival("1"))
    ledger.accept(make_delivery("2", path="x", received_at=NOW), make_arrival("2"))
    finish(ledger, claim_one(ledger), RunStatus.SUCCEEDED, NOW)
    ledger.count_refused({("leads", "too many", int(NOW // 60)): 1})
    ledger.begin_replay("rpl_1", ["dlv_2"], filters={}, by=BY, now=NOW)
    ledger.prune(NOW + 100 * 86_400, keep_succeeded=86_400.0, keep_failed=86_400.0)
    assert (views.delivery("dlv_1") is not None, views.delivery("dlv_2")) == (True, None)
    assert views.event("evt_1") is not None
    assert views.refused(since=0.0) == ()
    assert views.replay("rpl_1") is None
    assert ledger.settle(release("1"))


def test_a_search_says_how_far_it_looked(ledger: SqlLedger, views: Views, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.store.views.gate.SEARCHED", 100)
    for number in range(150):
        name = f"{number:03}"
        ledger.reject(make_delivery(name, body=name.encode(), received_at=NOW + number), reason="x")
    found = views.search_deliveries(lambda each: each.body in (b"149", b"001"))
    assert ([each.id for each in found.items], found.looked, found.until) == (["dlv_149"], 100, NOW + 50)
    rest = views.search_deliveries(lambda each: each.body in (b"149", b"001"), after=found.next)
    assert ([each.id for each in rest.items], rest.looked, rest.until, rest.next) == (["dlv_001"], 50, None, "")
    first = views.search_deliveries(lambda _: True, limit=2)
    assert (len(first.items), first.looked) == (2, 2)
    assert [each.id for each in views.deliveries(since=NOW + 10, until=NOW + 12).items] == ["dlv_011", "dlv_010"]

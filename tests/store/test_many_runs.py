"""A hundred thousand runs: every page is found by an index, no row twice, none missing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, text

from hub.model import RunStatus
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from hub.store.views import runs as run_views
from tests.services.postgres import Cluster
from tests.store.samples import LEASE, NOW

RUNS = 100_000
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
FILL_EVENTS = f"""
    INSERT INTO event (id, type, source, key, time, subject, data) {NUMBERS}
    SELECT 'evt_' || i, 'webhook', 'webhook:x', 'k' || i, 1.0, 'lead ' || i, '{{}}' FROM n"""  # noqa: S608
# Three runs at each moment. One in 1,000 failed, one in 5,000 waits, one in 10,000 is due.
FILL_RUNS = f"""
    INSERT INTO run (id, event_id, recipe_id, status, due_at, created_at, finished_at, variables, replay_no) {NUMBERS}
    SELECT 'run_' || (100000 + i), 'evt_' || (i / 100), 'r' || (i % 10),
        CASE WHEN i % 10000 = 3 OR i % 5000 = 2 THEN 'queued' WHEN i % 1000 = 1 THEN 'failed' ELSE 'succeeded' END,
        CASE WHEN i % 10000 = 3 THEN {NOW} ELSE {NOW + 9999} END,
        {NOW} - 40000 + (i / 3), {NOW}, '{{}}', i FROM n"""  # noqa: S608


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def full_db(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with RUNS runs on 1,000 events. The tests leave it as it is."""
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("full") / "hub.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        db = Database.open(f"sqlite:///{file}")
    else:
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        db = Database.open(cluster.url(cluster.new_database(request.getfixturevalue("postgres_template"))))
    with db.write() as connection:
        connection.execute(text(FILL_EVENTS), {"last": RUNS // 100 - 1})
        connection.execute(text(FILL_RUNS), {"last": RUNS - 1})
    SqlLedger(db).vacuum()
    yield db
    db.close()


def name_of(number: int) -> str:
    return f"run_{100_000 + number}"


def read_all(page: Callable[[str], Any]) -> list[str]:
    found: list[str] = []
    after = ""
    while True:
        listing = page(after)
        found += [each.id for each in listing.items]
        after = listing.next
        if not after:
            return found


def test_going_through_all_pages_shows_every_run_once_newest_first(full_db: Database) -> None:
    views = Views(full_db)
    found = read_all(lambda after: views.runs(after=after, limit=1_000))
    assert len(found) == RUNS
    assert found == sorted(found, reverse=True)


def test_going_through_a_filter_shows_just_those(full_db: Database) -> None:
    views = Views(full_db)
    failed = read_all(lambda after: views.runs(status=RunStatus.FAILED, after=after, limit=7))
    assert failed == [name_of(number) for number in range(RUNS - 999, 0, -1_000)]
    own = read_all(lambda after: views.runs(status=RunStatus.QUEUED, recipe_id="r3", after=after, limit=7))
    assert own == [name_of(number) for number in range(RUNS - 9_997, 0, -10_000)]


def test_a_search_goes_on_where_it_stopped(full_db: Database) -> None:
    views = Views(full_db)
    first = views.runs(text="lead 7")
    assert len(first.items) == 50
    old = views.runs(text="evt_3")
    assert old.items == ()
    assert old.next, "not in the newest runs, but there are more"
    found = read_all(lambda after: views.runs(text="evt_3", after=after, limit=30))
    assert found == [name_of(number) for number in range(399, 299, -1)]


def test_a_search_ends_when_all_is_searched(full_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_views, "SEARCHED", RUNS)
    assert Views(full_db).runs(text="nobody").next == "", "what was looked through to the end does not go on"


@pytest.mark.parametrize("odd", ["", "x", "~", "1e999~run_1", "nan~run_1", "12~", "~run_1"])
def test_a_key_that_is_none_starts_anew(full_db: Database, odd: str) -> None:
    assert Views(full_db).runs(after=odd, limit=1).items[0].id == name_of(RUNS - 1)


QUESTIONS: dict[str, Callable[[Views, SqlLedger], object]] = {
    "all": lambda views, _: views.runs(after=f"{NOW - 20_000}~run_1"),
    "status": lambda views, _: views.runs(status=RunStatus.FAILED, after=f"{NOW - 20_000}~run_1"),
    "recipe": lambda views, _: views.runs(recipe_id="r1", after=f"{NOW - 20_000}~run_1"),
    "recipe and status": lambda views, _: views.runs(recipe_id="r1", status=RunStatus.FAILED),
    "record": lambda views, _: views.runs(record_id="j1"),
    "one run": lambda views, _: views.run("run_100007"),
    "one event": lambda views, _: views.event("evt_7"),
    "recipes": lambda views, _: (views.latest_runs(["r1"]), views.recipe("r1", now=NOW)),
    "clock": lambda views, _: (views.due_count(NOW), views.next_due()),
    "in flight": lambda _, ledger: ledger.writes_in_flight("jobs", sent_before=NOW),
    "claim": lambda _, ledger: ledger.claim("worker", limit=5, now=NOW - 1, lease=LEASE),
    "renew": lambda _, ledger: ledger.renew([("run_100007", 1)], until=NOW),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_reads_a_whole_table(full_db: Database, name: str) -> None:
    asked: list[tuple[str, Any]] = []
    engine = full_db._engine
    event.listen(engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: asked.append((sql, values)))
    QUESTIONS[name](Views(full_db), SqlLedger(full_db))
    explain = "EXPLAIN QUERY PLAN " if full_db.is_sqlite else "EXPLAIN "
    questions = [(sql, values) for sql, values in asked if re.match(r"\s*(SELECT|WITH|UPDATE)", sql)]
    assert questions
    whole = re.compile(r"SCAN (run|step|attempt|delivery)$|Seq Scan on run\b")
    for sql, values in questions:
        with full_db.read() as connection:
            plan = [row[-1] for row in connection.exec_driver_sql(explain + sql, values)]
        assert not [line for line in plan if whole.search(line)], (sql, plan)


def test_claims_find_the_few_that_are_due(full_db: Database) -> None:
    assert Views(full_db).due_count(NOW) == 10
    assert Views(full_db).next_due() == NOW

"""Runs about one record go one at a time across recipes, and nobody waits for who is stuck."""

from __future__ import annotations

import zlib

import pytest
from sqlalchemy import text

from hub.ports import RunChange
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.locks import CLAIMING
from tests.store.lane_steps import HELD, PARKED, RETRY, WAIT, claim, happen, leave, see
from tests.store.samples import LEASE, NOW, finish


def test_runs_about_a_record_go_one_at_a_time_across_recipes(ledger: SqlLedger) -> None:
    happen(ledger, "first", "one", "two")
    happen(ledger, "second", "one")
    happen(ledger, "elsewhere", "one", record="8")
    order = []
    for _ in range(3):
        now = claim(ledger)
        about = [name for name in now if not name.startswith("elsewhere")]
        assert len(about) == 1
        assert claim(ledger) == {}
        order += about
        finish(ledger, now[about[0]])
    assert order == ["first one", "first two", "second one"]


@pytest.mark.parametrize("change", [WAIT, HELD, PARKED], ids=lambda change: change.status)
def test_who_waits_gives_the_record_up(ledger: SqlLedger, change: RunChange) -> None:
    happen(ledger, "first", "one", "two")
    now = claim(ledger)
    assert claim(ledger) == {}
    leave(ledger, now["first one"], change)
    assert set(claim(ledger)) == {"first two"}


def test_who_tries_again_keeps_the_record(ledger: SqlLedger) -> None:
    happen(ledger, "first", "one", "two")
    leave(ledger, claim(ledger)["first one"], RETRY)
    assert claim(ledger) == {}
    assert see(ledger, "first two").record_behind == "run_first one"
    again = claim(ledger, now=NOW + 30)
    assert set(again) == {"first one"}
    finish(ledger, again["first one"])
    assert set(claim(ledger, now=NOW + 30)) == {"first two"}


def test_who_comes_back_goes_first_but_interrupts_nobody(ledger: SqlLedger) -> None:
    for name in ("first", "second", "third"):
        happen(ledger, name)
    leave(ledger, claim(ledger)["first greet"], WAIT)
    later = NOW + 3600
    at_work = claim(ledger, now=NOW)["second greet"]
    assert claim(ledger, now=NOW + 1) == {}
    ledger.renew([(at_work.run.id, 1)], until=later + LEASE)
    assert claim(ledger, now=later) == {}
    finish(ledger, at_work)
    assert set(claim(ledger, now=later)) == {"first greet"}


def test_who_keeps_the_record_is_not_overtaken_by_one_that_comes_back(ledger: SqlLedger) -> None:
    happen(ledger, "first")
    happen(ledger, "second")
    leave(ledger, claim(ledger)["first greet"], HELD)
    leave(ledger, claim(ledger)["second greet"], RETRY)
    ledger.requeue(["run_first greet"], now=NOW)
    assert claim(ledger) == {}
    again = claim(ledger, now=NOW + 30)
    assert set(again) == {"second greet"}
    finish(ledger, again["second greet"])
    assert set(claim(ledger, now=NOW + 30)) == {"first greet"}


def test_a_run_that_its_own_lane_stops_stops_nobody_at_the_record(ledger: SqlLedger) -> None:
    happen(ledger, "stuck", "queue", record="8", mode="queued", lane="queue")
    leave(ledger, claim(ledger)["stuck queue"], HELD)
    happen(ledger, "first", "queue", mode="queued", lane="queue")
    happen(ledger, "second", "free")
    assert set(claim(ledger)) == {"second free"}


def test_a_run_without_a_lane_waits_for_nobody(ledger: SqlLedger) -> None:
    happen(ledger, "first", "one")
    happen(ledger, "second", "hasty", waits=False)
    assert set(claim(ledger)) == {"first one", "second hasty"}


def test_nobody_goes_to_sleep_behind_a_sleeper(db: Database) -> None:
    """Two that found each other at work in turn would otherwise sleep behind each other."""
    ledger = SqlLedger(db)
    happen(ledger, "first")
    happen(ledger, "second")
    with db.write() as connection:
        connection.execute(text("UPDATE run SET record_behind = 'run_second greet' WHERE id = 'run_first greet'"))
    at_work = claim(ledger)
    assert set(at_work) == {"second greet"}
    finish(ledger, at_work["second greet"])
    assert set(claim(ledger)) == {"first greet"}


def test_one_that_sleeps_behind_nobody_at_work_is_woken(db: Database) -> None:
    """A wake-up that was passed over because somebody was changing the row."""
    ledger = SqlLedger(db)
    happen(ledger, "first")
    happen(ledger, "second")
    leave(ledger, claim(ledger)["first greet"], HELD)
    with db.write() as connection:
        connection.execute(text("UPDATE run SET record_behind = 'run_first greet' WHERE id = 'run_second greet'"))
    assert claim(ledger) == {}
    assert set(claim(ledger)) == {"second greet"}


def test_one_that_sleeps_behind_one_at_work_is_left_asleep(db: Database) -> None:
    ledger = SqlLedger(db)
    happen(ledger, "first")
    happen(ledger, "second")
    assert set(claim(ledger)) == {"first greet"}
    for _ in range(3):
        assert claim(ledger) == {}
    assert see(ledger, "second greet").record_behind == "run_first greet"


@pytest.mark.postgres
def test_two_claims_at_once_do_not_both_take_a_record(postgres_db: Database) -> None:
    ledger = SqlLedger(postgres_db)
    happen(ledger, "first")
    happen(ledger, "second")
    leave(ledger, claim(ledger)["first greet"], HELD)
    with postgres_db.write() as other:
        other.execute(text("SELECT pg_try_advisory_xact_lock(:kind, :n)"), {"kind": CLAIMING, "n": _number("jobs/7")})
        assert claim(ledger) == {}
    assert set(claim(ledger)) == {"second greet"}


def _number(name: str) -> int:
    return zlib.crc32(name.encode()) - 2**31

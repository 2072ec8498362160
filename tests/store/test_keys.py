"""A rejected key is noticed once, and a good one lets everything go on that waited for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import select

from hub.model import RunStatus
from hub.ports import RunChange
from hub.store import tables
from hub.store.crypto import Sealer
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from tests.store.samples import LEASE, NOW, claim_one, make_arrival, make_entry


def state(db: Database) -> tuple[int, str, str]:
    [key] = Views(db).connections()
    return key.version, key.state, key.fingerprint


def park(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    ledger.record([make_entry(claim_one(ledger), change=RunChange(RunStatus.PARKED, reason="waits for a key"))])
    assert ledger.claim("worker", limit=1, now=NOW + 9, lease=LEASE) == []


def test_a_new_key_is_a_new_version(db: Database, ledger: SqlLedger) -> None:
    assert ledger.connect("workglue", fingerprint="aa", now=NOW)
    assert state(db) == (1, "ok", "aa")
    assert not ledger.connect("workglue", fingerprint="aa", now=NOW)
    assert ledger.connect("workglue", fingerprint="bb", now=NOW)
    assert state(db) == (2, "ok", "bb")


def test_a_rejection_counts_once_and_only_for_the_present_version(db: Database, ledger: SqlLedger) -> None:
    ledger.connect("workglue", fingerprint="aa", now=NOW)
    assert not ledger.reject_key("workglue", version=7, now=NOW)
    with ThreadPoolExecutor(8) as pool:
        noticed = list(pool.map(lambda _: ledger.reject_key("workglue", version=1, now=NOW), range(8)))
    assert noticed.count(True) == 1
    assert state(db) == (1, "rejected", "aa")
    assert not ledger.connect("workglue", fingerprint="aa", now=NOW), "the same key again is no news"
    assert state(db)[1] == "rejected"
    ledger.connect("workglue", fingerprint="bb", now=NOW)
    assert not ledger.reject_key("workglue", version=1, now=NOW), "a late answer about the old key"
    assert state(db) == (2, "ok", "bb")


def test_a_new_key_lets_parked_runs_go_on(ledger: SqlLedger) -> None:
    ledger.connect("workglue", fingerprint="aa", now=NOW)
    park(ledger)
    ledger.connect("workglue", fingerprint="bb", now=NOW + 9)
    claimed = claim_one(ledger, now=NOW + 9)
    assert (claimed.run.due_at, claimed.run.reason, claimed.run.crashes) == (NOW + 9, "", 0)


def test_a_key_that_works_again_lets_parked_runs_go_on(db: Database, ledger: SqlLedger) -> None:
    ledger.connect("workglue", fingerprint="aa", now=NOW)
    ledger.reject_key("workglue", version=1, now=NOW)
    park(ledger)
    assert not ledger.restore_key("workglue", version=7, now=NOW)
    assert ledger.restore_key("workglue", version=1, now=NOW + 9)
    assert not ledger.restore_key("workglue", version=1, now=NOW + 9)
    assert state(db) == (1, "ok", "aa")
    claim_one(ledger, now=NOW + 9)


@pytest.mark.parametrize(
    ("version", "rejects", "waits"),
    [(1, False, False), (1, True, True), (0, False, False), (2, False, True), (2, True, True)],
)
def test_a_run_waits_only_while_its_key_does_not_work(
    ledger: SqlLedger, version: int, rejects: bool, waits: bool
) -> None:
    ledger.connect("workglue", fingerprint="aa", now=NOW)
    if rejects:
        ledger.reject_key("workglue", version=1, now=NOW)
    ledger.admit([make_arrival("1")])
    change = RunChange(RunStatus.PARKED, reason="waits for a key", waits_for=("workglue", version))
    ledger.record([make_entry(claim_one(ledger), change=change)])
    assert (ledger.claim("worker", limit=1, now=NOW, lease=LEASE) == []) is waits


def test_no_run_is_left_behind_when_the_key_changes_at_that_moment(ledger: SqlLedger) -> None:
    ledger.connect("workglue", fingerprint="aa", now=NOW)
    runs = 40
    ledger.admit([make_arrival(str(number)) for number in range(runs)])
    claimed = ledger.claim("worker", limit=runs, now=NOW, lease=LEASE)
    ledger.reject_key("workglue", version=1, now=NOW)
    change = RunChange(RunStatus.PARKED, reason="waits for a key", waits_for=("workglue", 1))

    def park_one(number: int) -> None:
        if number == runs // 2:
            ledger.connect("workglue", fingerprint="bb", now=NOW)
        ledger.record([make_entry(claimed[number], change=change)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(park_one, range(runs)))
    assert len(ledger.claim("worker", limit=runs, now=NOW, lease=LEASE)) == runs


def test_a_draw_says_how_the_key_stands_and_gives_nothing_for_a_refused_one(ledger: SqlLedger) -> None:
    ledger.connect("workglue", fingerprint="aa", now=NOW)
    ledger.learn_rate("workglue", per_minute=60, burst=5)
    draw = partial(ledger.draw_calls, "workglue", wanted=1, share=1.0, patience=2.0)
    found = draw(now=NOW)
    assert (found.calls, found.version, found.key_state) == (1, 1, "ok")
    ledger.reject_key("workglue", version=1, now=NOW)
    found = draw(now=NOW)
    assert (found.calls, found.wait, found.version, found.key_state) == (0, 0.0, 1, "rejected")


def test_a_key_stands_nowhere_in_readable_form(db: Database) -> None:
    ledger = SqlLedger(db, Sealer([Sealer.new_key()]))
    ledger.connect("workglue", fingerprint="aa", now=NOW, text="wga_canary-of-the-environment")
    ledger.enter_key("workglue", "wga_canary-of-the-office", environment="", by="ana", now=NOW)
    row = ledger.key_row("workglue")
    assert row is not None
    assert ledger.open_key(row) == "wga_canary-of-the-office"
    assert (row.tail, row.origin, row.entered_by) == ("fice", "office", "ana")
    assert "canary" not in repr(Views(db).audit_log().items) + repr(row)
    with db.read() as connection:
        assert "canary" not in repr(connection.execute(select(tables.connection)).all())


def test_of_a_short_key_nothing_is_shown(db: Database) -> None:
    ledger = SqlLedger(db, Sealer([Sealer.new_key()]))
    ledger.enter_key("workglue", "short", environment="", by="ana", now=NOW)
    row = ledger.key_row("workglue")
    assert row is not None and row.tail == ""


def test_a_key_is_forgotten_once_and_the_next_one_is_a_new_version(db: Database) -> None:
    ledger = SqlLedger(db, Sealer([Sealer.new_key()]))
    ledger.enter_key("workglue", "wga_a-key-of-the-office", environment="", by="ana", now=NOW)
    assert ledger.forget_key("workglue", by="bo", now=NOW)
    assert not ledger.forget_key("workglue", by="bo", now=NOW)
    assert state(db) == (2, "missing", "")
    assert [each.what for each in Views(db).audit_log().items] == ["key.forget", "key.set"]
    assert ledger.enter_key("workglue", "wga_a-key-of-the-office", environment="", by="ana", now=NOW) == 3
    assert state(db)[:2] == (3, "ok")

"""A rejected key is noticed once, and a good one lets everything go on that waited for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hub.model import RunStatus
from hub.ports import RunChange
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

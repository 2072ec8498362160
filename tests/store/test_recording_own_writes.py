"""Our own writes go through to the poller's snapshots, in the transaction that records the step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.model import Snapshot, Write
from hub.ports import ClaimedRun, Entry, Passing, SeenRecord
from hub.store.ledger import SqlLedger
from tests.store.samples import LEASE, NOW, claim_one, make_arrival


@pytest.fixture
def claimed(ledger: SqlLedger) -> ClaimedRun:
    """A run in hand, and a list of jobs of which 7 was seen by the baseline."""
    cursor = ledger.take_cursor("jobs", owner="poller", now=NOW, lease=LEASE)
    assert cursor is not None
    seen = SeenRecord("7", 1, {"id": "7", "name": "Miller", "stage_id": "a"})
    ledger.poll_page("jobs", cursor.claim, [seen], shown=["7"], passing=Passing(1, NOW), until=NOW + LEASE)
    ledger.poll_done(replace(cursor, baseline_at=NOW, passes=1))
    ledger.admit([make_arrival("1")])
    return claim_one(ledger)


def write(ledger: SqlLedger, claimed: ClaimedRun, *writes: Write) -> None:
    entries = [Entry(claimed.run.id, claimed.run.claim, writes=(each,)) for each in writes]
    assert ledger.record(entries) == set()


def test_fields_are_merged_into_what_was_seen(ledger: SqlLedger, claimed: ClaimedRun) -> None:
    write(ledger, claimed, Write("jobs", "7", {"stage_id": "b"}), Write("jobs", "7", {"note": "x"}))
    merged = {"id": "7", "name": "Miller", "stage_id": "b", "note": "x"}
    assert ledger.snapshots("jobs", ["7"])["7"].record == merged


def test_a_record_that_was_not_seen_gets_no_snapshot(ledger: SqlLedger, claimed: ClaimedRun) -> None:
    write(ledger, claimed, Write("jobs", "8", {"stage_id": "b"}), Write("contacts", "7", {"phone": "1"}))
    assert ledger.snapshots("jobs", ["8"]) == {}
    assert ledger.snapshots("contacts", ["7"]) == {}


def test_a_created_record_gets_one_where_its_list_is_polled(ledger: SqlLedger, claimed: ClaimedRun) -> None:
    write(ledger, claimed, Write("jobs", "8", {"id": "8"}, created=True), Write("contacts", "9", {}, created=True))
    assert ledger.snapshots("jobs", ["8"]) == {"8": Snapshot("jobs", "8", 1, {"id": "8"})}
    assert ledger.snapshots("contacts", ["9"]) == {}
    assert ledger.absent("jobs", since_pass=1) == [], "the pass that was under way did not miss it"


def test_a_created_record_may_be_changed_and_deleted_in_the_same_commit(ledger: SqlLedger, claimed: ClaimedRun) -> None:
    write(
        ledger,
        claimed,
        Write("jobs", "8", {"id": "8", "name": "a"}, created=True),
        Write("jobs", "8", {"name": "b"}),
        Write("jobs", "9", {"id": "9"}, created=True),
        Write("jobs", "9", {}, deleted=True),
    )
    assert ledger.snapshots("jobs", ["8"])["8"].record == {"id": "8", "name": "b"}
    assert ledger.snapshots("jobs", ["9"]) == {}


def test_a_deleted_record_loses_it(ledger: SqlLedger, claimed: ClaimedRun) -> None:
    write(ledger, claimed, Write("jobs", "7", {}, deleted=True))
    assert ledger.snapshots("jobs", ["7"]) == {}


def test_a_lost_claim_writes_nothing_through(ledger: SqlLedger, claimed: ClaimedRun) -> None:
    stale = Entry(claimed.run.id, claimed.run.claim + 1, writes=(Write("jobs", "7", {"stage_id": "b"}),))
    assert ledger.record([stale]) == {"run_1"}
    assert ledger.snapshots("jobs", ["7"])["7"].record["stage_id"] == "a"


def test_a_page_that_was_read_before_our_write_leaves_the_record_out(ledger: SqlLedger, claimed: ClaimedRun) -> None:
    cursor = ledger.take_cursor("jobs", owner="poller", now=NOW, lease=LEASE)
    assert cursor is not None
    seen = ledger.snapshots("jobs", ["7"])["7"]
    write(ledger, claimed, Write("jobs", "7", {"stage_id": "b"}))
    stale = SeenRecord("7", seen.rev + 1, seen.record | {"stage_id": "old"}, make_arrival("2"))
    fresh = SeenRecord("8", 1, {"id": "8"}, make_arrival("3"))
    assert ledger.poll_page(
        "jobs", cursor.claim, [stale, fresh], shown=["7", "8"], passing=Passing(2, NOW), until=NOW + LEASE
    )
    assert ledger.snapshots("jobs", ["7"])["7"].record["stage_id"] == "b"
    assert [each.run.id for each in ledger.claim("worker", limit=9, now=NOW, lease=LEASE)] == ["run_3"]


def test_our_own_deletion_does_not_come_back_as_one(ledger: SqlLedger, claimed: ClaimedRun) -> None:
    cursor = ledger.take_cursor("jobs", owner="poller", now=NOW, lease=LEASE)
    assert cursor is not None
    write(ledger, claimed, Write("jobs", "7", {}, deleted=True))
    gone = SeenRecord("7", 2, None, make_arrival("2"))
    assert ledger.poll_page("jobs", cursor.claim, [gone], shown=[], passing=Passing(2, NOW), until=NOW + LEASE)
    assert ledger.claim("worker", limit=9, now=NOW, lease=LEASE) == []

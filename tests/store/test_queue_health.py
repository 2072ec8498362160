"""What the clock and the status page ask about the queue."""

from __future__ import annotations

import pytest

from hub.model import RunStatus
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views, health
from tests.store.samples import LEASE, NOW, make_arrival


def test_an_empty_queue_is_quiet(db: Database) -> None:
    views = Views(db)
    assert (views.due_count(NOW), views.next_due(), views.queue_age(NOW)) == (0, None, 0.0)
    assert views.counts() == dict.fromkeys(RunStatus, 0)
    assert (views.connections(), views.cursors(), views.heartbeats(), views.schedules()) == ([], [], [], [])


def test_due_is_what_a_claim_would_take(db: Database, ledger: SqlLedger) -> None:
    views = Views(db)
    ledger.admit(
        [
            make_arrival("later", priority=5, due_at=NOW + 10),
            make_arrival("now", due_at=NOW - 20),
            make_arrival("held", status=RunStatus.HELD, due_at=NOW - 99),
        ]
    )
    assert (views.due_count(NOW), views.next_due(), views.queue_age(NOW)) == (1, NOW - 20, 20.0)
    ledger.claim("worker", limit=9, now=NOW, lease=LEASE)
    assert (views.due_count(NOW), views.next_due(), views.queue_age(NOW)) == (0, NOW + 10, 0.0)
    assert (views.due_count(NOW + 10), views.due_count(NOW + LEASE)) == (1, 2)
    ledger.claim("worker", limit=9, now=NOW + 10, lease=LEASE)
    assert views.next_due() == NOW + LEASE, "when the first lease ends"


def test_counts_stop_at_their_bound(db: Database, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "COUNTED", 3)
    ledger.admit([make_arrival(str(number), priority=number % 2) for number in range(5)])
    ledger.admit([make_arrival("held", status=RunStatus.HELD)])
    counts = Views(db).counts()
    assert (counts[RunStatus.QUEUED], counts[RunStatus.HELD], counts[RunStatus.FAILED]) == (3, 1, 0)
    assert Views(db).due_count(NOW) == 3

"""One clock leads, and a schedule fires once, however many clocks there are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from hub.store.views.shapes import Heartbeat, Scheduled
from tests.store.samples import LEASE, NOW, claim_one, make_arrival


def test_one_leads_until_its_lease_ends(ledger: SqlLedger) -> None:
    assert ledger.lead("clock", owner="a", now=NOW, lease=10)
    assert not ledger.lead("clock", owner="b", now=NOW + 9, lease=10)
    assert ledger.lead("clock", owner="a", now=NOW + 9, lease=10)
    assert not ledger.lead("clock", owner="b", now=NOW + 18, lease=10)
    assert ledger.lead("clock", owner="b", now=NOW + 19, lease=10)
    assert not ledger.lead("clock", owner="a", now=NOW + 20, lease=10)
    assert ledger.lead("poller", owner="a", now=NOW, lease=10), "another leadership is another matter"


def test_stepping_down_hands_over_at_once(ledger: SqlLedger) -> None:
    ledger.lead("clock", owner="a", now=NOW, lease=10)
    ledger.step_down("clock", owner="b")
    assert not ledger.lead("clock", owner="b", now=NOW, lease=10)
    ledger.step_down("clock", owner="a")
    assert ledger.lead("clock", owner="b", now=NOW, lease=10)


def test_many_at_once_have_one_leader(ledger: SqlLedger) -> None:
    with ThreadPoolExecutor(8) as pool:
        led = list(pool.map(lambda owner: ledger.lead("clock", owner=str(owner), now=NOW, lease=10), range(16)))
    assert led.count(True) == 1


def test_a_schedule_keeps_its_first_time(db: Database, ledger: SqlLedger) -> None:
    assert ledger.schedule("digest", "daily", next_at=NOW + 60) == NOW + 60
    assert ledger.schedule("digest", "daily", next_at=NOW + 99) == NOW + 60
    assert Views(db).schedules() == [Scheduled("digest", "daily", NOW + 60)]


def test_firing_moves_the_schedule_with_its_events_once(ledger: SqlLedger) -> None:
    ledger.schedule("digest", "daily", next_at=NOW)
    assert ledger.fire("digest", "daily", [make_arrival("1")], expected_at=NOW, next_at=NOW + 86_400)
    assert not ledger.fire("digest", "daily", [make_arrival("2")], expected_at=NOW, next_at=NOW + 86_400)
    assert not ledger.fire("digest", "weekly", [make_arrival("3")], expected_at=NOW, next_at=NOW + 86_400)
    assert claim_one(ledger).run.id == "run_1"
    assert ledger.schedule("digest", "daily", next_at=NOW) == NOW + 86_400


def test_many_clocks_fire_once(ledger: SqlLedger) -> None:
    ledger.schedule("digest", "daily", next_at=NOW)

    def fire(number: int) -> bool:
        return ledger.fire("digest", "daily", [make_arrival(str(number))], expected_at=NOW, next_at=NOW + 60)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(fire, range(16))).count(True) == 1
    assert len(ledger.claim("worker", limit=99, now=NOW, lease=LEASE)) == 1


def test_a_heartbeat_replaces_the_one_before(db: Database, ledger: SqlLedger) -> None:
    ledger.heartbeat("worker", "host:1", now=NOW, detail={"running": 3})
    ledger.heartbeat("worker", "host:1", now=NOW + 5)
    ledger.heartbeat("web", "host:2", now=NOW)
    assert Views(db).heartbeats() == [Heartbeat("web", "host:2", NOW, {}), Heartbeat("worker", "host:1", NOW + 5, {})]

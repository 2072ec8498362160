"""An old delivery sent again under a new id, by somebody who can copy it but not sign: kept, and nothing is done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.model import DeliveryStatus
from hub.ports import REPLAY_GUARD, Accepted
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from tests.store.samples import NOW, make_arrival, make_delivery


@pytest.fixture
def views(db: Database) -> Views:
    """What can be seen of the same database."""
    return Views(db)


def accept(ledger: SqlLedger, name: str, *, likeness: str = "same text", at: float = NOW) -> Accepted:
    """Accept a delivery whose event has the key `name`."""
    return ledger.accept(make_delivery(name, received_at=at), make_arrival(name), likeness=likeness)


def became(views: Views, name: str) -> DeliveryStatus:
    """What became of a delivery."""
    page = views.delivery(make_delivery(name).id)
    assert page is not None
    return page.line.status


def test_the_same_text_under_another_id_starts_nothing(ledger: SqlLedger, views: Views) -> None:
    first = accept(ledger, "1")
    assert first.run_ids
    assert accept(ledger, "2", at=NOW + 60) == Accepted(first.event_id, duplicate=True)
    assert became(views, "2") is DeliveryStatus.REPLAYED
    assert len(views.runs().items) == 1


def test_an_honest_repeat_is_a_duplicate(ledger: SqlLedger, views: Views) -> None:
    accept(ledger, "1")
    again = make_delivery("again", received_at=NOW + 5)
    assert ledger.accept(again, make_arrival("1"), likeness="same text").duplicate
    assert became(views, "again") is DeliveryStatus.DUPLICATE


def test_another_text_another_path_and_a_later_day_are_new(ledger: SqlLedger) -> None:
    assert accept(ledger, "1").run_ids
    assert accept(ledger, "2", likeness="other text").run_ids
    elsewhere = make_delivery("3", path="elsewhere")
    assert ledger.accept(elsewhere, make_arrival("3"), likeness="same text").run_ids
    assert accept(ledger, "4", at=NOW + REPLAY_GUARD + 1).run_ids


def test_without_a_likeness_nothing_is_compared(ledger: SqlLedger) -> None:
    assert accept(ledger, "1", likeness="").run_ids
    assert accept(ledger, "2", likeness="").run_ids


def test_many_at_once_under_different_ids_start_one_run(ledger: SqlLedger, views: Views) -> None:
    with ThreadPoolExecutor(5) as pool:
        results = list(pool.map(lambda number: accept(ledger, str(number)), range(15)))
    assert sum(bool(each.run_ids) for each in results) == 1
    assert len(views.runs().items) == 1

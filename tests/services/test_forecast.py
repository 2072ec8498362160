"""`doctor` says what the polls need of the calls that are allowed."""

from __future__ import annotations

import pytest

from hub.engine.polling.pace import Interval
from hub.services.forecast import forecast

LISTS = {"jobs": Interval(60.0, 60.0, 2), "contacts": Interval(30.0, 30.0, 1)}
RECORDS = {"jobs": 1_201, "contacts": 0}
WHOLE = {"jobs": 600.0, "contacts": 86_400.0}


def test_looks_and_whole_passes_are_added_up() -> None:
    found = forecast(LISTS, RECORDS, WHOLE, page_size=100, allowed=120)
    assert found.looks == pytest.approx(2 + 2)
    assert found.passes == pytest.approx(13 / 10 + 1 / 1440)
    assert found.pages == 14
    assert found.sentence() == (
        "polls need 5.3 calls a minute (14 pages when all lists are read whole) of 120; 115 are left for runs"
    )
    assert not found.is_too_much


@pytest.mark.parametrize(("allowed", "too_much"), [(15, True), (16, False), (0, False), (None, False)])
def test_polls_may_have_a_third(allowed: int | None, too_much: bool) -> None:
    assert forecast(LISTS, RECORDS, WHOLE, page_size=100, allowed=allowed).is_too_much is too_much


def test_what_is_not_known_or_not_limited_is_said_so() -> None:
    assert "not known yet" in forecast({}, {}, {}, page_size=100, allowed=None).sentence()
    assert "sets no limit" in forecast({}, {}, {}, page_size=100, allowed=0).sentence()

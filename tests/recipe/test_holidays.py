"""The holidays of the settings are no working days for the filter, beside those that it is given."""

from __future__ import annotations

from datetime import date

import pytest

from hub.errors import SettingError
from hub.recipe.expressions import Expressions
from hub.settings import read_settings

THANKSGIVING = Expressions("America/Chicago", holidays=frozenset({date(2026, 11, 26)}))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("'2026-11-25' | working_days(1)", "2026-11-27"),
        ("'2026-11-25' | working_days(1, ['2026-11-27'])", "2026-11-30"),
        ("'2026-11-26' | working_days(0)", "2026-11-27"),
        ("'2026-11-27' | working_days(-1)", "2026-11-25"),
    ],
)
def test_holidays_are_no_working_days(source: str, expected: str) -> None:
    assert str(THANKSGIVING.bare(source, {})) == expected


def test_the_setting_holds_days() -> None:
    given = read_settings({"HUB_HOLIDAYS": " 2026-11-26, 2026-12-25,"}).holidays
    assert given == {date(2026, 11, 26), date(2026, 12, 25)}
    assert read_settings({}).holidays == frozenset()


@pytest.mark.parametrize("text", ["Christmas", "2026-02-30", "25.12.2026", "2026-W48-2", "2026-12-25 2026-12-26"])
def test_what_is_no_day_is_named(text: str) -> None:
    with pytest.raises(SettingError, match=r"HUB_HOLIDAYS.*days such as 2026-12-25"):
        read_settings({"HUB_HOLIDAYS": text})

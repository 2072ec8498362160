"""Every mistake in a blueprint or an instance is told where it stands, with the way out."""

from __future__ import annotations

import pytest

from tests.blueprints.golden import Case, read_cases

CASES = read_cases()


def test_there_are_many_cases_and_each_has_its_own_name() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_said(case: Case) -> None:
    assert case.find() == case.expected

"""Every mistake is found where it is, with its code, its sentence and the way out."""

from __future__ import annotations

import pytest

from hub.recipe.problems import CODES
from tests.recipe.golden import Case, find, read_cases

CASES = read_cases()


def test_there_are_many_cases_and_each_has_its_own_name() -> None:
    assert len(CASES) >= 140
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_mistake_is_found_with_place_code_message_and_hint(case: Case) -> None:
    assert case.expected
    assert find(case.text) == case.expected


def test_nearly_every_code_of_the_checks_has_a_case() -> None:
    seen = {line.split(" | ")[0].split()[1] for case in CASES for line in case.expected}
    elsewhere = {
        "RCP100",
        "RCP107",
        "RCP108",
        "RCP406",
        "RCP407",
        "RCP408",
        "RCP410",
        "RCP506",
        "RCP421",
        "RCP450",
        "RCP451",
        "RCP452",
    }  # sizes, folders and child processes
    elsewhere |= {"RCP431", "RCP432", "RCP433", "RCP435", "RCP436", "RCP438", "RCP439"}  # tests/blueprints
    assert {code for code in CODES if code.startswith("RCP")} - seen <= elsewhere | {"RCP308"}


def test_all_mistakes_of_a_file_are_found_at_once() -> None:
    text = "recipe: 1\nnmae: x\ntrigger: {type: pol}\nif: recrod.x\nsteps:\n  - action: notfy.send\n  - acton: set\n"
    assert [line.split(" | ")[0] for line in find(text)] == [
        "2:1 RCP201",
        "3:17 RCP209",
        "4:5 RCP302",
        "6:13 RCP208",
        "7:5 RCP201",
    ]


def test_a_file_with_very_many_mistakes_lists_the_first_ones() -> None:
    text = "recipe: 1\n" + "".join(f"x{number}: 1\n" for number in range(500))
    problems = find(text)
    assert len(problems) == 101
    assert problems[-1].split(" | ")[0].endswith("RCP100")

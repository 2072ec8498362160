"""Problems are shown with their line and a caret under the very character, and as JSON."""

from __future__ import annotations

import json

from hub.errors import Place, Problem
from hub.recipe.check import check
from hub.recipe.report import as_json, show
from tests.recipe.recipe_samples import FILE, GOOD, make_registry


def test_a_problem_is_shown_with_its_line_a_caret_and_the_fix() -> None:
    text = GOOD.replace("record.name", "recrod.name")
    problems = check(text, file=FILE, registry=make_registry()).problems
    assert show(problems, {FILE: text}) == (
        "recipes/job-won.yaml:19:27: error RCP302\n"
        "  `recrod` is not known here.\n"
        '  19 |       title: "Job won: {{ recrod.name }}"\n'
        "     |                           ^\n"
        "  fix: Did you mean `record`?\n"
    )


def lines_of(text: str, column: int, *, line: int = 1) -> list[str]:
    return show([Problem("RCP101", "x", Place("f", line, column))], {"f": text}).split("\n")[2:4]


def test_wide_and_combining_characters_do_not_move_the_caret_away() -> None:
    assert lines_of("日本: x", 5) == ["  1 | 日本: x", "    |       ^"]
    assert lines_of("e\u0301a: x", 3) == ["  1 | e\u0301a: x", "    |  ^"]


def test_a_tab_takes_one_column_and_other_line_ends_count() -> None:
    assert lines_of("a\r\n\tb: c", 2, line=2) == ["  2 |  b: c", "    |  ^"]
    assert lines_of("\ufeffa\u2028b", 1, line=2) == ["  2 | b", "    | ^"]


def test_of_a_long_line_the_part_around_the_column_is_shown() -> None:
    shown, caret = lines_of("x" * 500 + "HERE" + "y" * 500, 501)
    assert len(shown) < 200
    assert shown[caret.index("^") :].startswith("HERE")


def test_a_place_outside_of_the_text_shows_no_line() -> None:
    problem = Problem("RCP407", "It cannot be read.", Place("f", 9, 1))
    assert show([problem], {"f": "a"}) == show([problem], {}) == "f:9:1: error RCP407\n  It cannot be read.\n"


def test_the_json_form_has_everything_flat() -> None:
    problem = Problem("RCP115", "ü", Place("f", 2, 3), hint="h", detail="d", severity="warning")
    assert json.loads(as_json([problem])) == [
        {
            "code": "RCP115",
            "severity": "warning",
            "file": "f",
            "line": 2,
            "column": 3,
            "message": "ü",
            "hint": "h",
            "detail": "d",
        }
    ]
    assert "ü" in as_json([problem])

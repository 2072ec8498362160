"""Problems for people: file, line and column, the line itself with a caret under it, and what to do."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping

from hub.errors import Problem
from hub.recipe.node import LINE_BREAK

_WIDEST = 160


def show(problems: Iterable[Problem], sources: Mapping[str, str]) -> str:
    """All problems as text, each with its line from `sources` (the text of each file, by name), "" for none.

    recipes/job-won.yaml:14:14: error RCP302
      `recrod` is not known here.
      14 |   title: "{{ recrod.name }}"
         |              ^
      fix: Did you mean `record`?
    """
    lines = {file: LINE_BREAK.split(text.removeprefix("\ufeff")) for file, text in sources.items()}
    return "\n".join(_show_one(problem, lines.get(problem.place.file, [])) for problem in problems)


def as_json(problems: Iterable[Problem]) -> str:
    """All problems as a JSON list of objects with code, severity, file, line, column, message, hint and detail."""
    return json.dumps([problem.as_dict() for problem in problems], ensure_ascii=False, indent=2)


def _show_one(problem: Problem, lines: list[str]) -> str:
    parts = [f"{problem.place}: {problem.severity} {problem.code}", f"  {problem.message}"]
    if 1 <= problem.place.line <= len(lines):
        parts += _show_line(lines[problem.place.line - 1], problem.place.line, problem.place.column)
    if problem.hint:
        parts.append(f"  fix: {problem.hint}")
    return "\n".join(parts) + "\n"


def _show_line(line: str, number: int, column: int) -> list[str]:
    """The line, and a caret below its column. Of a long line the part around the column is shown."""
    column = min(column, len(line) + 1)
    start = max(0, column - _WIDEST // 2) if len(line) > _WIDEST else 0
    shown = "".join(each if each.isprintable() else " " for each in line[start : start + _WIDEST])
    before = shown[: column - 1 - start]
    margin = " " * len(str(number))
    return [f"  {number} | {shown}".rstrip(), f"  {margin} | {' ' * _width(before)}^"]


def _width(text: str) -> int:
    """How many columns a text takes in a terminal."""
    wide = sum(1 for each in text if unicodedata.east_asian_width(each) in "WF")
    return len(text) + wide - sum(1 for each in text if unicodedata.combining(each))

"""The results of tests for a terminal: one line a test, and for each difference what was expected and what came."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import zip_longest

from hub.recipe.report import show
from hub.rehearsing.case import Difference
from hub.rehearsing.folder import Report, Result

COLUMN = 52


def lines(report: Report) -> Iterator[str]:
    """Everything there is to say, ending with the sum."""
    for result in report.results:
        yield from result_lines(result)
    if report.problems:
        yield ""
        yield show(report.problems, report.sources)
    failed = sum(bool(each.differences) for each in report.results)
    yield ""
    passed = len(report.results) - failed
    milliseconds = 1000 * sum(each.seconds for each in report.results)
    told = [f"{passed} passed", f"{failed} failed"]
    if report.problems:
        told.append(f"{len(report.problems)} {'problem' if len(report.problems) == 1 else 'problems'} in files")
    yield f"{', '.join(told)}, in {milliseconds:.0f} ms."
    if report.untested:
        yield f"Without a test: {', '.join(report.untested)}."


def result_lines(result: Result) -> Iterator[str]:
    """One test: its line, and its differences."""
    word = "FAILED" if result.differences else "passed"
    yield f"{word}  {result.recipe_id}: {result.name} ({1000 * result.seconds:.0f} ms)"
    for each in result.differences:
        yield from difference_lines(each)


def difference_lines(difference: Difference) -> Iterator[str]:
    """Expected and got side by side, under the place of the expectation."""
    place = difference.place
    yield f"    {difference.what}    {place.file}:{place.line}"
    left = ["expected", *_wrapped(difference.expected)]
    right = ["got", *_wrapped(difference.got)]
    for number, (one, other) in enumerate(zip_longest(left, right, fillvalue="")):
        mark = "|" if number == 0 or one == other else "≠"
        yield f"      {one.ljust(COLUMN)} {mark} {other}".rstrip()


def _wrapped(text: str) -> list[str]:
    return [
        part
        for line in text.split("\n")
        for part in (textwrap.wrap(line, COLUMN, drop_whitespace=False, break_on_hyphens=False) or [""])
    ]

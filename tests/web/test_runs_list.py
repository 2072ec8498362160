"""The list of runs: filters, pages, searches, and what it says when it is empty."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from hub.services import Services
from hub.web.dashboard.runs import ROWS
from tests.web import scenes
from tests.web.conftest import Time
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


def shown(visitor: Visitor, address: str) -> list[str]:
    """The ids of the runs on a page, in their order."""
    return re.findall(r'<tr id="(run_[0-9a-f]+)">', visitor.read(address))


def test_runs_are_listed_newest_first(visit: Enter, services: Services, clock: Time) -> None:
    made = []
    for scene in (scenes.succeed, scenes.fail, scenes.hold):
        made.append(scene(services))
        clock.now += 60
    assert shown(visit(), "/runs") == made[::-1]


def test_each_line_says_what_it_was_about_and_why(visit: Enter, services: Services) -> None:
    scenes.fail(services, "Miller & Sons")
    text = visit().words("/runs")
    assert "Failed Website lead Miller & Sons +1 555 010 0199 There is no stage called “Good Leed”. Webhook" in text
    assert "Webhook Today 12:00 6.4 s" in text


def test_they_can_be_filtered(visit: Enter, services: Services) -> None:
    failed, held = scenes.fail(services), scenes.hold(services)
    visitor = visit()
    assert shown(visitor, "/runs?status=failed") == [failed]
    assert shown(visitor, "/runs?status=held&recipe=website-lead") == [held]
    assert shown(visitor, "/runs?recipe=job-won") == []
    assert shown(visitor, "/runs?q=MILLER") == [failed]
    assert shown(visitor, f"/runs?q={held}") == [held]
    html = visitor.read("/runs?status=failed&q=miller")
    assert '<option value="failed" selected>' in html
    assert 'value="miller"' in html


@pytest.mark.parametrize(
    "query", ["status=nonsense", "after=nonsense", "after=~", "recipe=%00", "q=%25%5F", "q=" + "x" * 5000]
)
def test_odd_questions_are_answered(visit: Enter, services: Services, query: str) -> None:
    scenes.fail(services)
    visit().read(f"/runs?{query}")


def test_pages_follow_each_other_without_gap_or_repeat(visit: Enter, services: Services, clock: Time) -> None:
    made = []
    for number in range(ROWS * 2 + 3):
        made.append(scenes.add_run(services, about=f"Lead {number}"))
        clock.now += 1
    visitor = visit()
    address, seen = "/runs?status=queued", []
    for _ in range(3):
        seen += shown(visitor, address)
        html = visitor.read(address)
        found = re.search(r'href="(/runs\?[^"]*)" rel="next"', html)
        if found is None:
            break
        address = unescape(found[1])
        assert "status=queued" in address
    assert seen == made[::-1]
    assert "Newest runs" in html


def test_only_the_first_page_refreshes_itself(visit: Enter, services: Services) -> None:
    for _ in range(ROWS + 1):
        scenes.add_run(services)
    visitor = visit()
    first = visitor.read("/runs?status=queued")
    assert 'hx-get="/runs?status=queued"' in first
    older = unescape(re.search(r'href="(/runs\?[^"]*)" rel="next"', first)[1])  # type: ignore[index]
    assert "hx-get" not in visitor.read(older)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Nothing has run yet"),
        ("?status=failed", "No run fits"),
        ("?recipe=job-won", "No run fits"),
        ("?q=nobody", "No run fits"),
    ],
)
def test_an_empty_list_says_what_to_do(visit: Enter, query: str, words: str) -> None:
    assert words in visit().words(f"/runs{query}")

"""Records that come and go while a list is read: what numbered pages would lose is noticed, and patience is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.errors import RateLimited
from hub.timed import Answer
from hub.workglue.client import Workglue
from hub.workglue.profile import read_profile

PROFILES = {
    "offset": read_profile("lists: {paging: offset, page_parameter: skip, default_size: 3, largest_size: 3}\n\n"),
    "page": read_profile("lists: {paging: page, page_parameter: page, default_size: 3, largest_size: 3}\n\n"),
}


class Moving:
    """A list in place of the network. `between` is called before each answer but the first."""

    def __init__(self, style: str, count: int) -> None:
        self.ids = [f"job_{number}" for number in range(count)]
        self.between: Callable[[], None] = lambda: None
        self.refusals = 0
        self.requests: list[dict[str, str]] = []
        self.now = 0.0
        self.client = Workglue(
            base_url="http://127.0.0.1:1/v1", key="k", profile=PROFILES[style], clock=lambda: self.now
        )
        self.client._wire = self  # type: ignore[assignment]

    def exchange(self, _method: str, target: str, **_: Any) -> Answer:
        if self.refusals:
            self.refusals -= 1
            return Answer(429, {"Retry-After": "7"}, b"{}")
        if self.requests:
            self.between()
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        self.requests.append(query)
        size = int(query["limit"])
        start = int(query.get("skip", 0)) + (int(query.get("page", 1)) - 1) * size
        body = {"data": [{"id": each} for each in self.ids[start : start + size]]}
        return Answer(200, {"Date": "Tue, 31 Mar 2026 12:00:00 GMT"}, json.dumps(body).encode())

    def read(self, patience: Callable[[float], None] | None = lambda _: None) -> tuple[list[str], bool]:
        """The ids in the order in which they came, and whether the client noticed that records have moved."""
        pages = list(self.client.pages("jobs", patience=patience))
        return [record["id"] for page in pages for record in page.records], any(page.shifted for page in pages)


@pytest.mark.parametrize("style", PROFILES)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 7, 11])
def test_a_list_that_stands_still_is_read_once_and_whole(style: str, count: int) -> None:
    moving = Moving(style, count)
    assert moving.read() == (moving.ids, False)


@pytest.mark.parametrize("style", PROFILES)
@pytest.mark.parametrize("count", [4, 7, 11])
def test_a_record_that_goes_away_in_front_is_noticed(style: str, count: int) -> None:
    moving = Moving(style, count)
    moving.between = lambda: moving.ids.pop(0) and None if len(moving.ids) == count else None
    _, noticed = moving.read()
    assert noticed


@pytest.mark.parametrize("style", PROFILES)
def test_a_record_that_comes_in_front_is_noticed(style: str) -> None:
    moving = Moving(style, 7)
    moving.between = lambda: moving.ids.insert(0, "new") if "new" not in moving.ids else None
    assert moving.read()[1]


@pytest.mark.parametrize("style", PROFILES)
def test_a_record_that_comes_at_the_end_moves_nothing(style: str) -> None:
    moving = Moving(style, 7)
    moving.between = lambda: moving.ids.append("new") if "new" not in moving.ids else None
    assert moving.read() == ([f"job_{number}" for number in range(7)] + ["new"], False)


def test_the_rest_of_a_list_may_go_away_and_it_is_noticed() -> None:
    moving = Moving("offset", 7)
    moving.between = moving.ids.clear
    assert moving.read()[1]


def test_whoever_has_no_patience_pays_no_extra_requests() -> None:
    moving = Moving("page", 7)
    moving.read(patience=None)
    assert [each["limit"] for each in moving.requests] == ["3", "3", "3"]


def test_the_page_is_asked_for_again_after_the_patience_that_the_api_wants() -> None:
    moving = Moving("offset", 2)
    moving.refusals = 2
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        moving.now += seconds + 1

    assert moving.read(patience=wait) == (moving.ids, False)
    assert waits == [7.0, 7.0]
    moving.refusals = 1
    with pytest.raises(RateLimited):
        moving.read(patience=None)


def test_a_page_says_how_late_it_is_at_the_api() -> None:
    (page,) = Moving("offset", 1).client.pages("jobs")
    assert page.served_at == 1_774_958_400.0

"""A list is read to its end in every style of paging, and never for ever."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.errors import Permanent, Transient
from hub.workglue.client import Workglue
from hub.workglue.profile import Profile, read_profile
from tests.workglue.callers import ServeFaulty, client_of
from tests.workglue.faulty import Request, Talk

PAGE = read_profile("lists: {paging: page, page_parameter: page, default_size: 4, largest_size: 10}\n\n")
OFFSET = read_profile("lists: {paging: offset, page_parameter: skip, default_size: 4, largest_size: 10}\n\n")
LINK = read_profile("lists: {paging: link, data_key: ''}\n\n")


def records(first: int, count: int) -> list[dict[str, Any]]:
    return [{"id": f"job_{number}"} for number in range(first, first + count)]


def ids(client: Workglue, **options: Any) -> list[list[str]]:
    pages = list(client.pages("jobs", **options))
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    return [[record["id"].removeprefix("job_") for record in page.records] for page in pages]


def query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.target).query).items()}


def serve_slices(faulty: ServeFaulty, profile: Profile, total: int, *, cap: int = 10) -> tuple[Workglue, list[Request]]:
    """A server with `total` records that gives `cap` a page at the most, whatever is asked for."""

    def answer(talk: Talk) -> None:
        asked = query(talk.request)
        size = min(int(asked["limit"]), cap)
        start = int(asked.get("skip", 0)) if profile is OFFSET else (int(asked.get("page", 1)) - 1) * size
        talk.answer(200, {"data": records(start + 1, max(0, min(size, total - start)))})

    server = faulty(answer)
    return client_of(server.url, profile=profile), server.requests


def test_a_cursor_leads_from_page_to_page(faulty: ServeFaulty) -> None:
    following = {"": "a b&c=d", "a b&c=d": "é", "é": None}

    def answer(talk: Talk) -> None:
        cursor = query(talk.request).get("cursor", "")
        talk.answer(200, {"data": records(len(cursor) + 1, 1), "next_cursor": following[cursor]})

    server = faulty(answer)
    assert ids(client_of(server.url), size=7) == [["1"], ["8"], ["2"]]
    assert [query(request)["limit"] for request in server.requests] == ["7", "7", "7"]


@pytest.mark.parametrize("end", [None, "", "absent"])
def test_a_cursor_ends_in_any_of_three_ways(faulty: ServeFaulty, end: str | None) -> None:
    body = {"data": records(1, 2)} | ({} if end == "absent" else {"next_cursor": end})
    server = faulty(lambda talk: talk.answer(200, body))
    assert ids(client_of(server.url)) == [["1", "2"]]


@pytest.mark.parametrize("cursors", [["a", "a"], ["a", "b", "c", "a"]])
def test_a_cursor_that_comes_back_ends_the_list_with_an_error(faulty: ServeFaulty, cursors: list[str]) -> None:
    left = iter(cursors)
    server = faulty(lambda talk: talk.answer(200, {"data": [], "next_cursor": next(left)}))
    with pytest.raises(Permanent, match="goes in circles"):
        list(client_of(server.url).pages("jobs"))
    assert len(server.requests) == len(cursors)


@pytest.mark.parametrize("profile", [PAGE, OFFSET], ids=["page", "offset"])
@pytest.mark.parametrize("cap", [10, 5], ids=["as the profile says", "fewer than the profile says"])
@pytest.mark.parametrize("total", [0, 1, 3, 4, 5, 9, 10, 11, 20, 23])
def test_numbered_pages_lose_nothing_whatever_the_real_limit_is(
    faulty: ServeFaulty, profile: Profile, cap: int, total: int
) -> None:
    client, requests = serve_slices(faulty, profile, total, cap=cap)
    shown = [each for page in ids(client, size=10) for each in page]
    assert shown == [str(number) for number in range(1, total + 1)]
    assert len(requests) <= total // min(cap, 10) + 2


def test_a_short_first_page_is_believed_when_it_is_shorter_than_any_page_can_be(faulty: ServeFaulty) -> None:
    client, requests = serve_slices(faulty, PAGE, 3)
    assert ids(client) == [["1", "2", "3"]]
    assert len(requests) == 1


def test_a_page_number_that_the_api_ignores_is_noticed(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(200, {"data": records(1, 4)}))
    with pytest.raises(Permanent, match="the same page") as caught:
        list(client_of(server.url, profile=PAGE).pages("jobs"))
    assert "lists.page_parameter" in caught.value.hint
    assert len(server.requests) == 2


def test_links_are_followed_on_the_same_server(faulty: ServeFaulty) -> None:
    def answer(talk: Talk) -> None:
        step = query(talk.request).get("step", "0")
        links = {
            "0": f'<{server.url}/api/jobs?step=1>; rel="next", <{server.url}/>; rel="first"',
            "1": '</api/jobs?step=2>; rel="next"',
            "2": '</api/jobs?step=0>; rel="prev"',
        }
        talk.answer(200, records(int(step), 1), {"Link": links[step]})

    server = faulty(answer)
    assert ids(client_of(f"{server.url}/api", profile=LINK)) == [["0"], ["1"], ["2"]]


@pytest.mark.parametrize("address", ["http://127.0.0.2:1/jobs", "//example.com/jobs", "https://127.0.0.1/jobs"])
def test_the_key_never_follows_a_link_to_another_server(faulty: ServeFaulty, address: str) -> None:
    server = faulty(lambda talk: talk.answer(200, [], {"Link": f'<{address}>; rel="next"'}))
    with pytest.raises(Permanent, match="another server"):
        list(client_of(server.url, profile=LINK).pages("jobs"))


def test_a_link_to_itself_ends_with_an_error(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(200, [], {"Link": '</jobs?a=1>; rel="next"'}))
    with pytest.raises(Permanent, match="goes in circles"):
        list(client_of(server.url, profile=LINK).pages("jobs"))
    assert len(server.requests) == 2


def test_without_paging_one_answer_holds_all(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(200, {"result": {"rows": records(1, 300)}}))
    profile = read_profile("lists: {paging: none, data_key: result.rows}\n\n")
    assert len(ids(client_of(server.url, profile=profile))[0]) == 300
    assert server.requests[0].target == "/jobs"


def test_a_list_that_breaks_off_half_way_is_an_error_and_not_a_short_list(faulty: ServeFaulty) -> None:
    def answer(talk: Talk) -> None:
        if "cursor" in query(talk.request):
            talk.reset()
        talk.answer(200, {"data": records(1, 2), "next_cursor": "more"})

    pages = client_of(faulty(answer).url).pages("jobs")
    assert not next(pages).last
    with pytest.raises(Transient):
        next(pages)


def test_the_page_size_stays_within_the_profile(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(200, {"data": []}))
    client = client_of(server.url)
    for size in (None, 20, 5000):
        list(client.pages("jobs", size=size))
    assert [query(request)["limit"] for request in server.requests] == ["50", "20", "200"]


@pytest.mark.parametrize("rows", ["text", [1], [{"name": "no id"}], {"id": "job_1"}, None])
def test_what_is_no_list_of_records_is_an_error(faulty: ServeFaulty, rows: Any) -> None:
    server = faulty(lambda talk: talk.answer(200, {"data": rows}))
    with pytest.raises(Permanent, match="not where it is looked for"):
        list(client_of(server.url).pages("jobs"))

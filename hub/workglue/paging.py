"""From one page of a list to the next, in each of the styles that a profile can name.

A cursor, a link and a moment with an id keep their place when records come and go. A number does not: one record less
on the pages that are read moves the next ones up, and one of them is never shown. So a page by offset begins with the
last record of the page before, and behind a page by number that record is asked for once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from requests.utils import parse_header_links

from hub.errors import Permanent
from hub.model import Record
from hub.workglue.dialect import Lists
from hub.workglue.verdicts import dig

FIRST_PAGE = 1


@dataclass(frozen=True, slots=True)
class Ask:
    """How to ask for a page: by extra parameters, or (link paging) by path and query as the API gave them."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    target: str = ""


@dataclass(frozen=True, slots=True)
class Got:
    """A page as it came: the parsed body, the headers, all its records."""

    body: Any
    headers: Mapping[str, str]
    records: Sequence[Record]


class Pager:
    """Walks through one list. `url` is the address of the list, `size` the page size that is asked for."""

    def __init__(self, lists: Lists, *, url: str, size: int) -> None:
        self._lists = lists
        self._url = url
        self._size = size
        self._count = 0
        self._expected = ""
        self._shortest_full = lists.default_size
        self._seen: set[str] = set()
        self._last_ids: list[Any] = []

    def first(self) -> Ask:
        """How to ask for the first page."""
        lists = self._lists
        size = {lists.size_parameter: str(self._size)} if lists.size_parameter and lists.paging != "none" else {}
        return Ask(size)

    def following(self, ask: Ask, got: Got) -> Ask | None:
        """How to ask for the page after `got`, None when that was the last. Permanent when the list goes in circles."""
        return _STYLES[self._lists.paging](self, ask, got)

    def join(self, records: Sequence[Record]) -> tuple[Sequence[Record], bool]:
        """The records of a page without the one that it repeats, and whether records have moved since the last one."""
        if self._lists.paging != "offset" or not self._expected:
            return records, False
        if records and records[0].get("id") == self._expected:
            return records[1:], False
        return records, True

    def probe(self, ask: Ask) -> tuple[Ask, Any] | None:
        """Page paging: how to ask once more for the last record of the page before the one of `ask`, and its id. None
        where there is nothing to ask, or no way to."""
        lists = self._lists
        if lists.paging != "page" or not lists.size_parameter or not self._count or not self._expected:
            return None
        again = {lists.size_parameter: "1", lists.page_parameter: str(self._count)}
        return Ask({**ask.parameters, **again}), self._expected

    def by_cursor(self, ask: Ask, got: Got) -> Ask | None:
        """Cursor paging: the answer names the next page's cursor."""
        cursor = dig(got.body, self._lists.next_key)
        if cursor is None or cursor == "":
            return None
        return self._turn(ask, str(cursor))

    def by_page(self, ask: Ask, got: Got) -> Ask | None:
        """Page paging: the next page has the next number."""
        self._count += len(got.records)
        self._expected = got.records[-1]["id"] if got.records else ""
        if self._is_last(got.records):
            return None
        return self._turn(ask, str(int(ask.parameters.get(self._lists.page_parameter, FIRST_PAGE)) + 1))

    def by_offset(self, ask: Ask, got: Got) -> Ask | None:
        """Offset paging: the next page starts with the last record of this one, unless it is the only one."""
        if self._is_last(got.records):
            return None
        overlap = 1 if len(got.records) > 1 else 0
        self._expected = got.records[-1]["id"] if overlap else ""
        begun_at = int(ask.parameters.get(self._lists.page_parameter, 0))
        return self._turn(ask, str(begun_at + len(got.records) - overlap))

    def by_link(self, _ask: Ask, got: Got) -> Ask | None:
        """Link paging: a Link header holds the next page's address, which must be on the same server."""
        links = parse_header_links(got.headers.get("Link", "")) if got.headers.get("Link") else []
        address = next((link["url"] for link in links if link.get("rel") == "next"), "")
        if not address:
            return None
        address = urljoin(self._url, address)
        here, there = urlsplit(self._url), urlsplit(address)
        # The key goes along with the request, so it may not leave the API's own host.
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise Permanent("Workglue's list continues on another server, which is not followed.")
        self._refuse_circle(address)
        return Ask(target=there.path + (f"?{there.query}" if there.query else ""))

    def by_nothing(self, _ask: Ask, _got: Got) -> Ask | None:
        """No paging: one answer holds all."""
        return None

    def _turn(self, ask: Ask, position: str) -> Ask:
        self._refuse_circle(position)
        return Ask({**ask.parameters, self._lists.page_parameter: position})

    def _is_last(self, records: Sequence[Record]) -> bool:
        """Whether a numbered page is the last. A page that is shorter than asked for need not be: the API may have a
        lower limit than the profile says. It surely is when it is shorter than any page that was not the last."""
        ids = [record.get("id") for record in records]
        if ids and ids == self._last_ids:
            raise Permanent(
                "Workglue sends the same page of the list again and again.",
                hint="Check lists.paging and lists.page_parameter in the API profile.",
            )
        self._last_ids = ids
        if not records or len(records) < min(self._size, self._shortest_full):
            return True
        self._shortest_full = max(self._shortest_full, len(records))
        return False

    def _refuse_circle(self, position: str) -> None:
        if position in self._seen:
            raise Permanent(
                "Workglue's list goes in circles: it names a page that was there already.",
                hint="Check lists.next_key in the API profile.",
            )
        self._seen.add(position)


_STYLES: dict[str, Callable[[Pager, Ask, Got], Ask | None]] = {
    "cursor": Pager.by_cursor,
    "page": Pager.by_page,
    "offset": Pager.by_offset,
    "link": Pager.by_link,
    "none": Pager.by_nothing,
}

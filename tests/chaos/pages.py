"""The dashboard as somebody reads it who looks for what must not stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

from tests.chaos.house import PASSWORD, House

LISTS = ("/", "/runs", "/failures", "/inbox", "/recipes", "/connections", "/outages", "/subscriptions")
MOST_PAGES = 30
_DETAILS = re.compile(r'href="(/(?:runs|inbox|recipes)/[\w/-]+)"')
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def read_pages(house: House) -> Iterator[tuple[str, str]]:
    """Address and text of the pages behind the login: all lists, and some of the runs, deliveries and recipes."""
    cookie = _log_in(house)
    details: set[str] = set()
    for address in LISTS:
        page = _read(house, address, cookie)
        details |= set(_DETAILS.findall(page))
        yield address, page
    for address in sorted(details)[:: max(1, len(details) // MOST_PAGES)]:
        yield address, _read(house, address, cookie)


def _read(house: House, address: str, cookie: str) -> str:
    status, text, _ = house.ask("GET", address, headers={"Cookie": cookie})
    assert status == 200, f"{address} was answered {status}"
    return text


def _log_in(house: House) -> str:
    _, page, set_cookie = house.ask("GET", "/login")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token, "there is no login form"
    fields = {"csrf_token": unescape(token[1]), "email": "admin@example.com", "password": PASSWORD}
    headers = {**_FORM, "Cookie": set_cookie.partition(";")[0]}
    status, _, set_cookie = house.ask("POST", "/login", urlencode(fields), headers)
    assert status in (302, 303), f"the login was answered {status}"
    return str(set_cookie.partition(";")[0])

"""A person with a browser, as far as Flask's test client is one: reads pages and sends their forms."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"


class Visitor:
    """Sends forms with the token of the page they stand on, as a browser does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def log_in(self, email: str, password: str = PASSWORD, *, next: str = "", **more: Any) -> TestResponse:
        """Fill in the login form."""
        fields = {"email": email, "password": password, "next": next}
        return self.send("/login", fields, page="/login", **more)

    def read(self, address: str, status: int = 200) -> str:
        """The page's HTML."""
        answer = self.client.get(address)
        assert answer.status_code == status, answer.text
        return answer.text

    def words(self, address: str) -> str:
        """What a person reads on the page, with single spaces."""
        return words_of(self.read(address))

    def send(
        self, address: str, fields: dict[str, Any] | None = None, *, page: str = "/runs", **more: Any
    ) -> TestResponse:
        """Send a form as the page would."""
        return self.client.post(address, data={"csrf_token": self.token(page), **(fields or {})}, **more)

    def token(self, page: str = "/runs") -> str:
        """The CSRF token that the page's forms carry."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)
        assert found, f"no form on {page}"
        return unescape(found[1])


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._muted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._muted += tag in ("style", "script", "head")

    def handle_endtag(self, tag: str) -> None:
        self._muted -= tag in ("style", "script", "head")

    def handle_data(self, data: str) -> None:
        if not self._muted:
            self.found.append(data)


def words_of(html: str) -> str:
    """The text of a page, with single spaces."""
    parser = _Words()
    parser.feed(html)
    return " ".join(" ".join(parser.found).split())


def told(answer: TestResponse) -> Any:
    """The JSON of an answer."""
    return json.loads(answer.text)

"""Somebody who calls a sandbox, and a clock to hold in hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import requests

from sandbox.server import Server

TODAY = date(2026, 3, 31)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Caller:
    """Calls one sandbox, with its key unless told otherwise."""

    def __init__(self, server: Server, key: str | None = None) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {key or server.key}"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.server.url + path, timeout=10, **options)

    def get(self, path: str, **parameters: Any) -> requests.Response:
        return self.call("GET", path, params=parameters)

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("POST", path, json=body, headers=named)

    def patch(self, path: str, body: Any) -> requests.Response:
        return self.call("PATCH", path, json=body)

    def delete(self, path: str) -> requests.Response:
        return self.call("DELETE", path)

    def all(self, path: str, cursor: str | None = "", **parameters: Any) -> list[dict[str, Any]]:
        """Every record of a list, page by page, from a cursor on where one is given."""
        found: list[dict[str, Any]] = []
        while cursor is not None:
            page = self.get(path, **parameters, **({"cursor": cursor} if cursor else {})).json()
            found += page["data"]
            cursor = page["next_cursor"]
        return found

    def journal(self, **parameters: Any) -> list[dict[str, Any]]:
        """The activity journal."""
        answer = self.session.get(f"{self.server.root}/sandbox/activity", params=parameters, timeout=10)
        rows: list[dict[str, Any]] = answer.json()["data"]
        return rows


Serve = Callable[..., Caller]

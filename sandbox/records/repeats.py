"""Creates that are safe to repeat: the answer to an idempotency key is remembered and given again."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from sandbox.problems import bad_request, conflict

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class Answer:
    """A remembered answer."""

    status: int
    body: str


def check_key(key: str) -> str:
    """The key, when it can be one. Raises Problem 400 otherwise."""
    if not _KEY.fullmatch(key):
        raise bad_request("bad_idempotency_key", "An idempotency key is 1 to 255 visible ASCII characters.")
    return key


def fingerprint(path: str, body: object) -> str:
    """The same for two requests that mean the same."""
    text = json.dumps([path, body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def recall(connection: sqlite3.Connection, key: str, request: str, *, since: float) -> Answer | None:
    """The answer given to this key at or after `since`, or None. Raises Problem 409 if the request was another."""
    row: Any = connection.execute("SELECT * FROM remembered_answers WHERE idempotency_key = ?", (key,)).fetchone()
    if row is None or row["at"] < since:
        return None
    if row["request"] != request:
        raise conflict(
            "idempotency_key_reused", "This idempotency key was already used for another request. Use a new one."
        )
    return Answer(row["status"], row["body"])


def remember(
    connection: sqlite3.Connection, key: str, request: str, *, answer: Answer, now: float, since: float
) -> None:
    """Keep the answer for later repeats, and forget those given before `since`."""
    connection.execute("DELETE FROM remembered_answers WHERE at < ?", (since,))
    connection.execute(
        "INSERT OR REPLACE INTO remembered_answers (idempotency_key, request, status, body, at) VALUES (?, ?, ?, ?, ?)",
        (key, request, answer.status, answer.body, now),
    )

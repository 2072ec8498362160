"""Messages that other programs send here instead of to a real chat."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sandbox.stamps import write_stamp

KEPT = 1000
_TEXT_KEYS = ("text", "message", "body", "content", "msg", "description")
_TITLE_KEYS = ("title", "subject")


@dataclass(frozen=True)
class Message:
    """One message as it was received, and what a person reads in it."""

    id: int
    at: str
    room: str
    content_type: str
    title: str
    text: str
    body: str


def take_message(connection: sqlite3.Connection, body: str, *, content_type: str, room: str, now: float) -> int:
    """Keep one message and return its number. Only the newest are kept."""
    body = body.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    title, text = (_storable(part) for part in _readable(body, content_type))
    row = connection.execute(
        "INSERT INTO messages (at, room, content_type, title, text, body) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (write_stamp(int(now * 1_000_000)), room, content_type, title, text, body),
    ).fetchone()
    connection.execute("DELETE FROM messages WHERE id <= ?", (row[0] - KEPT,))
    return int(row[0])


def read_messages(connection: sqlite3.Connection, *, since: int = 0) -> list[Message]:
    """The messages after number `since`, oldest first."""
    return [Message(**row) for row in connection.execute("SELECT * FROM messages WHERE id > ? ORDER BY id", (since,))]


def _readable(body: str, content_type: str) -> tuple[str, str]:
    content: Any = None
    if content_type == "application/x-www-form-urlencoded":
        content = dict(parse_qsl(body))
    else:
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            return "", body
    if isinstance(content, dict):
        title, text = _first(content, _TITLE_KEYS), _first(content, _TEXT_KEYS)
        return (title, text) if text or title else ("", _pretty(content))
    return "", content if isinstance(content, str) else _pretty(content)


def _first(content: dict[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        if isinstance(content.get(key), str) and content[key]:
            return str(content[key])
    return ""


def _pretty(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)


def _storable(text: str) -> str:
    # Lone halves of character pairs are legal in JSON but cannot be stored.
    return text.encode("utf-8", "replace").decode()

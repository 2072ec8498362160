"""How text and JSON stand in the database, so that any text survives on SQLite and on PostgreSQL.

Neither takes lone surrogates and PostgreSQL refuses NUL, yet both arrive in webhooks. JSON escapes them by itself
(it is kept as ASCII text); plain text escapes them with DLE, reversibly, so that different texts stay different.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

_AWKWARD = re.compile("[\x00\x10\ud800-\udfff]")
_ESCAPED = re.compile("\x10([0-9a-f]{4})")


def escape_text(text: str) -> str:
    """The text with NUL, DLE and lone surrogates as DLE and four digits."""
    if not _AWKWARD.search(text):
        return text
    return _AWKWARD.sub(lambda found: f"\x10{ord(found[0]):04x}", text)


def unescape_text(text: str) -> str:
    """The text that `escape_text` was given."""
    if "\x10" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a value of type {type(value).__name__} cannot be kept as JSON")


write_json = json.JSONEncoder(separators=(",", ":"), default=_plain).encode
read_json = json.JSONDecoder().decode


class SafeText(TypeDecorator[str]):
    """Text of any kind, compared and returned as it was given."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else escape_text(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else unescape_text(value)


class Json(TypeDecorator[Any]):
    """Any JSON value as text; None is NULL. Mappings of any class come back as dicts, tuples as lists."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else write_json(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else read_json(value)

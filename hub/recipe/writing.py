"""Plain values as a YAML file in blocks, with quotes wherever a text could be read as something else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ -]*[A-Za-z0-9_]")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.\[\]-]*")
_READ_OTHERWISE = frozenset({"true", "false", "null", "yes", "no", "on", "off"})


def as_yaml(value: Mapping[str, Any]) -> str:
    """The text of a file; the strict loader reads it back to an equal value."""
    return "\n".join(_block(value, "")) + "\n"


def _block(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _entry(f"{indent}{_key(str(key))}:", part, indent + "  ")
    else:
        for part in value:
            yield from _item(part, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple) and value:
        yield head
        yield from _block(value, indent)
    else:
        yield f"{head} {_scalar(value)}"


def _item(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple) and value:
        lines = list(_block(value, indent + "  "))
        yield f"{indent}- {lines[0][len(indent) + 2 :]}"
        yield from lines[1:]
    else:
        yield f"{indent}- {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and value.lower() not in _READ_OTHERWISE else _quoted(value)
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    return json.dumps(value)


def _key(key: str) -> str:
    return key if _KEY.fullmatch(key) and key.lower() not in _READ_OTHERWISE else _quoted(key)


def _quoted(text: str) -> str:
    # What JSON leaves as it is and YAML would take for the end of a line must be escaped.
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda match: f"\\u{ord(match[0]):04x}", quoted)

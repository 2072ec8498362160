"""Records of the Public API, and ids of our own."""

from __future__ import annotations

import secrets
from typing import Any

Record = dict[str, Any]
"""A record of the Public API, or any other JSON object."""


def new_id(prefix: str, now: float) -> str:
    """A fresh id that sorts by time: `<prefix>_` and 26 characters of hexadecimal (48 bits of ms, 56 random bits)."""
    return f"{prefix}_{int(now * 1000):012x}{secrets.token_hex(7)}"

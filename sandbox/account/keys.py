"""API keys: the one Account API Key, and one Personal API Key for each user.

A key is stored as a hash, to recognise it, beside a sealed copy, to show it again.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass

from sandbox.account.sealing import Seal
from sandbox.problems import Problem, Refusal, UsageError
from sandbox.stamps import write_stamp

ACCOUNT, USER = "account", "user"
ACCOUNT_ACTOR = "Account"
_PREFIXES = {ACCOUNT: "wga_", USER: "wgu_"}


@dataclass(frozen=True)
class Key:
    """One key that works, without its text."""

    id: int
    kind: str
    employee: int | None
    created_at: str
    last_used_at: str | None
    sealed: bytes


def read_key(connection: sqlite3.Connection, kind: str = ACCOUNT, *, employee: int | None = None) -> Key | None:
    """The key that works at present, or None when none has been created or it was revoked."""
    row = connection.execute(
        "SELECT id, kind, employee, created_at, last_used_at, sealed FROM api_keys "
        "WHERE kind = ? AND employee IS ? AND ended_at IS NULL",
        (kind, employee),
    ).fetchone()
    return Key(**row) if row else None


def create_key(
    connection: sqlite3.Connection, seal: Seal, *, now: float, kind: str = ACCOUNT, employee: int | None = None
) -> str:
    """Make the key and return its text. Raises UsageError when there already is one."""
    if read_key(connection, kind, employee=employee):
        raise UsageError("There already is a key. Reset it to get a new one.")
    text = _PREFIXES[kind] + secrets.token_urlsafe(30)
    connection.execute(
        "INSERT INTO api_keys (kind, employee, hash, sealed, created_at) VALUES (?, ?, ?, ?, ?)",
        (kind, employee, _hash(text), seal.close(text), _stamp(now)),
    )
    return text


def end_key(
    connection: sqlite3.Connection, *, now: float, by: str, kind: str = ACCOUNT, employee: int | None = None
) -> bool:
    """Stop the key that works, by "reset" or "revoke". Returns whether there was one."""
    changed = connection.execute(
        "UPDATE api_keys SET ended_at = ?, ended_by = ?, sealed = x'' "
        "WHERE kind = ? AND employee IS ? AND ended_at IS NULL",
        (_stamp(now), by, kind, employee),
    )
    return changed.rowcount > 0


def recognise(connection: sqlite3.Connection, text: str) -> sqlite3.Row:
    """The stored row of a key that works. Raises Problem 401 when it does not, and says why."""
    row: sqlite3.Row | None = connection.execute("SELECT * FROM api_keys WHERE hash = ?", (_hash(text),)).fetchone()
    if row is None:
        raise unauthorized("key_unknown", "This API key is not known. Compare it with the one under Integrations.")
    if row["ended_at"] is not None:
        word = {"reset": "reset", "revoke": "revoked"}[row["ended_by"]]
        raise unauthorized(f"key_{word}", f"This API key was {word} at {row['ended_at'][:19]}Z and no longer works.")
    return row


def key_owner(connection: sqlite3.Connection, employee: int | None) -> str:
    """Whom the actions of a key are attributed to: the account as a whole, or one user."""
    if employee is None:
        return ACCOUNT_ACTOR
    row = connection.execute(
        "SELECT first_name || ' ' || last_name FROM employees WHERE number = ?", (employee,)
    ).fetchone()
    return str(row[0]) if row else f"Employee {employee}"


def unauthorized(code: str, message: str) -> Problem:
    """401: the key is missing, wrong or no longer works."""
    return Problem(Refusal(401, code, message))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _stamp(now: float) -> str:
    return write_stamp(int(now * 1_000_000))

"""What goes wrong, as one exception with an HTTP status, a stable code and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refusal:
    """Why a request was not carried out."""

    status: int
    code: str
    message: str
    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class Problem(Exception):
    """A request that is answered with an error. Carries the `refusal` that the answer is made of."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class UsageError(Exception):
    """A command, setting or file that cannot be used. The text is shown to the person who started the sandbox."""


def bad_request(code: str, message: str) -> Problem:
    """400: the request itself cannot be read."""
    return Problem(Refusal(400, code, message))


def not_found(message: str) -> Problem:
    """404: no such record or address."""
    return Problem(Refusal(404, "not_found", message))


def conflict(code: str, message: str, fields: Mapping[str, str] | None = None) -> Problem:
    """409: the request is fine, but what is stored stands against it."""
    return Problem(Refusal(409, code, message, fields or {}))


def invalid(fields: Mapping[str, str]) -> Problem:
    """422: one sentence for every field that cannot be accepted."""
    listed = "; ".join(f"{name} {reason}" for name, reason in fields.items())
    return Problem(Refusal(422, "validation_failed", f"The record was not saved: {listed}.", dict(fields)))

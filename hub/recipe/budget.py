"""How much one expression may make and do, counted in units: a unit is a character, an element or a small step.

The count runs per thread while an expression is worked out; outside of one nothing is counted. Everything that can
grow asks *before* it grows, so that no text or list is ever made that is over the limit.
"""

from __future__ import annotations

import threading
from types import TracebackType

WHOLE = 2_000_000
"""Units for one expression, or for all the texts of one step together."""

LONGEST_TEXT = 256 * 1024
LONGEST_LIST = 10_000


class TooMuch(Exception):
    """The expression makes too much, or does too much."""


class _Meter(threading.local):
    left: int | None = None


_meter = _Meter()


class Allowance:
    """`with Allowance():` gives the current thread a fresh count, and the old one back afterwards."""

    __slots__ = ("_before", "_units")

    def __init__(self, units: int = WHOLE) -> None:
        self._units = units
        self._before: int | None = None

    def __enter__(self) -> None:
        self._before = _meter.left
        _meter.left = self._units

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _meter.left = self._before


def spend(units: int) -> None:
    """Count units. TooMuch when there are not as many left."""
    left = _meter.left
    if left is None:
        return
    if units > left:
        raise TooMuch("This expression does more than an expression may do.")
    _meter.left = left - units


def spend_text(length: int) -> None:
    """Count a text that is about to be made. TooMuch when it would be longer than 256 KiB."""
    if length > LONGEST_TEXT:
        raise TooMuch("This expression makes a text of more than 256 KiB.")
    spend(length)


def spend_list(length: int) -> None:
    """Count a list that is about to be made. TooMuch when it would have more than 10,000 elements."""
    if length > LONGEST_LIST:
        raise TooMuch("This expression makes a list of more than 10,000 elements.")
    spend(length)

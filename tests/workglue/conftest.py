"""Servers that misbehave, and clients that talk to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.workglue.faulty import Faulty, Talk


@pytest.fixture
def faulty() -> Iterator[Callable[[Callable[[Talk], None]], Faulty]]:
    """Start a server that behaves as told; it stops after the test."""
    with ExitStack() as stack:
        yield lambda behave: stack.enter_context(Faulty(behave))

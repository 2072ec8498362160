"""An account in the sandbox and a step that works on it; servers that misbehave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date

import pytest

from hub.workglue.client import Workglue
from hub.workglue.profile import built_in
from sandbox.server import Server
from tests.actions.step import Records, Step
from tests.workglue.faulty import Faulty, Talk


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workglue]:
    """A client of a small account that the tests of one file share."""
    file = tmp_path_factory.mktemp("account") / "sandbox.db"
    with Server(file, jobs=40, today=date(2026, 3, 31), rate_per_minute=0) as server:
        yield Workglue(base_url=server.url, key=server.key, profile=built_in(), clock=time.time)


@pytest.fixture
def step(api: Workglue) -> Step:
    """A step with Workglue behind it."""
    return Step(records=Records(api))


@pytest.fixture
def faulty() -> Iterator[Callable[[Callable[[Talk], None]], Faulty]]:
    """Start a server that behaves as told; it stops after the test."""
    with ExitStack() as stack:
        yield lambda behave: stack.enter_context(Faulty(behave))

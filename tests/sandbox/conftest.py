"""A sandbox for each test, served by this process, and somebody who calls it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Server
from tests.sandbox.caller import TODAY, Caller, Serve


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a sandbox with any options; it stops after the test."""
    with ExitStack() as stack:

        def start(name: str = "sandbox.db", **options: Any) -> Caller:
            settings: dict[str, Any] = {"jobs": 40, "today": TODAY, "rate_per_minute": 0, **options}
            caller = Caller(stack.enter_context(Server(tmp_path / name, **settings)))
            stack.callback(caller.session.close)
            return caller

        yield start


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """Somebody who calls a sandbox that the tests of one file share. For tests that change nothing."""
    path = tmp_path_factory.mktemp("shared") / "sandbox.db"
    with Server(path, jobs=40, today=TODAY, rate_per_minute=0) as server:
        caller = Caller(server)
        yield caller
        caller.session.close()


@pytest.fixture
def caller(serve: Serve) -> Caller:
    """Somebody with the key of a small sandbox without a rate limit."""
    return serve()

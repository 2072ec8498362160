"""The web process says every few seconds that it is there, and stops when it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from hub.errors import Unavailable
from hub.presence import Presence
from hub.services import Services
from hub.web import application, create_app
from tests.services.processes import wait_for
from tests.web.conftest import NOON
from tests.web.visitor import Visitor


def test_it_leaves_signs_until_it_is_stopped(services: Services, clock: object) -> None:
    presence = Presence(services, kind="web", name="web-1", every=0.02)
    presence.start()
    wait_for(lambda: bool(services.views.heartbeats()), seconds=10, why="the first sign is left")
    clock.now = NOON + 7  # type: ignore[attr-defined]
    wait_for(lambda: services.views.heartbeats()[0].seen_at == NOON + 7, seconds=10, why="another sign is left")
    presence.stop()
    assert not presence._thread.is_alive()
    [beat] = services.views.heartbeats()
    assert beat.kind == "web"


def test_a_database_that_is_away_does_not_end_it(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = threading.Event()

    def fail(*_: object, **__: object) -> None:
        if tried.is_set():
            second.set()
        tried.set()
        raise Unavailable("away")

    second = threading.Event()
    monkeypatch.setattr(services.ledger, "heartbeat", fail)
    presence = Presence(services, kind="web", name="web-1", every=0.02)
    presence.start()
    assert second.wait(10)
    presence.stop()


def test_only_a_process_of_its_own_leaves_signs(
    services: Services, make_services: Callable[..., Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Services] = []
    monkeypatch.setattr(application, "open_services", lambda _: make_services())
    monkeypatch.setattr(Presence, "start", lambda self: started.append(self._services))
    monkeypatch.setattr(application, "read_settings", lambda: services.settings)
    create_app(services)
    assert started == []
    create_app()
    assert len(started) == 1


def test_one_that_has_said_that_it_ends_does_not_count_as_there(
    services: Services, visit: Callable[..., Visitor]
) -> None:
    for kind in ("web", "worker", "clock"):
        services.ledger.heartbeat(kind, f"{kind}-1", now=NOON, detail={"ended": True})
    assert "Clock is missing" in visit().words("/")
    services.ledger.heartbeat("clock", "clock-2", now=NOON, detail={})
    assert "Clock is there" in visit().words("/")

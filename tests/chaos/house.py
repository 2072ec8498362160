"""The hub that is broken on purpose, with everything it works with."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sandbox.server import Server
from tests.chaos.postgres import OwnPostgres
from tests.chaos.receiver import Receiver
from tests.services.processes import HubProcesses

RECIPES = Path(__file__).parent / "recipes"
CANARY = "canary-of-the-lead-secret"
PASSWORD = "canary of the first login"
ROLES = {"web": "web", "clock": "clock", "worker-1": "worker", "worker-2": "worker"}
GOES_ON_AFTER = 4.0
"""Seconds of a lease here; in an office it is a minute."""


class House:
    """Processes by name, sandbox, receiver and database. What has ended is started again, as a platform does it."""

    def __init__(self, home: Path, hub: HubProcesses, sandbox: Server, postgres: OwnPostgres | None) -> None:
        self.home, self.hub, self.sandbox, self.postgres = home, hub, sandbox, postgres
        self.receiver = Receiver()
        self.armed: dict[str, str] = {}
        self.frozen: set[str] = set()
        self.kills = 0
        self.endings: list[str] = []

    def keep_running(self) -> None:
        """Start what is not running; with the failpoint that is armed for it, if there is one."""
        for name, role in ROLES.items():
            if self.hub.is_running(name):
                continue
            with contextlib.suppress(KeyError):
                self.endings.append(f"{name} ended with {self.hub.process(name).returncode}")
                self.hub.kill(name)
            window = self.armed.get(name)
            self.hub.start(name, role, **({"HUB_FAILPOINTS": f"{window}:kill"} if window else {}))

    def kill(self, name: str) -> None:
        """kill -9, children and all."""
        self.kills += 1
        with contextlib.suppress(KeyError):
            self.hub.kill(name)

    def pause(self, seconds: float) -> None:
        """Let it work for so long, and start again what ends meanwhile."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.keep_running()
            time.sleep(0.1)

    def post(self, path: str, fields: dict[str, Any]) -> int:
        """One signed delivery; its status, 0 when there was no answer."""
        body = json.dumps(fields).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Signature": hmac.new(CANARY.encode(), body, hashlib.sha256).hexdigest(),
        }
        return self.ask("POST", f"/hooks/{path}", body, headers)[0]

    def ask(
        self, method: str, path: str, body: bytes | str = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """One request to the hub: (status, text, Set-Cookie), with status 0 when there was no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.getheader("Set-Cookie") or ""
        except (OSError, http.client.HTTPException):
            return 0, "", ""
        finally:
            connection.close()


@contextmanager
def opened(home: Path, *, on_postgres: bool, keyed: bool = True, jobs: int = 160, **more: str) -> Iterator[House]:
    """A house that is released and runs. Without `keyed`, Workglue knows no idempotency keys.

    More settings of the hub may be given by name.
    """
    home.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        postgres = OwnPostgres() if on_postgres else None
        if postgres is not None:
            stack.callback(postgres.remove)
        profile = None if keyed else _keyless_profile(home)
        sandbox = Server(home / "sandbox.db", jobs=jobs, today=date(2026, 3, 31), rate_per_minute=0, profile=profile)
        stack.callback(sandbox.stop)
        hub = HubProcesses(home / "hub", {"WORKGLUE_API_URL": sandbox.url, "WORKGLUE_API_KEY": sandbox.key})
        house = House(home, hub, sandbox, postgres)
        stack.callback(house.receiver.stop)
        hub.environment |= _settings(house, profile) | more
        stack.enter_context(hub)
        released = hub.cli("release")
        assert released.returncode == 0, released.stdout + released.stderr
        house.keep_running()
        yield house


def _settings(house: House, profile: Path | None) -> dict[str, str]:
    settings = {
        "HUB_RECIPES": str(RECIPES),
        "HUB_SECRET_LEAD_SECRET": CANARY,
        "HUB_SECRET_CHAT": house.receiver.address,
        "HUB_ADMIN_PASSWORD": PASSWORD,
        "HUB_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "HUB_LEASE": str(GOES_ON_AFTER),
        "HUB_POLL_EVERY": "2",
        "HUB_HOOK_LIMIT": "0",
        "HUB_FLOOD": "0",
        "HUB_MESSAGES_PER_HOUR": "0",
    }
    if house.postgres is not None:
        settings["DATABASE_URL"] = house.postgres.url
    if profile is not None:
        settings |= {"WORKGLUE_PROFILE": str(profile), "HUB_UNKNOWN_WAIT": "6"}
    return settings


def _keyless_profile(home: Path) -> Path:
    """The usual profile of an API that ignores idempotency keys, for the sandbox and for the hub."""
    import hub.workglue

    usual = (Path(hub.workglue.__file__).parent / "profile.yaml").read_text()
    changed = usual.replace("idempotency_header: Idempotency-Key", 'idempotency_header: ""')
    assert changed != usual
    profile = home / "profile.yaml"
    profile.write_text(changed)
    return profile

"""`python -m hub all`: every process of the hub on this machine, with its own Redis and, without an account, the
sandbox. Ctrl+C ends it in order: first what takes work in, then what does it, then Redis.
"""

from __future__ import annotations

import fcntl
import http.client
import signal
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import click

from hub.cli.children import Child, run_to_end
from hub.cli.processes import refuse_ephemeral
from hub.cli.trial import trial_environment
from hub.errors import HubError, SettingError
from hub.presence import Ending
from hub.queue import PrivateServer
from hub.settings import Settings, inherited, keep_trial, read_settings

READY_SECONDS = 30.0
WORKER_PATIENCE = 28.0
PATIENCE = 12.0
MOST_PORTS = 20


@click.command("all")
@click.option("--workers", default=1, show_default=True, help="How many workers to start.")
@click.option("--activity/--no-activity", default=False, help="Let the sandbox's office make changes all the time.")
def everything(workers: int, activity: bool) -> None:
    """Run web, worker and clock together; without an account, the sandbox, too. Ctrl+C ends it."""
    settings = read_settings(trial=False)
    refuse_ephemeral(settings)
    Path(settings.home).mkdir(parents=True, exist_ok=True, mode=0o700)
    with Path(settings.home, "all.lock").open("w") as lock:
        _only_one(lock, settings)
        Everything(settings, workers=workers, activity=activity).run()


class Everything:
    """Starts the processes, starts again what dies, and ends them in order."""

    def __init__(self, settings: Settings, *, workers: int, activity: bool) -> None:
        self._settings = settings
        self._workers = workers
        self._activity = activity
        self._ending = Ending()
        self._stop = self._ending.over
        self._redis: PrivateServer | None = None
        self._sandbox: Child | None = None
        self._front: list[Child] = []
        self._hands: list[Child] = []
        self._environment = inherited()

    def run(self) -> None:
        """Until a signal comes."""
        self._ending.listen()
        signal.signal(signal.SIGHUP, self._ending.hear)
        try:
            self._start()
            while not self._stop.wait(0.5):
                self._revive()
        finally:
            self._end()
            self._ending.ignore()

    def _start(self) -> None:
        port = free_port(self._settings.port)
        if port != self._settings.port:
            click.echo(f"Port {self._settings.port} is taken by another program; using {port}.")
        self._settings = replace(self._settings, port=port)
        self._environment["PORT"] = str(port)
        self._environment.setdefault("HUB_PUBLIC_URL", f"http://127.0.0.1:{port}")
        if not self._settings.redis_url:
            self._redis = PrivateServer(Path(self._settings.home) / "redis")
            self._redis.start()
        if not self._settings.api_url:
            self._start_sandbox()
        run_to_end(self._hub("release"), self._environment)
        self._front = [
            Child("web", self._hub("web"), self._environment),
            Child("clock", self._hub("clock"), self._environment),
        ]
        self._hands = [Child("worker", self._hub("worker"), self._environment) for _ in range(self._workers)]
        for child in (*self._front, *self._hands):
            child.start()
        if not self._wait_for(port):
            raise HubError("The dashboard did not start; the lines above say why.")
        self._welcome(port)

    def _start_sandbox(self) -> None:
        home = Path(self._settings.home)
        port = free_port(5001)
        trial = trial_environment(home, port=port, hub_port=self._settings.port, given=self._environment)
        self._environment = {**trial, **self._environment}
        command = [
            sys.executable,
            "-m",
            "sandbox",
            "serve",
            "--port",
            str(port),
            "--database",
            str(home / "sandbox.db"),
        ]
        self._sandbox = Child("sandbox", command, self._environment)
        self._sandbox.start()
        if not self._wait_for(port):
            raise HubError("The sandbox did not start; the lines above say why.")
        key_command = [sys.executable, "-m", "sandbox", "key", "--database", str(home / "sandbox.db")]
        key = run_to_end(key_command, self._environment, show=False).strip()
        self._environment.setdefault("WORKGLUE_API_KEY", key)
        keep_trial(home, {**trial, "WORKGLUE_API_KEY": key, "PORT": str(self._settings.port)})
        if self._activity:
            office = [sys.executable, "-m", "sandbox", "activity", "--database", str(home / "sandbox.db")]
            self._front.append(Child("office", office, self._environment))

    def _wait_for(self, port: int) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and not self._stop.is_set():
            if answers(port):
                return True
            time.sleep(0.05)
        return self._stop.is_set()

    def _welcome(self, port: int) -> None:
        kept_password = Path(self._settings.home, "admin-password")
        lines = ["", f"  The hub is running.   http://127.0.0.1:{port}/"]
        if self._settings.admin_password:
            lines.append(
                f"  Log in as             {self._settings.admin_email}, with the password of HUB_ADMIN_PASSWORD"
            )
        elif kept_password.exists():
            shown = kept_password.read_text(encoding="utf-8").strip()
            lines.append(f"  Log in as             {self._settings.admin_email}   {shown}")
        if self._sandbox is not None:
            root = self._environment["WORKGLUE_API_URL"].removesuffix("/api/v1")
            lines += [
                f"  Sandbox of Workglue   {root}/   (messages that recipes send: {root}/sandbox/chat)",
                "  See it work           make activity   lets the office of the sandbox make changes",
            ]
        lines += ["  End it                Ctrl+C; everything is kept and goes on at the next start", ""]
        click.echo("\n".join(lines))

    def _revive(self) -> None:
        if self._redis is not None and not self._redis.answers():
            self._redis.start()
        for child in (*self._front, *self._hands, *([self._sandbox] if self._sandbox else [])):
            child.revive()

    def _end(self) -> None:
        if self._front or self._hands:
            click.echo("Ending: work in hand is finished first.")
        for group, patience in ((self._front, PATIENCE), (self._hands, WORKER_PATIENCE), (self._sandboxes(), PATIENCE)):
            for child in group:
                child.ask_to_end()
            for child in group:
                child.wait(patience)
        if self._redis is not None:
            self._redis.stop()

    def _sandboxes(self) -> list[Child]:
        return [self._sandbox] if self._sandbox else []

    def _hub(self, command: str) -> list[str]:
        return [sys.executable, "-m", "hub", command]


def free_port(wanted: int) -> int:
    """`wanted`, or the next port that nobody listens on. SettingError when twenty in a row are taken."""
    for port in range(wanted, wanted + MOST_PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SettingError(
        f"The ports {wanted} to {wanted + MOST_PORTS - 1} are all taken.", hint="Set PORT to a free one."
    )


def answers(port: int) -> bool:
    """Whether the program on this port of this machine says that it is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _only_one(lock: IO[Any], settings: Settings) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise HubError(
            f"The hub is already running with the folder {settings.home}.",
            hint="End the other one with Ctrl+C, or set HUB_HOME to another folder for a second hub.",
        ) from None

"""The hub's real processes, for tests that kill, stop and starve them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

import redis

from hub.cli.everything import answers
from hub.queue import PrivateServer
from hub.services import Services, open_services
from hub.settings import read_settings

ROOT = Path(__file__).parents[2]
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], bool], *, seconds: float, why: str) -> None:
    """Return as soon as `what()` holds; AssertionError with `why` when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} seconds: {why}")


class HubProcesses:
    """A hub in a folder of its own: its processes by name, each in a session of its own so that it dies whole."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.home = home
        self.port = free_port()
        self.redis = PrivateServer(home / "redis")
        self.environment = {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            "HUB_HOME": str(home),
            "PORT": str(self.port),
            "HUB_LEASE": "4",
            "HUB_TICK": "0.3",
            "HUB_UNKNOWN_WAIT": "2",
            "REDIS_URL": self.redis.url,
            **environment,
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: dict[str, Path] = {}

    def __enter__(self) -> HubProcesses:
        self.home.mkdir(parents=True, exist_ok=True)
        self.redis.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self._processes):
            self.kill(name)
        self.redis.stop()
        if kind is not None:
            for name, log in self._logs.items():
                print(f"---- {name} ----\n{log.read_text(errors='replace')[-4000:]}")  # noqa: T201

    def cli(self, *arguments: str, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run `python -m hub ...` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "hub", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, name: str, *arguments: str, **environment: str) -> None:
        """Start `python -m hub ARGUMENTS` under a name; the arguments default to the name."""
        log = self.home / f"{name}.log"
        self._logs[name] = log
        with log.open("ab") as output:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "hub", *(arguments or (name,))],
                cwd=ROOT,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start_web(self) -> None:
        """Start the web process and wait until it answers."""
        self.start("web")
        wait_for(lambda: answers(self.port), seconds=30, why="the web process answers")

    def process(self, name: str) -> subprocess.Popen[bytes]:
        """The process of this name."""
        return self._processes[name]

    def log(self, name: str) -> str:
        """What a process has printed."""
        return self._logs[name].read_text(errors="replace")

    def pids(self, name: str) -> list[int]:
        """The process of this name and every child of it that lives, itself last."""
        leader = self._processes[name].pid
        return [*(pid for pid in session_of(leader) if pid != leader), leader]

    def is_running(self, name: str) -> bool:
        """Whether a process of this name was started and has not ended."""
        return name in self._processes and self._processes[name].poll() is None

    def rename(self, name: str, new: str) -> None:
        """The process of this name gets another one."""
        self._processes[new] = self._processes.pop(name)
        self._logs[new] = self._logs.pop(name)

    def kill(self, name: str) -> None:
        """kill -9 the process and every child of it."""
        process = self._processes.pop(name)
        for pid in [*session_of(process.pid), process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def end(self, name: str, *, seconds: float = 30.0) -> int:
        """SIGTERM, and its exit code."""
        process = self._processes.pop(name)
        process.terminate()
        return process.wait(seconds)

    def flush_redis(self) -> None:
        """FLUSHALL."""
        with redis.Redis.from_url(self.redis.url) as client:
            client.flushall()

    @contextlib.contextmanager
    def services(self) -> Iterator[Services]:
        """The hub's own services over the same folder, to look into it."""
        services = open_services(read_settings(self.environment))
        try:
            yield services
        finally:
            services.close()


def session_of(leader: int) -> list[int]:
    """The pids of a session (RQ's work horses are in one with their worker), read from the kernel."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[3]) == leader:
                    found.append(int(entry.name))
    return found

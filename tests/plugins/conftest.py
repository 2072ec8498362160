"""A plug-in package as pip would install it, and the feed that it looks at."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parent / "package"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder for packages in which the plug-in is installed from a wheel, which is an archive of just these files."""
    wheel = tmp_path / "hub_feeds-1.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in PACKAGE.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(PACKAGE))
    installed = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    return installed


class Feed:
    """A JSON feed on this machine. `entries` may be changed, `status` as well."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = [{"id": 1, "title": "Old"}]
        self.status = 200
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(feed.entries).encode()
                self.send_response(feed.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}/feed.json"

    def add(self, number: int) -> None:
        """A new entry at the top."""
        self.entries = [{"id": number, "title": f"Entry {number}"}, *self.entries]

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def feed() -> Iterator[Feed]:
    """A feed with one old entry."""
    feed = Feed()
    yield feed
    feed.close()

"""Where the recipes' messages go: counts what it has taken, and can fail before or after taking it."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """`taken` counts each text. `mood` is ok, error (500, not taken), reset (taken, no answer) or drip (taken, and
    the answer comes byte by byte, longer than anybody waits)."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.taken: Counter[str] = Counter()
        self.mood = "ok"
        self.lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """As an Apprise address."""
        return f"json://127.0.0.1:{self.server_port}/office"

    def stop(self) -> None:
        """Take nothing any more."""
        self.mood = "ok"
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever sent it has been killed."""


class _Take(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mood = self.server.mood
        if mood == "error":
            self.send_response(500)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        with self.server.lock:
            self.server.taken[str(body["message"])] += 1
        if mood == "reset":
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", "20" if mood == "drip" else "0")
        self.end_headers()
        for _ in range(20 if mood == "drip" else 0):
            self.wfile.write(b".")
            self.wfile.flush()
            time.sleep(2 if self.server.mood == "drip" else 0)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is to be said."""

"""A web server with a certificate of its own making."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path


def make_certificate(folder: Path, *, host: str = "localhost") -> Path:
    """A certificate for `host` that vouches for itself, with its key beside it."""
    make = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN={host} -addext subjectAltName=DNS:{host}"
    subprocess.run(
        [*make.split(), "-keyout", "key.pem", "-out", "certificate.pem"], check=True, capture_output=True, cwd=folder
    )
    return folder / "certificate.pem"


def read_request(sock: socket.socket) -> None:
    """Read one whole request: closing with a part of it unread would reset the connection."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += sock.recv(65536) or b"\r\n\r\n"
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0:
        missing -= len(sock.recv(65536)) or missing


@contextlib.contextmanager
def serve_securely(certificate: Path, body: bytes) -> Iterator[int]:
    """Answer each request over TLS with `body`. Gives the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with sock, contextlib.suppress(OSError), context.wrap_socket(sock, server_side=True) as secure:
                read_request(secure)
                secure.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()

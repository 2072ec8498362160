"""The raw bytes of a request, once, with a limit while they are being read.

Flask and gunicorn let some damaged bodies pass: a body that ends early although its length was announced, and one in
chunks that is longer than the limit. So the bytes are taken from the server directly and checked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PIECE = 64 * 1024


class Refused(Exception):
    """The body cannot be taken. `status` and `code` are for the sender, the text for sender and owner."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def read_body(environ: Mapping[str, Any], *, limit: int) -> bytes:
    """All bytes of the body as they came. Refused when it is longer than `limit` bytes, cut, of unclear length, or
    encoded in a way that no webhook takes; whether one takes gzip is for its trigger to say."""
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise Refused(415, "encoded", "The body is compressed. Send it as it is, without Content-Encoding.")
    announced = environ.get("CONTENT_LENGTH") or ""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        if announced:
            raise Refused(400, "unclear_length", "The request announces two different lengths.")
        return _read(environ, limit, _too_large(limit))
    if not announced:
        return b""
    if not (announced.isascii() and announced.isdecimal()):
        raise Refused(400, "unclear_length", "The announced length is no number.")
    length = int(announced)
    if length > limit:
        raise _too_large(limit)
    body = _read(environ, length, None)
    if len(body) != length:
        raise Refused(400, "cut", f"The body was cut: {len(body)} of {length} announced bytes arrived.")
    return body


def _read(environ: Mapping[str, Any], most: int, beyond: Refused | None) -> bytes:
    """Up to `most` bytes; with `beyond`, one more is read to see whether it must be raised."""
    stream = environ["wsgi.input"]
    pieces: list[bytes] = []
    missing = most + 1 if beyond else most
    while missing > 0:
        try:
            piece = stream.read(min(PIECE, missing))
        except Exception as problem:  # each server has its own errors for a chunk that is wrong or missing
            raise Refused(400, "cut", "The body was cut or its chunks are damaged.") from problem
        if not piece:
            break
        pieces.append(piece)
        missing -= len(piece)
    if beyond and missing <= 0:
        raise beyond
    return b"".join(pieces)


def _too_large(limit: int) -> Refused:
    return Refused(413, "too_large", f"The body is larger than the {limit:,} bytes that are taken here.")

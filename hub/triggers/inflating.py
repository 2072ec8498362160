"""Compressed bodies, made readable without ever holding more than is allowed."""

from __future__ import annotations

import zlib
from dataclasses import replace

from hub.model import Delivery

LARGEST = 8 * 1024 * 1024
"""Bytes that a compressed body may have when it is read. What comes in is limited before, by HUB_MAX_BODY."""

NAMES = ("gzip", "x-gzip")
_MOST_PARTS = 100
_GZIP = 16 + zlib.MAX_WBITS


def is_compressed(delivery: Delivery) -> bool:
    """Whether the delivery says that its body is compressed by gzip."""
    said = (value.strip().lower() for name, value in delivery.headers if name.lower() == "content-encoding")
    return any(each in NAMES for each in said)


def inflate(delivery: Delivery) -> Delivery:
    """The delivery with the body that was compressed. ValueError when it is damaged, cut or too large."""
    pieces: list[bytes] = []
    size, rest = 0, delivery.body
    while rest:  # several compressed parts after each other are one body
        if len(pieces) == _MOST_PARTS:
            raise ValueError("The compressed body is in too many parts.")
        reader = zlib.decompressobj(_GZIP)
        try:
            piece = reader.decompress(rest, LARGEST - size + 1)
        except zlib.error as problem:
            raise ValueError("The compressed body is damaged.") from problem
        size += len(piece)
        if size > LARGEST:
            raise ValueError(f"The body is larger than {LARGEST:,} bytes when it is read.")
        if not reader.eof:
            raise ValueError("The compressed body was cut.")
        pieces.append(piece)
        rest = reader.unused_data
    return replace(delivery, body=b"".join(pieces))

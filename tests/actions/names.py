"""A name server for tests: it knows addresses as they are written, and the names that a test gives it."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

look_up = socket.getaddrinfo


def serve_names(monkeypatch: pytest.MonkeyPatch, known: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    """Answer from `known`, else take the host as an address in any spelling. Returns what is asked, as it comes.

    Nothing leaves this machine: what is neither known nor an address does not exist.
    """
    asked: list[str] = []
    names = {"localhost": ["::1", "127.0.0.1"], **(known or {})}

    def answer(host: str, port: Any, *_arguments: Any, **_more: Any) -> list[Any]:
        asked.append(host)
        return [
            found
            for address in names.get(host, [host])
            for found in look_up(address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked

"""Mail addresses: from what people write to what a mail server takes. Wrong ones are refused, with their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import idna

from hub.errors import Permanent

MOST = 100
LONGEST = 254
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PIECE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",;])+')
_WRITTEN = re.compile(
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<name>[^"<>@]*?))\s*<\s*(?P<address>[^<>\s]+)\s*>|(?P<alone>[^\s<>"]+)'
)
_BACKSLASH = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One mail address. `name` is the person's, "" where none is given; `domain` is in the letters of the DNS."""

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        """ana@example.com"""
        return f"{self.local}@{self.domain}"

    def __str__(self) -> str:
        """As people write it, with the name in quotes that it may need."""
        if not self.name:
            return self.address
        quoted = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{self.address}>'


def read_recipients(given: Any, *, key: str) -> tuple[Recipient, ...]:
    """The addresses in a text or a list of texts, each once; empty entries are left out.

    Permanent, naming the `key` of the step, for what is no address and for more than MOST.
    """
    entries = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    found = {each.address.casefold(): each for entry in entries for each in _read_entry(entry, key)}
    if len(found) > MOST:
        raise Permanent(f"`{key}` has {len(found)} addresses; at most {MOST} get one mail.", hint="Send several mails.")
    return tuple(found.values())


def _read_entry(entry: Any, key: str) -> Iterator[Recipient]:
    if entry is None or (isinstance(entry, str) and not entry.strip()):
        return
    if not isinstance(entry, str):
        raise _refusal(key, entry, "it is not a text")
    if not entry.strip().isprintable():
        raise _refusal(key, entry, "it holds a line break or another character that no address has")
    for piece in _PIECE.findall(entry):
        match = _WRITTEN.fullmatch(piece.strip())
        if match is None:
            raise _refusal(key, entry, "it cannot be read")
        name = _BACKSLASH.sub(r"\1", match["quoted"]) if match["quoted"] is not None else match["name"] or ""
        yield _read_one(name, match["address"] or match["alone"], entry, key)


def _read_one(name: str, address: str, entry: str, key: str) -> Recipient:
    local, at, domain = address.rpartition("@")
    if not at:
        raise _refusal(key, entry, "there is no @ in it")
    if not _LOCAL.fullmatch(local) or len(local.encode()) > 64:
        raise _refusal(key, entry, "what stands before the @ cannot be right")
    try:
        plain = idna.encode(domain, uts46=True).decode().lower()
    except idna.IDNAError:
        plain = ""
    labels = plain.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        raise _refusal(key, entry, "what stands after the @ is no domain")
    found = Recipient(" ".join(name.split()), local, plain)
    if len(found.address.encode()) > LONGEST:
        raise _refusal(key, entry, "it is too long")
    return found


def _refusal(key: str, entry: Any, why: str) -> Permanent:
    return Permanent(
        f"`{key}` holds {entry!r:.80}, which is no mail address: {why}.",
        hint="Write ana@example.com, or Ana Ruiz <ana@example.com>.",
    )

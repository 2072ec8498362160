"""A YAML document with positions: every value knows its line and column, and how it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub.errors import Place

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML, so that lines are counted alike everywhere."""

KIND_WORDS = {
    "text": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
    "list": "a list",
    "map": "a group of keys",
}


@dataclass(frozen=True, slots=True)
class Node:
    """One value. `kind` is a key of KIND_WORDS; `value` is the scalar, a tuple of nodes or a tuple of entries.

    `raw` is the scalar as it stands in the file, quotes included; `style` is "" for plain text, else the quote
    character or the block indicator. `weight` counts the values in it with aliases expanded, `height` its levels.
    """

    kind: str
    value: Any
    place: Place
    raw: str = ""
    style: str = ""
    weight: int = 1
    height: int = 1

    def entries(self) -> tuple[Entry, ...]:
        """The keys of a group, none for anything else."""
        found: tuple[Entry, ...] = self.value if self.kind == "map" else ()
        return found

    def items(self) -> tuple[Node, ...]:
        """The elements of a list, none for anything else."""
        found: tuple[Node, ...] = self.value if self.kind == "list" else ()
        return found

    def get(self, key: str) -> Node | None:
        """The value of a key, None when there is none."""
        return next((entry.node for entry in self.entries() if entry.key == key), None)

    def plain(self) -> Any:
        """The value without positions: dict, list, str, int, float, bool or None."""
        if self.kind == "map":
            return {entry.key: entry.node.plain() for entry in self.value}
        if self.kind == "list":
            return [node.plain() for node in self.value]
        return self.value

    def texts(self) -> Iterator[Node]:
        """All texts in this value, in order. Keys are not among them."""
        if self.kind == "text":
            yield self
        for node in self.items():
            yield from node.texts()
        for entry in self.entries():
            yield from entry.node.texts()

    def place_of(self, fragment: str) -> Place:
        """Where a piece of this text stands in the file, as a whole word; the text's own place when it cannot be found
        (it was written with escapes, or is not there)."""
        match = re.search(rf"(?<![\w.]){re.escape(fragment)}(?!\w)", self.raw) if fragment else None
        offset = match.start() if match else self.raw.find(fragment) if fragment else -1
        if offset < 0:
            return self.place
        before = LINE_BREAK.split(self.raw[:offset])
        if len(before) == 1:
            return Place(self.place.file, self.place.line, self.place.column + offset)
        return Place(self.place.file, self.place.line + len(before) - 1, len(before[-1]) + 1)

    def place_of_line(self, number: int) -> Place:
        """Where line `number` (from 1) of this text stands, as good as it can be known."""
        offset = number if self.style in ("|", ">") else number - 1
        lines = LINE_BREAK.split(self.raw)
        if offset <= 0 or offset >= len(lines):
            return self.place
        return Place(self.place.file, self.place.line + offset, len(lines[offset]) - len(lines[offset].lstrip()) + 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a group and its value. Keys are always text, as written."""

    key: str
    place: Place
    node: Node

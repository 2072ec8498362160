"""Events of the YAML parser grown into a tree of nodes, with everything refused on the way that would be a guess."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

import yaml

from hub.errors import Place
from hub.recipe.node import LINE_BREAK, Entry, Node
from hub.recipe.problems import Findings

DEEPEST = 32
MOST_VALUES = 20_000
MOST_ALIASES = 50

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_SIMPLE: dict[str, tuple[str, Any]] = {
    "": ("null", None),
    "~": ("null", None),
    "null": ("null", None),
    "true": ("boolean", True),
    "false": ("boolean", False),
}
_GLUED = re.compile(r"[ \t]+#[^\s#]")
_ALIAS_HINT = f"A recipe may use at most {MOST_ALIASES} aliases. Write the lines out."


def read_scalar(value: str) -> tuple[str, Any]:
    """Kind and value of plain text, by the rules of the core schema; what is not clearly something else is text."""
    if value in _SIMPLE:
        return _SIMPLE[value]
    if _INTEGER.fullmatch(value):
        return "integer", int(value)
    if _NUMBER.fullmatch(value):
        return "number", float(value)
    return "text", value


@dataclass(slots=True)
class _Open:
    """A list or a group that is not closed yet. `key` is the key that waits for its value."""

    is_map: bool
    place: Place
    index: int
    anchor: str | None
    flow: bool
    items: list[Node] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    seen: dict[str, Place] = field(default_factory=dict)
    key: str | None = None
    key_place: Place | None = None
    wants_value: bool = False
    braces: bool = False
    weight: int = 1
    height: int = 1


class Tree:
    """What has been read so far. `root` is the finished document, `stopped` says that a limit was passed."""

    def __init__(self, text: str, findings: Findings) -> None:
        self.root: Node | None = None
        self.stopped = False
        self.read_to = 0
        self._text = text
        self._findings = findings
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._documents = 0
        self._aliases = 0
        self._quoted: list[tuple[int, int]] = []

    def take(self, event: Any) -> None:
        """Add one event of the parser."""
        self.read_to = max(self.read_to, event.end_mark.index)
        if isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end(event)
        elif isinstance(event, yaml.AliasEvent):
            self._take_alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._begin_document(event)

    def is_quoted(self, index: int) -> bool:
        """Whether a position in the text is inside quotes or a block, where a tab is a character like any other."""
        found = bisect_right(self._quoted, (index, len(self._text))) - 1
        return found >= 0 and index < self._quoted[found][1]

    # ---- what the parser reports

    def _begin_document(self, event: Any) -> None:
        self._documents += 1
        place = self._place(event)
        if self._documents > 1:
            self._findings.add("RCP106", "A second document begins here.", place, hint="A file holds one recipe.")
            self.stopped = True
        elif event.version or event.tags:
            hint = "Delete the line that starts with %."
            self._findings.add("RCP106", "The file begins with a directive.", place, hint=hint)

    def _take_scalar(self, event: Any) -> None:
        place = self._place(event)
        style = event.style or ""
        raw = self._text[event.start_mark.index : event.end_mark.index]
        if not style and not LINE_BREAK.search(raw):
            raw = event.value  # without an anchor or a tag before it
        if style:
            self._quoted.append((event.start_mark.index, event.end_mark.index))
        kind, value = ("text", event.value) if style or event.tag else read_scalar(event.value)
        self._refuse_tag(event, place)
        if not style and not self._is_key_next():
            self._warn_of_comment(event)
        self._place_node(Node(kind, value, place, raw, style), event.anchor)

    def _begin(self, event: Any) -> None:
        place = self._place(event)
        self._refuse_tag(event, place)
        if len(self._open) >= DEEPEST:
            self._stop("RCP108", f"This is nested deeper than {DEEPEST} levels.", place, "Split the recipe.")
            return
        self._mark_braces(event)
        is_map = isinstance(event, yaml.MappingStartEvent)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Open(is_map, place, event.start_mark.index, event.anchor, bool(event.flow_style)))

    def _end(self, event: Any) -> None:
        done = self._open.pop()
        raw = self._text[done.index : event.end_mark.index]
        if done.braces:
            hint = 'Put quotes around it: "' + raw.replace('"', "'") + '"'
            self._findings.add("RCP109", "A text with braces needs quotes around it.", done.place, hint=hint)
            node = Node("text", raw, done.place, raw)
        elif done.is_map:
            node = Node("map", tuple(done.entries), done.place, "", "", done.weight, done.height)
        else:
            node = Node("list", tuple(done.items), done.place, "", "", done.weight, done.height)
        self._place_node(node, done.anchor)

    def _take_alias(self, event: Any) -> None:
        place = self._place(event)
        self._aliases += 1
        target = self._anchors.get(event.anchor)
        if event.anchor not in self._anchors:
            message = f"There is no anchor called `&{event.anchor}`."
            hint = "A text that starts with * needs quotes."
            self._findings.add("RCP105", message, place, hint=hint)
        elif target is None:
            self._findings.add("RCP105", f"`*{event.anchor}` stands inside of itself.", place)
        if self._aliases > MOST_ALIASES:
            self._stop("RCP105", "Aliases (`*name`) are used too often.", place, _ALIAS_HINT)
        elif target is not None and len(self._open) + target.height > DEEPEST:
            self._stop("RCP108", f"This is nested deeper than {DEEPEST} levels.", place, "Split the recipe.")
        else:
            name = f"*{event.anchor}"
            self._place_node(target or Node("text", name, place, name), None)

    # ---- growing

    def _place_node(self, node: Node, anchor: str | None) -> None:
        """Put a finished node where it belongs: into the list or group that is open, or as the root."""
        if anchor:
            self._anchors[anchor] = node
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.weight += node.weight
        parent.height = max(parent.height, node.height + 1)
        if parent.weight > MOST_VALUES:
            self._stop("RCP107", f"The file holds more than {MOST_VALUES:,} values.", node.place, "Split the recipe.")
        elif not parent.is_map:
            parent.items.append(node)
        elif not parent.wants_value:
            parent.wants_value = True
            parent.key_place = node.place
            parent.key = self._read_key(node, parent)
        else:
            if parent.key is not None and parent.key_place is not None:
                parent.entries.append(Entry(parent.key, parent.key_place, node))
            parent.wants_value = False

    def _read_key(self, node: Node, parent: _Open) -> str | None:
        """The key as text, None (and a problem) when it cannot be one or was there already."""
        if node.kind in ("map", "list") or (node.kind == "null" and not node.raw):
            if not parent.braces:
                hint = "A key is a word followed by a colon."
                self._findings.add("RCP111", "A key is not a plain word.", node.place, hint=hint)
            return None
        key = str(node.value) if node.style else " ".join(node.raw.split())
        if key == "<<" and not node.style:
            hint = "Write the lines out instead of merging them."
            self._findings.add("RCP105", "Merge keys (`<<`) are not part of the language.", node.place, hint=hint)
            return None
        if key in parent.seen:
            first = parent.seen[key].line
            message = f"The key `{key[:60]}` is given twice: in line {first} and in line {node.place.line}."
            self._findings.add("RCP103", message, node.place, hint="Delete one of them.")
            return None
        parent.seen[key] = node.place
        return key

    def _mark_braces(self, event: Any) -> None:
        """A `{` directly behind a `{` that waits for its first key is an expression without quotes."""
        if not (isinstance(event, yaml.MappingStartEvent) and event.flow_style and self._open):
            return
        parent = self._open[-1]
        if parent.is_map and parent.flow and not parent.seen and not parent.wants_value:
            mark: Any = event.start_mark
            parent.braces = mark.index == parent.index + 1

    # ---- refusing

    def _refuse_tag(self, event: Any, place: Place) -> None:
        if event.tag:
            message = f"A recipe has no tags like `{event.tag[:40]}`."
            self._findings.add("RCP104", message, place, hint="A text that starts with ! needs quotes.")

    def _warn_of_comment(self, event: Any) -> None:
        end = event.end_mark.index
        if event.value and _GLUED.match(self._text, end):
            place = Place(self._findings.file, event.end_mark.line + 1, event.end_mark.column + 2)
            hint = "If it belongs to the text, put quotes around the whole text."
            self._findings.add("RCP115", "From the # on, this line is a comment.", place, hint=hint, warning=True)

    def _stop(self, code: str, message: str, place: Place, hint: str) -> None:
        self._findings.add(code, message, place, hint=hint)
        self.stopped = True

    def _is_key_next(self) -> bool:
        return bool(self._open) and self._open[-1].is_map and not self._open[-1].wants_value

    def _place(self, event: Any) -> Place:
        return Place(self._findings.file, event.start_mark.line + 1, event.start_mark.column + 1)

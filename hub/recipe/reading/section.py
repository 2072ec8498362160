"""A group of keys while it is read: each key is taken once with its type, and what nobody took is reported."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from hub.errors import Place
from hub.recipe.durations import HOW_TO_WRITE, parse_duration
from hub.recipe.nearest import nearest, spell, suggest
from hub.recipe.node import KIND_WORDS, Entry, Node
from hub.recipe.problems import Findings

_YES_NO = {"yes", "no", "on", "off", "true", "false", "y", "n"}
_YES = {"yes", "on", "true", "y"}


class Section:
    """One group of keys. `what` names it in messages, as in "a step"."""

    def __init__(self, node: Node, findings: Findings, *, what: str) -> None:
        self.node = node
        self.what = what
        self.findings = findings
        self._entries = {entry.key: entry for entry in node.entries()}
        self._known: list[str] = []
        self._missing: dict[str, str] = {}
        if node.kind != "map":
            hint = "Write keys with a colon, one in a line, indented alike."
            expect(node, "map", findings=findings, what=what.capitalize(), hint=hint)

    def place(self, key: str) -> Place:
        """Where the key stands, or where the group begins when it is not there."""
        entry = self._entries.get(key)
        return entry.place if entry else self.node.place

    def value_place(self, key: str) -> Place:
        """Where the value of the key stands, or where the group begins when it is not there."""
        entry = self._entries.get(key)
        return entry.node.place if entry else self.node.place

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return key in self._entries

    def take(self, key: str, *, required: bool = False, hint: str = "") -> Node | None:
        """The value of a key that may stand here, None when it is not given. One that is required and missing is
        reported when the section is settled."""
        self._known.append(key)
        entry = self._entries.get(key)
        if entry is None and required:
            self._missing[key] = hint or f"Add `{key}:`."
        return entry.node if entry else None

    def settle(self, *, ignore: Collection[str] = ()) -> None:
        """Report the required keys that are missing, or in their place the unknown keys that are meant to be them."""
        for key, hint in self._missing.items() if self.node.kind == "map" else ():
            close = nearest(key, [entry.key for entry in self.rest() if entry.key not in ignore])
            if close:
                self._known.append(close)
                message = f"{self.what.capitalize()} has no key `{close[:60]}`."
                self.findings.add("RCP201", message, self.place(close), hint=f"Did you mean `{key}`?")
            else:
                message = f"{self.what.capitalize()} needs the key `{key}`."
                self.findings.add("RCP202", message, self.node.place, hint=hint)
        self._missing.clear()

    def text(self, key: str, *, required: bool = False, default: str = "") -> str:
        """A text of at least one character."""
        node = self.take(key, required=required)
        if node is None or not expect(node, "text", findings=self.findings, what=f"`{key}`"):
            return default
        text = str(node.value)
        if not text.strip():
            self.findings.add("RCP203", f"`{key}` is empty.", node.place, hint="Write a text or delete the key.")
        return text

    def flag(self, key: str, *, default: bool) -> bool:
        """true or false."""
        node = self.take(key)
        if node is None or not expect(node, "boolean", findings=self.findings, what=f"`{key}`"):
            return default
        return bool(node.value)

    def whole(self, key: str, *, default: int, lowest: int, highest: int) -> int:
        """A whole number within bounds."""
        node = self.take(key)
        if node is None or not expect(node, "integer", findings=self.findings, what=f"`{key}`"):
            return default
        if not lowest <= node.value <= highest:
            message = f"`{key}` is {node.value}; it must be between {lowest} and {highest:,}."
            self.findings.add("RCP219", message, node.place)
            return default
        return int(node.value)

    def word(self, key: str, choices: Sequence[str], *, default: str) -> str:
        """One of a few words."""
        node = self.take(key)
        if node is None or not expect(node, "text", findings=self.findings, what=f"`{key}`"):
            return default
        if node.value not in choices:
            refuse_word(node, choices, self.findings, what=f"`{key}`")
            return default
        return str(node.value)

    def duration(self, key: str) -> float | None:
        """Seconds, None when the key is not given."""
        node = self.take(key)
        return None if node is None else read_duration(node, self.findings, what=f"`{key}`")

    def rest(self) -> tuple[Entry, ...]:
        """The keys that nobody has taken."""
        return tuple(entry for key, entry in self._entries.items() if key not in self._known)

    def close(self, *, ignore: Collection[str] = ()) -> None:
        """Report what is missing, and the keys that nobody has taken, each with the nearest name."""
        self.settle(ignore=ignore)
        for entry in self.rest():
            if entry.key not in ignore and self.findings.wants_more():
                missing = [key for key in self._known if key not in self._entries]
                hint = suggest(entry.key, missing) or suggest(entry.key, self._known, listed="The keys here are")
                message = f"{self.what.capitalize()} has no key `{entry.key[:60]}`."
                self.findings.add("RCP201", message, entry.place, hint=hint)


def expect(node: Node, *kinds: str, findings: Findings, what: str, hint: str = "") -> bool:
    """Whether a value is of one of some kinds (keys of KIND_WORDS); a problem with the way out when it is not."""
    if node.kind in kinds or ("number" in kinds and node.kind == "integer"):
        return True
    wanted = spell_kinds(kinds)
    if node.kind == "null":
        hint = hint or "Write a value, or delete the key."
        findings.add("RCP203", f"{what} has no value; it must be {wanted}.", node.place, hint=hint)
    else:
        found = KIND_WORDS[node.kind]
        hint = next(filter(None, (_way_out(node, kind) for kind in kinds)), hint)
        findings.add("RCP203", f"{what} is {found}; it must be {wanted}.", node.place, hint=hint)
    return False


def spell_kinds(kinds: Sequence[str]) -> str:
    """The kinds in words, as in "a text or a list"."""
    return spell([KIND_WORDS[kind] for kind in kinds], last="or")


def _way_out(node: Node, kind: str) -> str:
    if kind == "text" and node.kind in ("integer", "number", "boolean"):
        return f'Put quotes around it: "{node.raw}"'
    if kind == "list" and node.kind == "text" and re.fullmatch(r"[\w.\- ]{1,60}", node.value):
        return f"Put brackets around it: [{node.value}]"
    if kind == "boolean" and node.kind == "text" and node.value.casefold() in _YES_NO:
        return f"Write {'true' if node.value.casefold() in _YES else 'false'}."
    if kind in ("integer", "number") and node.kind == "text" and re.fullmatch(r"[\d.,+ ]{1,20}", node.value):
        return "Write the number in digits only and without quotes."
    return ""


def read_duration(node: Node, findings: Findings, *, what: str) -> float | None:
    """Seconds of a duration like 10m; None and a problem when it is none."""
    if node.kind in ("integer", "number"):
        message = f"{what} is a number without a unit."
        findings.add("RCP205", message, node.place, hint=f"Write {node.raw}s for seconds or {node.raw}m for minutes.")
        return None
    if not expect(node, "text", findings=findings, what=what):
        return None
    try:
        return parse_duration(str(node.value).strip())
    except ValueError as error:
        findings.add("RCP205", f"{what}: {error}", node.place, hint=HOW_TO_WRITE)
        return None


def refuse_word(node: Node, choices: Sequence[str], findings: Findings, *, what: str) -> None:
    """Report a word that is none of the possible ones."""
    message = f"{what} cannot be `{str(node.value)[:60]}`."
    hint = suggest(str(node.value), choices) or f"It can be {spell(choices, last='or')}."
    findings.add("RCP204", message, node.place, hint=hint)

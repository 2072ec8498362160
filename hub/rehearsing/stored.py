"""What recipes keep between runs, in a test file: what is given, what is expected, and what a real run tells of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hub.actions.digest import DIGEST
from hub.actions.stored import VALUE
from hub.actions.turns import TURNS, identity
from hub.engine.transport import DraftStored
from hub.model import Record, StepRecord
from hub.recipe.node import Entry, Node
from hub.recipe.problems import Findings
from hub.recipe.reading.section import Section, expect
from hub.stored import Cell, Held

KINDS = {"values": VALUE, "digests": DIGEST, "turns": TURNS}
"""The keys of `stored` and the kinds of cell behind them."""

_OWN = "(this recipe)"


def read_stored(node: Node, findings: Findings) -> None:
    """Add a problem for everything under `stored` that could never be kept."""
    section = Section(node, findings, what="what is kept")
    shared = section.take("shared")
    _read_kinds(section, findings)
    if shared is not None:
        _read_kinds(Section(shared, findings, what="what is shared"), findings)


def _read_kinds(section: Section, findings: Findings) -> None:
    for key in KINDS:
        named = section.take(key)
        if named is None or not expect(named, "map", findings=findings, what=f"`{key}`"):
            continue
        for entry in named.entries() if key != "values" else ():
            expect(entry.node, "list", "null", findings=findings, what=f"`{entry.key}`")
    section.close()


def cells_in(node: Node | None) -> Iterator[tuple[Cell, Entry]]:
    """Each name under `stored` with what stands behind it. A cell of the recipe itself has no recipe's id yet."""
    for recipe_id, group in ((_OWN, node), ("", node.get("shared") if node is not None else None)):
        for key, kind in KINDS.items():
            named = group.get(key) if group is not None else None
            for entry in named.entries() if named is not None else ():
                yield Cell(recipe_id, kind, entry.key), entry


def keep_given(node: Node | None, recipe_id: str) -> dict[Cell, Held]:
    """What a test gives, as cells of this recipe."""
    found = {}
    for cell, entry in cells_in(node):
        if entry.node.kind != "null":
            found[_of(cell, recipe_id)] = Held(_held(cell.kind, entry.node.plain()))
    return found


def kept(stored: DraftStored, cell: Cell, recipe_id: str) -> Any:
    """What a cell holds in the end, as a test file says it: None for nothing."""
    held = stored.cells.get(_of(cell, recipe_id))
    if held is None:
        return None
    if cell.kind == DIGEST:
        return [item for _, item in held.value]
    return sorted(held.value, key=lambda each: held.value[each]) if cell.kind == TURNS else held.value


def _of(cell: Cell, recipe_id: str) -> Cell:
    return Cell(recipe_id if cell.recipe_id == _OWN else "", cell.kind, cell.name)


def _held(kind: str, value: Any) -> Any:
    if kind == DIGEST:
        return [["", item] for item in value]
    return {identity(each): number for number, each in enumerate(value, start=1)} if kind == TURNS else value


class StoredDraft:
    """What was kept before a real run, as far as its steps tell: `given` is a `stored` of a test file."""

    def __init__(self) -> None:
        self.given: Record = {}
        self._seen: set[tuple[bool, str, str]] = set()

    def add(self, step: StepRecord, request: Mapping[str, Any]) -> None:
        """Take in a step that is done. What an earlier step of the run kept was not there before it."""
        told = _TELLS.get(step.action)
        if told is None:
            return
        kinds, tell = told
        name, shared = str(request.get("name", "")).strip(), request.get("shared") is True
        before = tell(step, request)
        if before is not None and (shared, kinds, name) not in self._seen:
            group = self.given.setdefault("shared", {}) if shared else self.given
            group.setdefault(kinds, {})[name] = before
        self._seen.add((shared, kinds, name))


def _got(step: StepRecord, request: Mapping[str, Any]) -> Any:
    return None if step.output == request.get("default") else step.output


def _was(step: StepRecord, _request: Mapping[str, Any]) -> Any:
    return step.output["before"]


def _was_less(step: StepRecord, request: Mapping[str, Any]) -> Any:
    return step.output - request.get("by", 1) or None


def _was_there(step: StepRecord, _request: Mapping[str, Any]) -> Any:
    return "assumed" if step.output else None


def _others(step: StepRecord, request: Mapping[str, Any]) -> Any:
    """That all others had a turn gives the same one its turn again."""
    items: Sequence[Any] = request.get("items") or ()
    return [each for each in dict.fromkeys(map(identity, items)) if each != identity(step.output)] or None


def _taken(step: StepRecord, _request: Mapping[str, Any]) -> Any:
    return step.output["items"] or None


_TELLS = {
    "store.get": ("values", _got),
    "store.set": ("values", _was),
    "store.add": ("values", _was_less),
    "store.delete": ("values", _was_there),
    "round_robin.next": ("turns", _others),
    "digest.take": ("digests", _taken),
    "digest.add": ("digests", lambda _step, _request: None),
}

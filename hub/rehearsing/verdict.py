"""What was expected against what came: each difference with both values and the place of the expectation.

Groups of keys are compared as far as they are named, lists and texts exactly. What changes or leaves (writes, messages
and calls) must be listed in full: a test that names none says that there are none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hub.errors import Permanent
from hub.model import Recipe, Record
from hub.recipe.durations import parse_duration
from hub.recipe.nearest import suggest
from hub.recipe.node import Node
from hub.rehearsing.case import NOT_REACHED, Case, Difference
from hub.rehearsing.play import Played
from hub.rehearsing.stored import cells_in, kept

NOTHING = "(nothing)"
_EFFECTS = ("writes", "messages", "calls", "started")


def differences(case: Case, recipe: Recipe, played: Played) -> tuple[Difference, ...]:
    """All of them, in the order of the file; none when the test passes."""
    return tuple(_all(case, recipe, played))


def _all(case: Case, recipe: Recipe, played: Played) -> Iterator[Difference]:
    expected = case.expect
    for key, got in (("status", played.status), ("reason", played.reason)):
        node = expected.get(key)
        if node is not None:
            yield from compare(node, got, key)
    part = expected.get("reason_has")
    if part is not None:
        yield from _has(part, played.reason, "reason_has")
    yield from _steps(expected.get("steps"), recipe, played)
    for key in _EFFECTS:
        yield from _effects(expected, key, played)
    variables, outputs = expected.get("vars"), expected.get("outputs")
    if variables is not None:
        yield from compare(variables, played.variables, "vars")
    if outputs is not None:
        yield from compare(outputs, {path: each.output for path, each in played.steps.items()}, "outputs")
    yield from _stored(expected.get("stored"), recipe, played)
    took = expected.get("took")
    if took is not None and parse_duration(str(took.value)) != played.took:
        yield Difference("took", str(took.value), f"{played.took:g}s", took.place)
    yield from _left_over(case, played)


def _left_over(case: Case, played: Played) -> Iterator[Difference]:
    """What the run asked for and the test does not say, and the other way round."""
    for call in played.unanswered:
        yield Difference("answers", "an answer for each call", f"none for {call}", case.place)
    for step in played.unasked:
        yield Difference("answers", f"a question at the step {step}", "the step never waited for it", case.place)
    for step in played.unused:
        yield Difference("answers", f"a fault at the step {step}", "the step was never tried so often", case.place)


def compare(node: Node, got: Any, what: str) -> Iterator[Difference]:
    """The differences between a value of the file and one of the run."""
    if node.kind == "map" and isinstance(got, Mapping):
        for entry in node.entries():
            if entry.key not in got:
                yield Difference(f"{what}.{entry.key}", shown(entry.node.plain()), NOTHING, entry.node.place)
            else:
                yield from compare(entry.node, got[entry.key], f"{what}.{entry.key}")
    elif node.kind == "list" and isinstance(got, Sequence) and not isinstance(got, str):
        yield from _compare_list(node, got, what)
    elif not _same(node.plain(), got):
        yield Difference(what, shown(node.plain()), shown(got), node.place)


def shown(value: Any) -> str:
    """A value in a difference: JSON, but a text of several lines as it is."""
    if isinstance(value, str) and "\n" in value:
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _same(expected: Any, got: Any) -> bool:
    return bool(expected == got) and isinstance(expected, bool) == isinstance(got, bool)


def _compare_list(node: Node, got: Sequence[Any], what: str) -> Iterator[Difference]:
    for number, item in enumerate(node.items()):
        if number < len(got):
            yield from compare(item, got[number], f"{what}[{number + 1}]")
        else:
            yield Difference(f"{what}[{number + 1}]", shown(item.plain()), NOTHING, item.place)
    for number, value in enumerate(got[len(node.items()) :], start=len(node.items()) + 1):
        yield Difference(f"{what}[{number}]", NOTHING, shown(value), node.place)


def _has(node: Node, got: Any, what: str) -> Iterator[Difference]:
    parts = node.items() if node.kind == "list" else (node,)
    for part in parts:
        if str(part.plain()) not in str(got):
            yield Difference(what, f"... {part.plain()} ...", shown(got), part.place)


def _steps(node: Node | None, recipe: Recipe, played: Played) -> Iterator[Difference]:
    ids = {step.id for step in recipe.every_step()}
    for entry in node.entries() if node is not None else ():
        step_id = re.sub(r"\[\d+\]", "", entry.key).rpartition(".")[2]
        record = played.steps.get(entry.key)
        if record is None and step_id not in ids:
            hint = suggest(step_id, ids, listed="There are") or "It is not in the recipe."
            yield Difference(f"steps.{entry.key}", shown(entry.node.plain()), f"no such step. {hint}", entry.place)
            continue
        got = record.status.value if record is not None else NOT_REACHED
        if got != entry.node.value:
            why = (record.error or {}).get("message") if record is not None else ""
            told = f"{shown(got)}: {why}" if why else shown(got)
            yield Difference(f"steps.{entry.key}", shown(entry.node.plain()), told, entry.node.place)


def _stored(node: Node | None, recipe: Recipe, played: Played) -> Iterator[Difference]:
    """What is kept in the end, as far as it is named; nothing where the test says null."""
    for cell, entry in cells_in(node):
        got = kept(played.stored, cell, recipe.id)
        what = "shared " if not cell.recipe_id else ""
        if got is None and entry.node.kind != "null":
            yield Difference(f"stored {what}{cell.kind} {cell.name}", shown(entry.node.plain()), NOTHING, entry.place)
        else:
            yield from compare(entry.node, got, f"stored {what}{cell.kind} {cell.name}")


def _effects(expected: Node, key: str, played: Played) -> Iterator[Difference]:
    """Exactly these, in this order; each as far as it is named."""
    node = expected.get(key)
    got: tuple[Record, ...] = getattr(played, key)
    items = [each for item in node.items() for each in _repeated(item)] if node is not None else []
    for number in range(max(len(items), len(got))):
        what = f"{key}[{number + 1}]"
        if number >= len(got):
            yield Difference(what, shown(items[number].plain()), NOTHING, items[number].place)
        elif number >= len(items):
            yield Difference(what, NOTHING, shown(got[number]), (node or expected).place)
        else:
            yield from _effect(items[number], got[number], what, played)


def _repeated(node: Node) -> list[Node]:
    """A thing that is expected, as often as `times` says."""
    times = node.get("times")
    return [node] * (int(times.value) if times is not None else 1)


def _effect(node: Node, got: Record, what: str, played: Played) -> Iterator[Difference]:
    for entry in node.entries():
        label = f"{what}.{entry.key}"
        if entry.key == "times":
            continue
        if entry.key == "body" and _without_end(entry.node.plain()) == _without_end(got["body"]):
            continue
        if entry.key.endswith("_has"):
            yield from _has(entry.node, got[entry.key.removesuffix("_has")], label)
        elif entry.key == "fields":
            yield from _fields(entry.node, got, label, played)
        else:
            yield from compare(entry.node, got[entry.key], label)


def _without_end(text: Any) -> Any:
    """A text without blank lines at its end: a block in YAML and a loop in a template leave one easily."""
    return text.rstrip() if isinstance(text, str) else text


def _fields(node: Node, got: Record, what: str, played: Played) -> Iterator[Difference]:
    """The fields of a write; a reference by name is compared as the id that it stands for."""
    fields: Record = got["fields"]
    for entry in node.entries():
        label = f"{what}.{entry.key}"
        if entry.key in fields:
            yield from compare(entry.node, fields[entry.key], label)
            continue
        try:
            resolved = played.account.resolve(got["resource"], {entry.key: entry.node.plain()})
        except Permanent as problem:
            yield Difference(label, shown(entry.node.plain()), problem.message, entry.place)
            continue
        ((name, wanted),) = resolved.items()
        if name not in fields:
            yield Difference(label, shown(entry.node.plain()), NOTHING, entry.node.place)
        elif wanted != fields[name]:
            called = _called(played, got["resource"], name, fields[name])
            yield Difference(label, shown(entry.node.plain()), called, entry.node.place)


def _called(played: Played, resource: str, name: str, value: Any) -> str:
    """A reference by the name of the record that it points at, where it has one."""
    record = played.account.expand(resource, {name: value}).get(name.removesuffix("_id"))
    names = [str(record[key]) for key in ("name", "first_name", "last_name") if record.get(key)] if record else []
    return shown(" ".join(names) if names else value)

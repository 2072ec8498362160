"""Which step of the old version is which step of the new one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from difflib import SequenceMatcher
from typing import Any

from hub.model import Step

_NUMBERED = re.compile(r"(?:step|on_error)_\d+(?:_\d+)*")
_POSITIONS = frozenset({"place", "places"})


def given_id(step: Step) -> str:
    """The id that somebody wrote, "" for one that only says the position."""
    return "" if _NUMBERED.fullmatch(step.id) else step.id


def shape(value: Any) -> Hashable:
    """What a part of a recipe says, without where it stands; equal when two parts say the same."""
    if isinstance(value, Step):
        return ("step", given_id(value), *(shape(getattr(value, name)) for name in _STEP_FIELDS))
    if is_dataclass(value):
        names = [each.name for each in fields(value) if each.name not in _POSITIONS]
        return (type(value).__name__, *(shape(getattr(value, name)) for name in names))
    if isinstance(value, Mapping):
        return ("group", frozenset((key, shape(each)) for key, each in value.items()))
    if isinstance(value, (list, tuple)):
        return ("list", *(shape(each) for each in value))
    return (type(value).__name__, value)


_STEP_FIELDS = tuple(each.name for each in fields(Step) if each.name not in _POSITIONS | {"id"})


def pair_steps(old: Sequence[Step], new: Sequence[Step]) -> dict[int, int]:
    """The index in `old` for each index in `new` that is the same step: unchanged ones first, then by id, by name,
    what was moved unchanged, and at last by the same action between the same neighbours."""
    before, after = [shape(step) for step in old], [shape(step) for step in new]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    pairs = {b + n: a + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}
    for key in (given_id, _name, shape):
        _pair_by(key, old, new, pairs)
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind == "replace":
            _pair_between(old, new, range(a1, a2), range(b1, b2), pairs)
    return pairs


def _name(step: Step) -> str:
    return step.name


def _pair_by(key: Callable[[Step], Hashable], old: Sequence[Step], new: Sequence[Step], pairs: dict[int, int]) -> None:
    taken = set(pairs.values())
    free: dict[Hashable, list[int]] = {}
    for index, step in enumerate(old):
        if index not in taken and key(step):
            free.setdefault(key(step), []).append(index)
    for index, step in enumerate(new):
        if index not in pairs and free.get(key(step)):
            pairs[index] = free[key(step)].pop(0)


def _pair_between(
    old: Sequence[Step], new: Sequence[Step], old_range: range, new_range: range, pairs: dict[int, int]
) -> None:
    taken = set(pairs.values())
    left = [index for index in old_range if index not in taken]
    for index in new_range:
        same = next((each for each in left if old[each].action == new[index].action), None)
        if index not in pairs and same is not None:
            pairs[index] = same
            left = [each for each in left if each > same]


def find_moved(pairs: Mapping[int, int]) -> set[int]:
    """The indexes in the new list of as few steps as must have been moved to come from the old order to the new."""
    tails: list[int] = []
    at: list[int] = []
    came_from: dict[int, int] = {}
    for index in sorted(pairs):
        place = bisect_left(tails, pairs[index])
        came_from[index] = at[place - 1] if place else -1
        tails[place : place + 1] = [pairs[index]]
        at[place : place + 1] = [index]
    kept: set[int] = set()
    index = at[-1] if at else -1
    while index >= 0:
        kept.add(index)
        index = came_from[index]
    return set(pairs) - kept

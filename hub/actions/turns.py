"""`round_robin.next`: whose turn it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from hub.actions.stored import LARGEST_VALUE, NAME, SHARED, checked_name, refuse_large
from hub.context import Context
from hub.errors import Permanent
from hub.model import ActionKind
from hub.registry import Action, Outcome, Parameter
from hub.stored import Changed, Held

TURNS = "turns"
MOST_ITEMS = 1_000
_LONGEST_IDENTITY = 60


def next_turn(
    ctx: Context, /, *, name: str, items: Sequence[Any] | None, skip: Sequence[Any] | None = (), shared: bool = False
) -> Outcome:
    """The item whose last turn is longest ago, None when there is none to choose from.

    Whoever never had a turn comes first, in the order of the list. Items are known by their `id`, else by all of
    themselves, so that it does not matter when the list changes.
    """
    items = items or ()
    if len(items) > MOST_ITEMS:
        raise Permanent(f"The list has {len(items):,} entries; turns are taken by {MOST_ITEMS:,} at the most.")
    left_out = {identity(each) for each in skip or ()}
    candidates = {identity(each): each for each in reversed(items) if identity(each) not in left_out}
    if not candidates:
        return Outcome(None, "There is nobody whose turn it could be")
    for each in candidates.values():
        refuse_large(each, LARGEST_VALUE, "An entry of the list")
    in_order = [each for each in map(identity, items) if each in candidates]

    def change(before: Held | None) -> Changed:
        had: dict[str, int] = dict(before.value) if before else {}
        chosen = min(in_order, key=lambda each: had.get(each, 0))
        had[chosen] = max(had.values(), default=0) + 1
        latest = sorted(had, key=lambda each: had[each])[-MOST_ITEMS:]
        return Changed(candidates[chosen], Held({each: had[each] for each in latest}))

    return Outcome(ctx.stored.change(TURNS, checked_name(name), change, shared=shared))


def identity(item: Any) -> str:
    """What an item is known by: its id where it has one, else its text; long ones by their hash."""
    if isinstance(item, Mapping) and item.get("id") not in (None, ""):
        item = item["id"]
    text = item if isinstance(item, str) else json.dumps(item, sort_keys=True, ensure_ascii=False)
    if len(text) <= _LONGEST_IDENTITY:
        return text
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


TURN_ACTIONS = (
    Action(
        "round_robin.next",
        ActionKind.ABSOLUTE,
        "Gives the next of a list in turn, run after run: the one whose last turn is longest ago. Entries may come and "
        "go; whoever is new is next. Two runs never get the same turn, and a repeat of the step gives the same entry.",
        (
            NAME,
            Parameter("items", "list", True, doc="Who takes turns: texts, or records, which are known by their id."),
            Parameter("skip", "list", False, doc="Who is left out this time: entries, or their ids."),
            SHARED,
        ),
        next_turn,
        output="The entry of the list whose turn it is; empty when there is none to choose from.",
    ),
)

"""`digest.add` and `digest.take`: what is collected over many runs and told at once."""

from __future__ import annotations

import json
from typing import Any

from hub.actions.stored import NAME, SHARED, checked_name, refuse_large
from hub.context import Context
from hub.errors import Permanent
from hub.model import ActionKind
from hub.registry import Action, Outcome, Parameter
from hub.stored import Changed, Held

DIGEST = "digest"
MOST_ITEMS = 1_000
LARGEST_ITEM = 16 * 1024
LARGEST_DIGEST = 1024 * 1024
"""Characters of JSON that one digest collects."""

_FULL = "Take it more often with digest.take, or add only the fields that are told."


def add_to_digest(ctx: Context, /, *, name: str, item: Any, key: str | None = "", shared: bool = False) -> Outcome:
    """{count, replaced}. A second item with the same `key` takes the place of the first."""
    refuse_large(item, LARGEST_ITEM, "The item")

    def change(before: Held | None) -> Changed:
        collected = list(before.value) if before else []
        place = next((number for number, (known, _) in enumerate(collected) if key and known == key), None)
        if place is None:
            collected.append([key or "", item])
        else:
            collected[place] = [key, item]
        _refuse_full(name, collected)
        return Changed({"count": len(collected), "replaced": place is not None}, Held(collected))

    result = ctx.stored.change(DIGEST, checked_name(name), change, shared=shared)
    return Outcome(result, "It takes the place of the one before" if result["replaced"] else "")


def take_digest(ctx: Context, /, *, name: str, limit: int | None = MOST_ITEMS, shared: bool = False) -> Outcome:
    """{items, left}: what was collected since the last take, oldest first, and how many remain for the next."""
    limit = MOST_ITEMS if limit is None else limit
    if not 1 <= limit <= MOST_ITEMS:
        raise Permanent(f"The limit must be between 1 and {MOST_ITEMS:,}. It is {limit}.")

    def change(before: Held | None) -> Changed:
        collected = before.value if before else []
        rest = collected[limit:]
        items = [item for _, item in collected[:limit]]
        return Changed({"items": items, "left": len(rest)}, Held(rest) if rest else None)

    result = ctx.stored.change(DIGEST, checked_name(name), change, shared=shared)
    return Outcome(result, f"{len(result['items'])} taken" if result["items"] else "Nothing was collected")


def _refuse_full(name: str, collected: list[Any]) -> None:
    if len(collected) > MOST_ITEMS:
        raise Permanent(f"The digest {name} holds {MOST_ITEMS:,} items already, which is the most.", hint=_FULL)
    if len(json.dumps(collected)) > LARGEST_DIGEST:
        raise Permanent(f"The digest {name} would become larger than {LARGEST_DIGEST // 1024} KiB.", hint=_FULL)


DIGEST_ACTIONS = (
    Action(
        "digest.add",
        ActionKind.ABSOLUTE,
        "Puts an item into a digest, to be told later together with others. A repeat of the same step adds nothing "
        "again.",
        (
            NAME,
            Parameter("item", "any", True, doc="What is collected: a text, or an object of up to 16 KiB."),
            Parameter(
                "key",
                "text",
                False,
                default="",
                doc="What the item is about, for example an id: a later item with the same key takes its place.",
            ),
            SHARED,
        ),
        add_to_digest,
        output="{count, replaced}: how many items the digest has now, and whether this one took another's place.",
    ),
    Action(
        "digest.take",
        ActionKind.ABSOLUTE,
        "Takes what was put into a digest since the last time, the oldest first, and leaves it empty. A repeat of the "
        "same step gives the same items.",
        (
            NAME,
            Parameter("limit", "integer", False, default=MOST_ITEMS, doc="How many at the most; the rest stays."),
            SHARED,
        ),
        take_digest,
        output="{items, left}: the items, and how many stay for the next time.",
    ),
)

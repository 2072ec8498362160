"""`store.get`, `store.set`, `store.add` and `store.delete`: small values that a recipe keeps between runs."""

from __future__ import annotations

import json
from typing import Any

from hub.context import Context
from hub.errors import Permanent
from hub.model import ActionKind
from hub.recipe.durations import HOW_TO_WRITE, parse_duration
from hub.registry import Action, Outcome, Parameter
from hub.stored import LONGEST_NAME, Changed, Held

VALUE = "value"
LARGEST_VALUE = 64 * 1024
"""Characters of JSON that one name keeps."""

LARGEST_NUMBER = 10**15

NAME = Parameter("name", "text", True, doc="What it is kept under: a text of up to 200 characters.")
SHARED = Parameter("shared", "boolean", False, default=False, doc="Keep it for all recipes, not for this one alone.")
_EXPIRES = "After how long it is forgotten, as in 30d. Without it, it is kept until it is deleted."


def get_value(ctx: Context, /, *, name: str, default: Any = None, shared: bool = False) -> Outcome:
    """What is kept under a name, else the default."""
    held = ctx.stored.held(VALUE, checked_name(name), shared=shared)
    return Outcome(default, "Nothing is kept under this name") if held is None else Outcome(held.value)


def set_value(
    ctx: Context,
    /,
    *,
    name: str,
    value: Any,
    expires: str | None = None,
    if_missing: bool = False,
    shared: bool = False,
) -> Outcome:
    """Keep a value; {set, value, before}. With `if_missing` what is there already stays."""
    refuse_large(value, LARGEST_VALUE, "The value")
    expires_at = moment_of_expiry(ctx, expires)

    def change(before: Held | None) -> Changed:
        earlier = before.value if before else None
        if if_missing and before is not None:
            return Changed({"set": False, "value": earlier, "before": earlier}, before)
        return Changed({"set": True, "value": value, "before": earlier}, Held(value, expires_at))

    result = ctx.stored.change(VALUE, checked_name(name), change, shared=shared)
    return Outcome(result, "" if result["set"] else "Not set: something is kept under this name already")


def add_to_value(
    ctx: Context, /, *, name: str, by: float | None = 1, expires: str | None = None, shared: bool = False
) -> Outcome:
    """The number after adding to it; one that is not there counts as 0. Permanent for what is no number."""
    expires_at = moment_of_expiry(ctx, expires)
    if by is None:
        raise Permanent("How much is to be added is empty: `by` must be a number.")

    def change(before: Held | None) -> Changed:
        number = before.value if before else 0
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise Permanent(f"What is kept under {name} is no number, so nothing can be added to it.")
        total = _tidy(number + by)
        if abs(total) > LARGEST_NUMBER:
            raise Permanent(f"What is kept under {name} would become larger than {LARGEST_NUMBER:,}.")
        return Changed(total, Held(total, before.expires_at if before else expires_at))

    return Outcome(ctx.stored.change(VALUE, checked_name(name), change, shared=shared))


def delete_value(ctx: Context, /, *, name: str, shared: bool = False) -> Outcome:
    """Whether something was kept under the name; afterwards nothing is."""

    def change(before: Held | None) -> Changed:
        return Changed(before is not None, None)

    was_there = ctx.stored.change(VALUE, checked_name(name), change, shared=shared)
    return Outcome(was_there, "" if was_there else "Nothing was kept under this name")


def checked_name(name: str | None) -> str:
    """The name without spaces around it. Permanent for one that is empty, too long or not on one line."""
    name = (name or "").strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Permanent(
            f"A value cannot be kept under the name {name[:40]!r}.",
            hint=f"A name has 1 to {LONGEST_NAME} characters and is on one line.",
        )
    return name


def refuse_large(value: Any, largest: int, what: str) -> None:
    """Permanent when a value has more characters than this as JSON, in ASCII as the history keeps it."""
    size = len(json.dumps(value))
    if size > largest:
        raise Permanent(
            f"{what} has {size // 1024} KiB; at most {largest // 1024} KiB can be kept.",
            hint="Keep only the fields that are needed, for example the id.",
        )


def moment_of_expiry(ctx: Context, expires: Any) -> float | None:
    """Seconds since the epoch, None for never. Permanent when it is no duration."""
    if expires is None or expires == "":
        return None
    try:
        return ctx.began + parse_duration(str(expires).strip())
    except ValueError as problem:
        raise Permanent(f"`expires` cannot be read: {problem}", hint=HOW_TO_WRITE) from problem


def _tidy(number: float) -> int | float:
    """A sum without the traces of binary fractions; a whole number as such."""
    rounded = round(number, 9)
    return int(rounded) if isinstance(rounded, int) or rounded.is_integer() else rounded


STORED_ACTIONS = (
    Action(
        "store.get",
        ActionKind.READ,
        "Gives what an earlier run has kept under a name.",
        (NAME, Parameter("default", "any", False, doc="What it gives when nothing is kept."), SHARED),
        get_value,
        output="The value, else the default.",
    ),
    Action(
        "store.set",
        ActionKind.ABSOLUTE,
        "Keeps a value under a name for later runs. A repeat of the same step changes nothing again.",
        (
            NAME,
            Parameter("value", "any", True, doc="A text, number, list or object of up to 64 KiB."),
            Parameter("expires", "duration", False, doc=_EXPIRES),
            Parameter(
                "if_missing",
                "boolean",
                False,
                default=False,
                doc="Keep it only when nothing is kept under this name; `set` then says whether it was.",
            ),
            SHARED,
        ),
        set_value,
        output="{set, value, before}: whether it was set, what is kept now, and what was before.",
    ),
    Action(
        "store.add",
        ActionKind.ABSOLUTE,
        "Adds to a number that is kept under a name. A repeat of the same step adds nothing again.",
        (
            NAME,
            Parameter("by", "number", False, default=1, doc="How much; with a minus it is taken away."),
            Parameter("expires", "duration", False, doc="After how long, from the first addition on, it begins anew."),
            SHARED,
        ),
        add_to_value,
        output="The new number.",
    ),
    Action(
        "store.delete",
        ActionKind.ABSOLUTE,
        "Deletes what is kept under a name. Nothing there is no error.",
        (NAME, SHARED),
        delete_value,
        output="true when something was there.",
    ),
)

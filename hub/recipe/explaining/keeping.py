"""Steps that keep something between runs, look something up, take turns or collect a digest, in words; and lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.recipe.durations import parse_duration
from hub.recipe.explaining.wording import Names, field_words, say_duration, say_value, verbatim

Arguments = Mapping[str, Any]


def say_listing(arguments: Arguments, names: Names) -> str:
    """What a list is limited and ordered by beside its filters: ", not changed for 14 days, by name"."""
    words = [_say_age(arguments[key], key, names) for key in ("changed_since", "changed_before") if arguments.get(key)]
    order = arguments.get("order")
    if isinstance(order, str) and order:
        by = field_words(order.removeprefix("-")) if order.isascii() and "{" not in order else say_value(order, names)
        words.append(f", ordered by {by}{' backwards' if order.startswith('-') else ''}")
    return "".join(words)


def _say_age(given: Any, key: str, names: Names) -> str:
    try:
        ago = say_duration(parse_duration(str(given).strip()))
    except ValueError:
        return f", {'not changed' if key == 'changed_before' else 'changed'} since {say_value(given, names)}"
    return f", not changed for {ago}" if key == "changed_before" else f", changed in the last {ago}"


def say_only_if(arguments: Arguments) -> str:
    """ ", if `record.city == 'Austin'` holds for it then", "" for a write without such a condition."""
    condition = arguments.get("only_if")
    return f", if {verbatim(str(condition))} holds for it at that moment" if condition else ""


def _named(arguments: Arguments, names: Names) -> str:
    shared = " for all recipes" if arguments.get("shared") is True else ""
    return f"{say_value(arguments.get('name', ''), names)}{shared}"


def _expiring(arguments: Arguments, names: Names) -> str:
    expires = arguments.get("expires")
    if not expires:
        return ""
    try:
        return f" for {say_duration(parse_duration(str(expires).strip()))}"
    except ValueError:
        return f" for {say_value(expires, names)}"


def _get(arguments: Arguments, names: Names) -> str:
    default = arguments.get("default")
    otherwise = f", or takes {say_value(default, names)} when there is nothing" if default is not None else ""
    return f"looks at what is kept under {_named(arguments, names)}{otherwise}"


def _set(arguments: Arguments, names: Names) -> str:
    missing = ", unless something is kept there already" if arguments.get("if_missing") is True else ""
    value = say_value(arguments.get("value"), names)
    return f"keeps {value} under {_named(arguments, names)}{_expiring(arguments, names)}{missing}"


def _add(arguments: Arguments, names: Names) -> str:
    by = say_value(arguments.get("by", 1), names)
    return f"adds {by} to the number kept under {_named(arguments, names)}{_expiring(arguments, names)}"


def _delete(arguments: Arguments, names: Names) -> str:
    return f"deletes what is kept under {_named(arguments, names)}"


def _turn(arguments: Arguments, names: Names) -> str:
    skip = arguments.get("skip")
    left_out = f", leaving out {say_value(skip, names)}" if skip else ""
    items = say_value(arguments.get("items", []), names)
    return f"takes the next in turn of {items}{left_out} (turns of {_named(arguments, names)})"


def _collect(arguments: Arguments, names: Names) -> str:
    key = arguments.get("key")
    instead = f", in place of an earlier one about {say_value(key, names)}" if key else ""
    item = say_value(arguments.get("item"), names)
    return f"puts {item} into the digest {_named(arguments, names)}{instead}"


def _take(arguments: Arguments, names: Names) -> str:
    limit = arguments.get("limit")
    most = f", up to {say_value(limit, names)}" if limit else ""
    return f"takes what was put into the digest {_named(arguments, names)} since the last time{most}"


def _look_up(arguments: Arguments, names: Names) -> str:
    column = arguments.get("column")
    what = f"the {field_words(str(column))} of " if column else ""
    default = arguments.get("default")
    otherwise = f", or takes {say_value(default, names)} when it is not there" if "default" in arguments else ""
    key, table = say_value(arguments.get("key"), names), say_value(arguments.get("table", ""), names)
    return f"looks up {what}{key} in the table {table}{otherwise}"


KEEPING: Mapping[str, Callable[[Arguments, Names], str]] = {
    "store.get": _get,
    "store.set": _set,
    "store.add": _add,
    "store.delete": _delete,
    "round_robin.next": _turn,
    "digest.add": _collect,
    "digest.take": _take,
    "lookup": _look_up,
}
"""What each of these actions does, as it stands behind "it"."""

"""What a person may change before a run is taken up again: the data of its event, or what a failed step sends. Pure.

Secrets never come into the hands of whoever edits, and go nowhere else: where a request holds one, all its keys that
may hold secrets (addresses among them) stay as they are. So do the ends of addresses that answer questions.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from hub.engine.arguments import typed
from hub.engine.scope import ANSWER_LINK, CLOSE, NAMES, OPEN, legible
from hub.errors import HubError
from hub.model import Event, Recipe
from hub.recipe.calling import find_misfits
from hub.recipe.nearest import spell, suggest
from hub.registry import Action

LARGEST = 256 * 1024
"""Characters of an edit."""

FIXED = frozenset({"headers", "query", "content_type", "resource", "record_id", "since", "caller", NAMES})
"""What an event's data says about where it comes from and what it is about. It stays as it came."""

_GROUPS = ("record", "before", "inputs")


def read_edit(text: str) -> dict[str, Any]:
    """The JSON object that a person has written. HubError, with the line, when it is none."""
    if len(text) > LARGEST:
        raise HubError(f"That is longer than {LARGEST // 1024} KiB.")
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as problem:
        raise HubError(f"Line {problem.lineno}, column {problem.colno} is no JSON: {problem.msg}.") from problem
    except (ValueError, RecursionError) as problem:
        raise HubError(f"That cannot be read: {problem or 'it is nested too deeply'}") from problem
    if not isinstance(value, dict):
        raise HubError("It must be an object: keys and values in curly brackets.")
    return value


def open_data(event: Event) -> dict[str, Any]:
    """The part of the event's data that may be edited."""
    return {name: value for name, value in event.data.items() if name not in FIXED}


def edit_data(event: Event, recipe: Recipe, given: Mapping[str, Any]) -> dict[str, Any]:
    """The event's data with what a person has made of it. HubError when a recipe could not be started with that."""
    before = open_data(event)
    _refuse_unknown(given, before, what=f"An event of the type {event.type}")
    missing = [name for name in before if name not in given]
    if missing:
        raise HubError(f"`{missing[0]}` is missing.", hint=f"Keep all of {spell(list(before), last='and')}.")
    for name in _GROUPS:
        if isinstance(before.get(name), Mapping) and not isinstance(given[name], Mapping):
            raise HubError(f"`{name}` must be an object, as it was.")
    if "inputs" in before:
        wrong = find_misfits(recipe, given["inputs"], recipe.triggers[0].place)
        if wrong:
            raise HubError(wrong[0].message, hint=wrong[0].hint)
    return {**event.data, **given}


def open_request(action: Action, request: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a step's request that may be edited, as people read it."""
    locked = _locked(action, request)
    shown: dict[str, Any] = legible({name: value for name, value in request.items() if name not in locked})
    return shown


def edit_request(action: Action, request: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The request with what a person has made of it. HubError when the action does not know a key, lacks one, or could
    not read a value."""
    locked = _locked(action, request)
    hidden = sorted(locked & given.keys())
    if hidden:
        raise HubError(f"`{hidden[0]}` may hold a secret and stays as it is.", hint="Leave it out.")
    if holds_secret(given):
        raise HubError(f"The characters {OPEN} and {CLOSE} stand for secrets and cannot be written.")
    names = [each.name for each in action.parameters if each.name not in locked]
    if not action.free:
        _refuse_unknown(given, names, what=f"The action {action.name}")
    kept = {name: value for name, value in request.items() if name in locked}
    for each in action.parameters:
        if each.required and each.name not in given and each.name not in kept:
            raise HubError(f"`{each.name}` is missing; {action.name} needs it.")
    edited = {**kept, **_restored(dict(given), request)}
    typed(action, edited)
    return edited


def holds_secret(value: Any) -> bool:
    """Whether something stands in it in the place of a secret."""
    if isinstance(value, str):
        return OPEN in value or CLOSE in value
    parts = [*value, *value.values()] if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(holds_secret(each) for each in parts)


def _locked(action: Action, request: Mapping[str, Any]) -> frozenset[str]:
    if not holds_secret(dict(request)):
        return frozenset()
    return frozenset(each.name for each in action.parameters if each.secret)


def _refuse_unknown(given: Iterable[str], known: Collection[str], *, what: str) -> None:
    for name in given:
        if name not in known:
            hint = suggest(name, known) or (f"It knows {spell(list(known), last='and')}." if known else "")
            raise HubError(f"{what} has no key `{name[:60]}`.", hint=hint)


def _restored(value: Any, request: Mapping[str, Any]) -> Any:
    """`value` with whole addresses where people were shown only their beginning."""
    whole = {ANSWER_LINK.sub(r"\1...", each): each for each in _links(request)}
    return _replaced(value, whole) if whole else value


def _links(value: Any) -> set[str]:
    if isinstance(value, str):
        return {found[0] for found in ANSWER_LINK.finditer(value)}
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return set().union(*(_links(each) for each in parts))


def _replaced(value: Any, whole: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for short, long in whole.items():
            value = value.replace(short, long)
        return value
    if isinstance(value, Mapping):
        return {name: _replaced(each, whole) for name, each in value.items()}
    return [_replaced(each, whole) for each in value] if isinstance(value, list) else value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")

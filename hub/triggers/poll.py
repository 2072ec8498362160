"""`type: poll`: a list of the Public API is looked at every so often; new, changed and missing records are events."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.model import Event, Trigger
from hub.registry import Parameter, TriggerType
from hub.triggers.changes import changed_fields, means, same_value, value_at

__all__ = ["TRIGGER", "changed_fields", "matches"]

EVENTS = ("created", "updated", "deleted")
DEFAULT_EVENTS = ("created", "updated")
SHORTEST = 10.0
RESOURCES = ("jobs", "customers", "contacts", "employees", "job_stages", "job_types")
"""Those that are known to everybody. A profile may name more."""

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_][A-Za-z0-9_ -]*)*", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?)?", re.ASCII)

Finding = tuple[str, str, str]


def matches(trigger: Trigger, event: Event) -> bool:
    """Whether this event is one that the trigger waits for, without its `where`.

    `changed` is about created and updated records; one that is deleted matches without it. Of several fields any will
    do. A field of a new record has changed from nothing.
    """
    resource, _, kind = event.type.partition(".")
    if resource != trigger.options.get("resource") or kind not in (trigger.options.get("events") or DEFAULT_EVENTS):
        return False
    changed = trigger.options.get("changed")
    if not changed or kind == "deleted":
        return True
    wanted = changed if isinstance(changed, Mapping) else dict.fromkeys(_as_list(changed))
    return any(_field_matches(path, rule or {}, event.data) for path, rule in wanted.items())


def _field_matches(path: str, rule: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    before, after = value_at(data.get("before"), path), value_at(data.get("record"), path)
    if not _has_changed(path, before, after, data.get("changed") or ()):
        return False
    return all(means(value, rule[key]) for key, value in (("from", before), ("to", after)) if key in rule)


def _has_changed(path: str, before: Any, after: Any, changed: Sequence[str]) -> bool:
    if "." in path:
        return not same_value(before, after, name=path.rpartition(".")[2])
    return not {path, f"{path}_id", f"{path}_ids"}.isdisjoint(changed)


def _as_list(option: Any) -> list[Any]:
    return [option] if isinstance(option, str) else list(option)


def _check(trigger: Trigger) -> Sequence[Finding]:
    options = trigger.options
    return [
        *_check_resource(options.get("resource")),
        *_check_words(options),
        *_check_changed(options.get("changed")),
        *_check_times(options),
    ]


def _check_resource(resource: Any) -> Iterator[Finding]:
    if not resource:
        yield "resource", "It does not say what to look at.", f"Write one of {', '.join(RESOURCES)}."
        return
    near = difflib.get_close_matches(str(resource).lower(), RESOURCES, n=1)
    if resource not in RESOURCES and (near or not _NAME.fullmatch(resource)):
        hint = f"Did you mean {near[0]}?" if near else f"Write one of {', '.join(RESOURCES)}."
        yield "resource", f"There is nothing called {str(resource)[:60]!r} to look at.", hint


def _check_words(options: Mapping[str, Any]) -> Iterator[Finding]:
    for word in options.get("events") or ():
        if word not in EVENTS:
            near = difflib.get_close_matches(str(word), EVENTS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"The words are {', '.join(EVENTS)}."
            yield "events", f"events cannot hold {str(word)[:40]!r}.", hint
    for name in options.get("expand") or ():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            yield "expand", f"{str(name)[:40]!r} is no related record.", "Write it as `expand: [customer]`."


def _check_changed(changed: Any) -> Iterator[Finding]:
    if changed is None:
        return
    if not changed:
        yield "changed", "changed names no field.", "Name fields, or take changed away to start at any change."
        return
    for path in _as_list(changed):
        if not isinstance(path, str) or not _PATH.fullmatch(path):
            yield "changed", f"{str(path)[:60]!r} is no field.", "Write a field's name, as in stage or stage.category."
    if isinstance(changed, Mapping):
        for path, rule in changed.items():
            yield from _check_rule(str(path), rule)


def _check_rule(path: str, rule: Any) -> Iterator[Finding]:
    if rule is None:
        return
    if not isinstance(rule, Mapping):
        shown = str(rule)[:40]
        yield "changed", f"{path} does not say from what or to what.", f"Write `{path}: {{to: {shown}}}`."
        return
    for key, value in rule.items():
        if key not in ("from", "to"):
            yield "changed", f"{path} knows no key {str(key)[:40]!r}.", "The keys are from and to."
        elif isinstance(value, Mapping):
            yield "changed", f"{path}: {key} must be a value or a list of values.", f"Write `{{{key}: sales}}`."


def _check_times(options: Mapping[str, Any]) -> Iterator[Finding]:
    every = options.get("every")
    if every is not None and every < SHORTEST:
        yield "every", f"every must be at least {SHORTEST:g} seconds.", "Write `every: 1m`."
    start = options.get("start") or "now"
    if start not in ("now", "all") and not _is_date(start):
        yield "start", f"start cannot be {str(start)[:40]!r}.", "Write now, all, or a date as 2026-03-01."
    elif start != "now" and "created" not in (options.get("events") or DEFAULT_EVENTS):
        message = f"start: {start} lets records that are there already count as new, and events does not hold created."
        yield "start", message, "Add created to events, or take start away."


def _is_date(text: Any) -> bool:
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True


TRIGGER = TriggerType(
    name="poll",
    doc="A list of Workglue is looked at every so often; records that are new, changed or gone start the recipe.",
    parameters=(
        Parameter("resource", "text", required=True, doc=f"What to look at: {', '.join(RESOURCES)}."),
        Parameter("events", "list", required=False, default=DEFAULT_EVENTS, doc=f"Of {', '.join(EVENTS)}."),
        Parameter(
            "changed",
            "text|list|object",
            required=False,
            doc="Only when one of these fields changed: [stage, start_date], or {stage.category: {from: sales, to: "
            "active}}. from and to take a value, a name or a list of them.",
        ),
        Parameter("where", "condition", required=False, doc="Only records for which this holds."),
        Parameter(
            "every", "duration", required=False, doc="How often, at least 10s; HUB_POLL_EVERY (1m) if not given."
        ),
        Parameter(
            "start",
            "text",
            required=False,
            default="now",
            doc="Which records count when the recipe is new: now (those from now on), all that are there already, or "
            "those made since a date. They are counted first, and start when a person says so.",
        ),
        Parameter(
            "on_own_writes",
            "boolean",
            required=False,
            default=False,
            doc="Whether changes that recipes of the hub make start it, too. A chain of 5 such runs is stopped.",
        ),
        Parameter("expand", "list", required=False, default=(), doc="Related records to fetch along: [customer]."),
    ),
    scope={
        "event": "What happened: id, type, source, time, data.",
        "record": "The record as it is now; as it was last seen, when it is deleted.",
        "before": "The record as it was at the last look; none when it is new.",
        "changed": "The names of the fields that changed.",
    },
    matches=matches,
    check=_check,
)

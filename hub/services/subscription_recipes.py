"""A subscription is a recipe that the hub writes itself: polls that wait for the events, and one signed delivery."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from hub.model import Record
from hub.store.subscribers import Subscription
from hub.triggers.poll import EVENTS

FILE = "subscription"
"""What stands in the place of a file's name."""

STAGE_CHANGED = "job.stage_changed"
LARGEST_CONDITION = 2000
_STAGE_IF = "event.type == 'jobs.updated' and ('stage' in changed or 'stage_id' in changed)"


def event_names(fields: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Everything that may be subscribed to, where `fields` are the fields of each kind of record."""
    names = tuple(f"{resource}.{word}" for resource in fields for word in EVENTS)
    return (*names, STAGE_CHANGED) if "stage_id" in fields.get("jobs", ()) else names


def resource_of(event: str) -> str:
    """The kind of record that an event is about."""
    return type_of(event).partition(".")[0]


def type_of(event: str) -> str:
    """What the poller calls such an event."""
    return "jobs.updated" if event == STAGE_CHANGED else event


def write_recipe(subscription: Subscription, token_name: str) -> str:
    """The text of the recipe. Nothing in a subscription can become a template or a key of it: addresses hold no
    braces, fields are names, and a condition is a bare expression."""
    name = f"{', '.join(subscription.events)} for {' '.join(token_name.split())}"[:150]
    lines = ["recipe: 1", f"id: {subscription.id}", f"name: {_quoted(name)}", "triggers:"]
    lines += [f"  - {each}" for each in _triggers(subscription)]
    lines += [
        "steps:",
        "  - id: deliver",
        "    action: webhook.send",
        "    with:",
        f"      url: {_quoted(subscription.url)}",
        f'      secret: "{{{{ secrets.{subscription.secret_name} }}}}"',
        f"      type: {_quoted(_type(subscription))}",
        '      timestamp: "{{ event.time }}"',
        "      data:",
        f"        record: {_quoted(_shown('record', subscription))}",
        f"        before: {_quoted(_shown('before', subscription))}",
        '        changed: "{{ changed }}"',
    ]
    return "".join(f"{line}\n" for line in lines)


def make_sample(event: str, record: Record | None, fields: Sequence[str]) -> Record:
    """The data of an event to try a receiver with: a record that there is, else one with every field empty."""
    shown = record or {"id": "sample", **dict.fromkeys(fields)}
    word = type_of(event).partition(".")[2]
    changed = {"created": sorted(shown), "updated": ["stage_id"] if event == STAGE_CHANGED else ["updated_at"]}
    return {
        "resource": resource_of(event),
        "record_id": str(shown["id"]),
        "record": shown,
        "before": None if word == "created" else shown,
        "changed": changed.get(word, []),
        "since": None,
    }


def _triggers(subscription: Subscription) -> Iterator[str]:
    """The change of a stage comes first: of two triggers that fit, the first one counts."""
    where = f", where: {_quoted(subscription.condition)}" if subscription.condition else ""
    if STAGE_CHANGED in subscription.events:
        yield f"{{id: stage, type: poll, resource: jobs, events: [updated], changed: [stage]{where}}}"
    plain = [each.split(".") for each in subscription.events if each != STAGE_CHANGED]
    for resource in dict.fromkeys(resource for resource, _ in plain):
        words = ", ".join(word for other, word in plain if other == resource)
        yield f"{{id: {resource}, type: poll, resource: {resource}, events: [{words}]{where}}}"


def _type(subscription: Subscription) -> str:
    if STAGE_CHANGED not in subscription.events:
        return "{{ event.type }}"
    return f"{{{{ '{STAGE_CHANGED}' if {_STAGE_IF} else event.type }}}}"


def _shown(name: str, subscription: Subscription) -> str:
    if not subscription.fields:
        return f"{{{{ {name} }}}}"
    pairs = ", ".join(f"'{each}': {name}.{each} | default(none)" for each in subscription.fields)
    return f"{{{{ {{{pairs}}} if {name} else none }}}}"


def _quoted(text: str) -> str:
    """Text as JSON writes it, which YAML reads as it is."""
    return json.dumps(text, ensure_ascii=False)

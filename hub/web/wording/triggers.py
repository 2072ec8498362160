"""Triggers in one short sentence: when does this recipe run?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.model import Recipe, Trigger
from hub.web.wording.cron import describe_cron
from hub.web.wording.happenings import noun_of

_WORDS = {"None": "nothing", "True": "true", "False": "false"}
_UNITS = ((604800, "week"), (86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def describe_triggers(recipe: Recipe, *, poll_every: float) -> str:
    """All triggers of a recipe, joined by "or". A poll that says nothing looks every `poll_every` seconds."""
    texts = [describe_trigger(each, poll_every=poll_every) for each in recipe.triggers]
    return "; or ".join([texts[0], *(each[:1].lower() + each[1:] for each in texts[1:])]) + "."


def describe_trigger(trigger: Trigger, *, poll_every: float) -> str:
    """One trigger, without a full stop: "When a job is new or changes (looks every minute)"."""
    if trigger.type == "poll":
        return _poll(trigger.options, float(trigger.options.get("every") or poll_every))
    write = _WRITERS.get(trigger.type)
    return write(trigger.options) if write else f"By a trigger of type {trigger.type}"


def _poll(options: Mapping[str, Any], every: float) -> str:
    noun = noun_of(str(options.get("resource", "record")))
    events = options.get("events") or ("created", "updated")
    fields = _changed(options.get("changed"))
    words = {"created": "is new", "deleted": "is deleted", "updated": f"changes{fields}"}
    happens = _any_of([word for event, word in words.items() if event in events])
    article = "an" if noun[:1] in "aeiou" else "a"
    return f"When {article} {noun} {happens} (looks every {_interval(every)})"


def _changed(changed: Any) -> str:
    if not changed:
        return ""
    if isinstance(changed, Mapping):
        return " its " + _any_of([_field(str(path), rule or {}) for path, rule in changed.items()])
    names = [changed] if isinstance(changed, str) else [str(each) for each in changed]
    return " its " + _any_of([_plain(each) for each in names])


def _field(path: str, rule: Mapping[str, Any]) -> str:
    parts = [f" {word} {_any_of(_listed(rule[word]))}" for word in ("from", "to") if word in rule]
    return _plain(path) + "".join(parts)


def _plain(path: str) -> str:
    return path.replace(".", " ").replace("_", " ")


def _webhook(options: Mapping[str, Any]) -> str:
    return f"When another app sends to /hooks/{options.get('path', '')}"


def _schedule(options: Mapping[str, Any]) -> str:
    zone = f" ({options['timezone']})" if options.get("timezone") else ""
    if options.get("cron"):
        return f"{describe_cron(str(options['cron']))}{zone}"
    at = f" at {options['at']}" if options.get("at") else ""
    return f"Every {_interval(float(options.get('every') or 0))}{at}{zone}"


def _manual(_options: Mapping[str, Any]) -> str:
    return "When somebody starts it"


def _recipe(options: Mapping[str, Any]) -> str:
    name = str(options.get("recipe") or "any")
    who = "any other recipe" if name == "any" else f"the recipe {name}"
    return f"When {who} {'fails' if options.get('status', 'failed') == 'failed' else 'succeeds'}"


_WRITERS = {"webhook": _webhook, "schedule": _schedule, "manual": _manual, "recipe": _recipe}


def _interval(seconds: float) -> str:
    """ "minute", "10 seconds", "2 hours": what stands after "every"."""
    for length, unit in _UNITS:
        if seconds >= length and seconds % length == 0:
            number = int(seconds // length)
            return unit if number == 1 else f"{number} {unit}s"
    return f"{seconds:g} seconds"


def _listed(value: Any) -> list[str]:
    values = [value] if isinstance(value, str) or not isinstance(value, Sequence) else list(value)
    return [_WORDS.get(str(each), str(each)) for each in values]


def _any_of(words: Sequence[str]) -> str:
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"

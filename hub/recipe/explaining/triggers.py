"""What starts a recipe, in sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hub.model import Recipe, Trigger
from hub.recipe.durations import parse_duration
from hub.recipe.explaining.conditions import say_condition
from hub.recipe.explaining.wording import (
    Names,
    every,
    field_words,
    plural_words,
    quote,
    say_duration,
    say_value,
    singular,
    verbatim,
    with_article,
)
from hub.recipe.nearest import spell
from hub.registry import Registry

_DAYS = {"*": "every day", "1-5": "from Monday to Friday", "0,6": "on weekends", "6,0": "on weekends"}
_DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MISSED = {
    "run_once": "Times that passed while the hub was off are made up for by one run.",
    "each": "Every time that passed while the hub was off is made up for.",
    "skip": "Times that passed while the hub was off are left out.",
}
_SIGNED = "A delivery is believed when it is signed as {} asks, with the secret {}."


def say_trigger(trigger: Trigger, names: Names, registry: Registry) -> list[str]:
    """The sentences about one trigger: when it starts the recipe, and what more it says."""
    tell = {
        "poll": _say_poll,
        "webhook": _say_webhook,
        "schedule": _say_schedule,
        "manual": _say_manual,
        "recipe": _say_recipe,
    }.get(trigger.type)
    if tell is not None:
        return tell(trigger, names)
    kind = registry.trigger(trigger.type)
    doc = f" {' '.join(kind.doc.split())}" if kind else ""
    given = {key: value for key, value in trigger.options.items() if value not in (None, "", (), [], {})}
    options = [f"{field_words(key)} {say_value(value, names)}" for key, value in given.items()]
    with_them = f" It is set to {spell(options)}." if options else ""
    return [f"It is started by {verbatim(trigger.type)}{_where(trigger, names)}.{doc}{with_them}"]


def _where(trigger: Trigger, names: Names) -> str:
    return f", but only if {say_condition(trigger.where, names)}" if trigger.where else ""


def _say_poll(trigger: Trigger, names: Names) -> list[str]:
    options = trigger.options
    resource = str(options["resource"])
    record = singular(resource)
    frequency = every(float(options.get("every") or 60.0)).capitalize()
    sentences = [f"{frequency} the hub looks at the {plural_words(resource)}."]
    kinds = list(options.get("events") or ("created", "updated"))
    changes = _changes(options.get("changed"), names)
    if not changes:
        happens = f"{with_article(record)} is {spell(kinds, last='or')}"
    elif kinds == ["updated"]:
        happens = f"{with_article(record)}'s {changes}"
    else:
        changing = [kind for kind in kinds if kind != "deleted"]
        happens = f"{with_article(record)} is {spell(changing, last='or')} and its {changes}" if changing else ""
        happens += (", or one is deleted" if changing else f"{with_article(record)} is deleted") * ("deleted" in kinds)
    sentences.append(f"When {happens}{_where(trigger, names)}, the recipe starts.")
    if changes and "created" in kinds:
        sentences.append(f"In a new {record}, every field counts as changed from nothing.")
    start = options.get("start") or "now"
    if start == "all":
        sentences.append(f"The {plural_words(resource)} that are there already count as new, once a person says so.")
    elif start != "now":
        made = f"The {plural_words(resource)} made since {start}"
        sentences.append(f"{made} that are there already count as new, once a person says so.")
    if options.get("on_own_writes"):
        sentences.append("Changes that recipes of the hub make start it, too.")
    if options.get("expand"):
        fetched = spell([f"the {field_words(str(each))}" for each in options["expand"]])
        sentences.append(f"With each {record}, {fetched} is looked up.")
    return sentences


def _changes(changed: Any, names: Names) -> str:
    """The part behind "a job's": start date changes, or stage category changes from “sales” to “active”."""
    if not changed:
        return ""
    if not isinstance(changed, Mapping):
        fields = [changed] if isinstance(changed, str) else list(changed)
        return f"{spell([field_words(str(each)) for each in fields], last='or')} changes"
    said = []
    for path, rule in changed.items():
        bounds = rule if isinstance(rule, Mapping) else {}
        ways = [f"{word} {_either(bounds[word], names)}" for word in ("from", "to") if word in bounds]
        said.append(" ".join([field_words(path), "changes", *ways]))
    return ", or its ".join(said)


def _either(value: Any, names: Names) -> str:
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    return spell([say_value(each, names) for each in values], last="or")


def _say_webhook(trigger: Trigger, names: Names) -> list[str]:
    options = trigger.options
    sentences = [
        f"When another app sends something to /hooks/{options['path']}{_where(trigger, names)}, the recipe starts."
    ]
    verify = options.get("verify")
    secret = options.get("secret")
    named = spell([str(each) for each in ([secret] if isinstance(secret, str) else secret or ())], last="or")
    if verify == "none":
        sentences.append("Anybody who knows the address can start it: deliveries are not signed.")
    elif isinstance(verify, Mapping):
        details = {key: value for key, value in verify.items() if key != "scheme"}
        with_them = f" Details of the signing: {say_value(details, names)}." if details else ""
        sentences.append(_SIGNED.format(verify.get("scheme"), named) + with_them)
    elif verify:
        sentences.append(_SIGNED.format(verify, named))
    return sentences + _say_taking(options, names)


def _say_taking(options: Mapping[str, Any], names: Names) -> list[str]:
    """Which deliveries are taken, and what their sender is told."""
    sentences = []
    if options.get("tolerance"):
        sentences.append(f"A delivery may be {say_duration(float(options['tolerance']))} old at the most.")
    if options.get("dedupe"):
        sentences.append(f"A delivery whose {verbatim(options['dedupe'])} was seen before is not handled again.")
    if list(options.get("methods") or ("POST",)) != ["POST"]:
        sentences.append(f"It takes {spell(list(options['methods']), last='or')} requests.")
    if options.get("content_types"):
        sentences.append(f"It takes only {spell(list(options['content_types']), last='or')}.")
    if options.get("gzip"):
        sentences.append("Bodies may be compressed.")
    if options.get("limit"):
        sentences.append(f"It takes at most {options['limit']}; what is more has to be sent again.")
    if options.get("respond"):
        sentences += _say_answer(options["respond"], names)
    return sentences


def _say_answer(respond: Mapping[str, Any], names: Names) -> list[str]:
    told = {key: value for key, value in respond.items() if key != "wait"}
    if not respond.get("wait"):
        return [f"The sender is answered with {say_value(told, names)}."]
    wait = say_duration(parse_duration(str(respond["wait"])))
    how = f"with {say_value(told, names)}" if told else "with how it ended and its result"
    return [f"The sender waits up to {wait} for the end of the run and is answered {how}."]


def _say_schedule(trigger: Trigger, names: Names) -> list[str]:
    options = trigger.options
    zone = f" ({options['timezone']} time)" if options.get("timezone") else ""
    if options.get("cron"):
        when = _say_cron(str(options["cron"]))
    else:
        when = every(float(options["every"])) if options.get("every") else "at its times"
        when += f" at {options['at']}" if options.get("at") else ""
    sentences = [f"{when[:1].upper()}{when[1:]}{zone}, the recipe starts{_where(trigger, names)}."]
    missed = options.get("missed") or "run_once"
    if missed != "run_once":
        sentences.append(_MISSED[missed])
    return sentences


def _say_cron(line: str) -> str:
    """A cron line in words when it names one time of day, else the line itself."""
    parts = line.split()
    if len(parts) == 5 and parts[0].isdecimal() and parts[1].isdecimal() and parts[3] == "*":
        clock = f"at {int(parts[1])}:{int(parts[0]):02}"
        if parts[2] == "*" and parts[4] in _DAYS:
            return f"{_DAYS[parts[4]]} {clock}"
        if parts[2] == "*" and re.fullmatch(r"[0-7](,[0-7])*", parts[4]):
            return f"on {spell([_DAY_NAMES[int(day)] for day in parts[4].split(',')])} {clock}"
        if re.fullmatch(r"\d{1,2}", parts[2]) and parts[4] == "*":
            return f"on day {int(parts[2])} of every month {clock}"
    return f"by the cron line {quote(line)}"


def _say_manual(trigger: Trigger, names: Names) -> list[str]:
    sentences = [f"When a person starts it by hand, the recipe runs{_where(trigger, names)}."]
    return sentences + say_inputs(trigger.options.get("inputs") or {}, names)


def say_inputs(inputs: Mapping[str, Any], names: Names) -> list[str]:
    """One sentence for each input: what is asked for."""
    return [_say_input(name, details, names) for name, details in inputs.items()]


def say_origin(recipe: Recipe, names: Names) -> list[str]:
    """Which blueprint an instance is made from, and with which values; nothing for any other recipe."""
    origin = recipe.origin
    if origin is None:
        return []
    given = [
        f"{quote(recipe.inputs[name]['label'])} {say_input_value(value, recipe.inputs[name], names)}"
        for name, value in origin.values.items()
        if value is not None
    ]
    with_them = f", with {spell(given)}" if given else ""
    return [f"It is made from version {origin.version} of the blueprint {quote(origin.blueprint)}{with_them}."]


def say_input_value(value: Any, details: Mapping[str, Any], names: Names) -> str:
    """The value of an input; braces in it are no template, and a secret is told by its name."""
    if details.get("type") == "secret" and value is not None:
        return spell([f"the secret {each}" for each in ([value] if isinstance(value, str) else value)])
    if isinstance(value, str):
        return quote(value)
    return say_value(value, names)


def _say_input(name: str, details: Mapping[str, Any], names: Names) -> str:
    label = details.get("label") or name
    kind = {
        "list": "a list",
        "object": "an object",
        "boolean": "yes or no",
        "integer": "a whole number",
        "employee": "an employee",
        "job_type": "a job type",
        "secret": "the name of a secret",
        "time": "a time of day",
    }
    what = kind.get(details.get("type", "text"), f"a {details.get('type', 'text')}")
    words = [f"The input {quote(label)} (“{name}”) is {what}"]
    if details.get("many"):
        words.append("or several of them")
    if details.get("choices"):
        words.append(f"one of {spell([quote(str(each)) for each in details['choices']])}")
    if details.get("default") is not None:
        words.append(f"{say_value(details['default'], names)} if nothing is given")
    words.append("needed" if details.get("required") else "not needed")
    about = f" {details['description']}" if details.get("description") else ""
    return f"{', '.join(words)}.{about}"


def _say_recipe(trigger: Trigger, names: Names) -> list[str]:
    other = trigger.options.get("recipe") or "any"
    which = "any other recipe" if other == "any" else f"the recipe {quote(str(other))}"
    status = trigger.options.get("status") or "failed"
    return [f"When a run of {which} has {status}{_where(trigger, names)}, the recipe starts."]

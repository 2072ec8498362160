"""What a recipe does, step by step, in sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from hub.model import RetryRule, Step
from hub.recipe.explaining.conditions import say_condition
from hub.recipe.explaining.keeping import KEEPING, say_listing, say_only_if
from hub.recipe.explaining.sending import SENDING
from hub.recipe.explaining.waits import say_hold, say_length, say_wait_for
from hub.recipe.explaining.wording import (
    PATH,
    Names,
    close,
    field_words,
    path_words,
    plural_words,
    quote,
    say_duration,
    say_fields,
    say_value,
    singular,
    verbatim,
    with_article,
)
from hub.recipe.nearest import spell
from hub.registry import Registry

_UNKNOWN = {
    "repeat": "When nobody can tell whether it happened, it is done again.",
    "skip": "When nobody can tell whether it happened, the run goes on as if it had.",
}
_ON_ERROR = {
    "fail": "",
    "continue": "When it fails for good, the run goes on.",
    "hold": "When it fails for good, the run is held for a person.",
    "steps": "When it fails for good, this is done instead:",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence or several about one thing. `depth` says how far it is inside of others; `mark` is its number."""

    depth: int
    mark: str
    text: str


def say_steps(steps: Sequence[Step], names: Names, registry: Registry, *, depth: int = 0) -> Iterator[Line]:
    """A line for each step, and behind it deeper ones for the steps inside of it."""
    for number, step in enumerate(steps, start=1):
        yield Line(depth, f"{number}.", say_step(step, names, registry))
        for position, branch in enumerate(step.branches, start=1):
            rule = say_way(step, position, names)
            yield Line(depth + 1, "-", f"{rule[:1].upper()}{rule[1:]}:")
            yield from say_steps(branch.steps, names, registry, depth=depth + 2)
        if step.error_steps:
            yield Line(depth + 1, "-", _ON_ERROR["steps"])
            yield from say_steps(step.error_steps, names, registry, depth=depth + 2)


def say_way(step: Step, position: int, names: Names) -> str:
    """Which branch of a step it is, counted from 1: by its condition, or by its name or number where all are taken."""
    branch = step.branches[position - 1]
    if step.action == "parallel":
        return f"branch {quote(branch.name) if branch.name else position}"
    return f"if {say_condition(branch.condition, names)}" if branch.condition else "otherwise"


def say_step(step: Step, names: Names, registry: Registry) -> str:
    """One step: its name, its loop and condition, what it does, and what happens when that fails."""
    title = f"{quote(step.name)}: " if step.name else ""
    sentence = f"{say_loop(step, names)}{say_if(step, names)}it {say_action(step, names, registry)}"
    stop = ":" if step.branches else "."
    begun = sentence if title else sentence[:1].upper() + sentence[1:]
    return " ".join([close(f"{title}{begun}{stop}"), *say_care(step)])


def say_loop(step: Step, names: Names) -> str:
    """ "for each of the input “addresses”, ", "" for a step that is no loop."""
    if not step.for_each:
        return ""
    words = path_words(step.for_each, names) if re.fullmatch(PATH, step.for_each) else ""
    called = f" (called {field_words(step.item_name)})" if step.item_name != "item" else ""
    at_once = f", up to {step.max_parallel} at a time" if step.max_parallel > 1 else ""
    return f"for each entry of {words or verbatim(step.for_each)}{called}{at_once}, "


def say_if(step: Step, names: Names) -> str:
    """ "if the job has a customer, ", "" for a step without a condition."""
    return f"if {say_condition(step.condition, names)}, " if step.condition else ""


def say_care(step: Step) -> list[str]:
    """The sentences about time limits, retries and failures that a step has of its own."""
    found = [f"It may take {say_duration(step.timeout)} at the most."] if step.timeout else []
    if step.retry:
        found.append(f"{say_retry(step.retry)}.")
    found += [each for each in (_UNKNOWN.get(step.on_unknown, ""),) if each]
    if step.on_error in ("continue", "hold"):
        found.append(_ON_ERROR[step.on_error])
    return found


def say_retry(rule: RetryRule) -> str:
    """ "When it fails, it is tried 3 times in all, after 10 seconds and 1 minute"."""
    if rule.attempts == 1:
        return "When it fails, it is not tried again"
    delays = []
    for delay, same in groupby(rule.delays):
        times = len(list(same))
        delays.append(say_duration(delay) + (f" ({times} times)" if times > 1 else ""))
    return f"When it fails, it is tried {rule.attempts} times in all, after {spell(delays)}"


def say_action(step: Step, names: Names, registry: Registry) -> str:
    """What the step does, as it stands behind "it"."""
    family, _, verb = step.action.partition(".")
    if step.action in _SPECIAL:
        return _SPECIAL[step.action](step.arguments, names)
    if verb in _RECORD_VERBS and family in _RECORDS:
        return _RECORD_VERBS[verb](family, step.arguments, names)
    action = registry.action(step.action)
    about = f" ({' '.join(action.doc.split()).split('. ')[0].removesuffix('.')})" if action and action.doc else ""
    given = f" with {say_fields(step.arguments, names)}" if step.arguments else ""
    return f"does {verbatim(step.action)}{about}{given}"


# ---- records of the Public API

_RECORDS = frozenset({"jobs", "customers", "contacts", "employees", "job_stages", "job_types"})

Arguments = Mapping[str, Any]


def _without(arguments: Arguments, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in arguments.items() if key not in keys}


def _with(fields: Arguments, names: Names) -> str:
    return f" with {say_fields(fields, names)}" if fields else ""


def _one(family: str, arguments: Arguments, names: Names) -> str:
    """The record that an id is about: "the same job" for the one that started the run, "this job" in a loop."""
    record = say_value(arguments.get("id", ""), names)
    noun = singular(family)
    known = {f"the {noun}'s id": f"the same {noun}", f"this {noun}'s id": f"this {noun}"}
    return known.get(record, f"the {noun} whose id is {record}")


def _get(family: str, arguments: Arguments, names: Names) -> str:
    return f"looks up {_one(family, arguments, names)}"


def _find(family: str, arguments: Arguments, names: Names) -> str:
    first = arguments.get("first")
    several = ", taking the first if there are several" if first is True else ""
    if first not in (None, True, False):
        several = f", taking the first if there are several and if {say_value(first, names)}"
    return f"looks for the {singular(family)}{_with(_without(arguments, 'first'), names)}{several}"


def _list(family: str, arguments: Arguments, names: Names) -> str:
    most = say_value(arguments.get("limit", 100), names)
    filters = arguments.get("filters") or {}
    given = _with(filters, names) if isinstance(filters, Mapping) else f" with {say_value(filters, names)}"
    return f"lists the {plural_words(family)}{given}{say_listing(arguments, names)}, up to {most}"


def _create(family: str, arguments: Arguments, names: Names) -> str:
    return f"creates {with_article(singular(family))}{_with(arguments, names)}"


def _update(family: str, arguments: Arguments, names: Names) -> str:
    fields = say_fields(_without(arguments, "id", "only_if"), names, between=" to ")
    return f"changes {_one(family, arguments, names)}: {fields or 'nothing'}{say_only_if(arguments)}"


def _upsert(family: str, arguments: Arguments, names: Names) -> str:
    match = arguments.get("match")
    by = _with(match, names) if isinstance(match, Mapping) else f" with {say_value(match, names)}"
    fields = say_fields(_without(arguments, "match"), names, between=" to ")
    return f"looks for the {singular(family)}{by}, creates it if there is none, and sets {fields or 'nothing more'}"


def _delete(family: str, arguments: Arguments, names: Names) -> str:
    return f"deletes {_one(family, arguments, names)}"


_RECORD_VERBS: Mapping[str, Callable[[str, Arguments, Names], str]] = {
    "get": _get,
    "find": _find,
    "list": _list,
    "create": _create,
    "update": _update,
    "upsert": _upsert,
    "delete": _delete,
}


# ---- everything else


def _notify(arguments: Arguments, names: Names) -> str:
    title = f" titled {say_value(arguments['title'], names)}" if arguments.get("title") else ""
    rest = _with(_without(arguments, "to", "title", "body"), names)
    to, body = say_value(arguments.get("to", ""), names), say_value(arguments.get("body", ""), names)
    return f"sends a message to {to}{title}{rest}, saying {body}"


def _request(arguments: Arguments, names: Names) -> str:
    method = say_value(arguments.get("method", "GET"), names).strip("“”")
    rest = _with(_without(arguments, "url", "method"), names)
    return f"calls {say_value(arguments.get('url', ''), names)} ({method}){rest}"


def _set(arguments: Arguments, names: Names) -> str:
    return f"remembers {spell([f'“{key}” as {say_value(value, names)}' for key, value in arguments.items()])}"


def _stop(arguments: Arguments, names: Names) -> str:
    status = say_value(arguments.get("status", "succeeded"), names).strip("“”")
    message = f", noting {say_value(arguments['message'], names)}" if arguments.get("message") else ""
    found = arguments.get("result")
    result = f", with {say_value(found, names)} for a recipe that called it" if found is not None else ""
    return f"ends the run as {status}{message}{result}"


def _wait(arguments: Arguments, names: Names) -> str:
    return f"waits {say_wait(arguments, names)}"


def say_wait(arguments: Arguments, names: Names) -> str:
    """How long a `wait` waits: 7 days, or until a moment."""
    if "until" in arguments:
        return f"until {say_value(arguments['until'], names).strip('“”')}"
    length = say_length(arguments["for"], names) if "for" in arguments else ""
    if "at" not in arguments:
        return length
    clock = say_value(arguments["at"], names).strip("“”")
    return f"{length} and then until {clock}" if length else f"until {clock}"


def _choose(_arguments: Arguments, _names: Names) -> str:
    return "takes the first of these ways whose condition holds"


def _parallel(arguments: Arguments, names: Names) -> str:
    most = arguments.get("max_parallel")
    at_once = f", up to {say_value(most, names)} at a time" if most is not None else ""
    return f"takes all of these ways side by side{at_once}, and goes on when they are all done"


def _call(arguments: Arguments, names: Names) -> str:
    inputs = arguments.get("inputs") or {}
    given = _with(inputs, names) if isinstance(inputs, Mapping) else f" with {say_value(inputs, names)}"
    wait = arguments.get("wait", True)
    after = " and goes on at once" if wait is False else " and waits for its end"
    if not isinstance(wait, bool):
        after += f" if {say_value(wait, names)}"
    return f"starts the recipe {say_value(arguments.get('recipe', ''), names)}{given}{after}"


_SPECIAL: Mapping[str, Callable[[Arguments, Names], str]] = {
    **KEEPING,
    **SENDING,
    "notify.send": _notify,
    "http.request": _request,
    "set": _set,
    "stop": _stop,
    "wait": _wait,
    "wait_for": say_wait_for,
    "hold": say_hold,
    "choose": _choose,
    "parallel": _parallel,
    "call": _call,
}

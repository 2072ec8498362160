"""A whole recipe as sentences that can be read aloud."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.model import Recipe, RecipeSettings
from hub.recipe.explaining.conditions import say_condition
from hub.recipe.explaining.steps import Line, say_retry, say_steps
from hub.recipe.explaining.triggers import say_inputs, say_origin, say_trigger
from hub.recipe.explaining.wording import (
    PATH,
    Names,
    clean,
    count,
    flatten,
    name_things,
    path_words,
    say_duration,
    verbatim,
)
from hub.recipe.nearest import spell
from hub.registry import Registry

_MODES = {
    "queued": "One at a time{}, in order: a run begins when the one before is over.",
    "single": "One at a time{}: while a run is on its way, another one is not started.",
    "restart": "One at a time{}: a new run takes the place of one that is still on its way.",
}
_PRIORITIES = {"high": "Its runs go before others.", "low": "Its runs let others go first."}
_LIMITS = {"runs_per_hour": "run an hour", "writes_per_run": "change a run", "messages_per_hour": "message an hour"}
_INDENT = "   "


def explain(recipe: Recipe, registry: Registry) -> tuple[Line, ...]:
    """What starts the recipe, under which conditions, what it does, and how its runs live beside each other."""
    names = name_things(recipe)
    return tuple(Line(line.depth, line.mark, clean(line.text)) for line in _explain(recipe, names, registry))


def as_text(recipe: Recipe, registry: Registry) -> str:
    """The explanation as plain text: the name, then a line for each thing, those inside of others indented."""
    lines = [
        f"{_INDENT * line.depth}{line.mark} {line.text}" if line.mark else line.text
        for line in explain(recipe, registry)
    ]
    return "\n".join([clean(flatten(recipe.name)), "", *lines]) + "\n"


def _explain(recipe: Recipe, names: Names, registry: Registry) -> Iterator[Line]:
    if not recipe.enabled:
        yield _plain("It is switched off: nothing starts it.")
    if len(recipe.triggers) > 1:
        yield _plain("Any of these starts it:")
        for trigger in recipe.triggers:
            yield Line(1, "-", " ".join(say_trigger(trigger, names, registry)))
    for trigger in recipe.triggers if len(recipe.triggers) == 1 else ():
        yield _plain(" ".join(say_trigger(trigger, names, registry)))
    for sentence in say_origin(recipe, names) if recipe.origin else say_inputs(recipe.inputs, names):
        yield _plain(sentence)
    if recipe.condition:
        yield _plain(f"It goes on only if {say_condition(recipe.condition, names)}.")
    yield _plain("Then:")
    yield from say_steps(recipe.steps, names, registry)
    if recipe.on_error:
        yield _plain("When the run fails:")
        yield from say_steps(recipe.on_error, names, registry)
    for sentence in say_settings(recipe.settings, names):
        yield _plain(sentence)


def _plain(text: str) -> Line:
    return Line(0, "", text)


def say_settings(settings: RecipeSettings, names: Names) -> list[str]:
    """A sentence for each setting that is not the usual one."""
    found = []
    if settings.mode != "parallel":
        found.append(_MODES[settings.mode].format(f" per {_said_key(settings.key, names)}" if settings.key else ""))
    if settings.order == "any":
        found.append("Its runs do not wait for other runs about the same record.")
    if settings.priority in _PRIORITIES:
        found.append(_PRIORITIES[settings.priority])
    if settings.timeout:
        found.append(f"A run may take {say_duration(settings.timeout)} at the most.")
    if settings.retry:
        found.append(f"For every step that has no rule of its own: {say_retry(settings.retry)}.")
    limits = [
        count(settings.limits[key], noun) if settings.limits[key] == 1 else _several(settings.limits[key], noun)
        for key, noun in _LIMITS.items()
        if key in settings.limits
    ]
    if limits:
        found.append(f"There are at most {spell(limits)}; what goes over is held for a person.")
    if settings.keep_history:
        found.append(f"Its history is kept for {say_duration(settings.keep_history)}.")
    return found


def _said_key(key: str, names: Names) -> str:
    """What a key stands for: "customer" for record.customer_id."""
    if not re.fullmatch(PATH, key.strip()):
        return f"value of {verbatim(key)}"
    plain = re.fullmatch(r"(?:record|body|inputs)\.([a-z][a-z0-9_]*?)_id", key.strip())
    return plain[1].replace("_", " ") if plain else f"value of {path_words(key, names) or verbatim(key)}"


def _several(number: int, noun: str) -> str:
    word, _, rest = noun.partition(" ")
    return f"{number:,} {word}s {rest}"

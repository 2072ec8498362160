"""What is different between two versions of a recipe, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from hub.model import Recipe, RecipeSettings, Trigger
from hub.recipe.explaining.pairing import shape
from hub.recipe.explaining.step_changes import Versions, capitalize, compare_condition, compare_steps
from hub.recipe.explaining.steps import say_retry
from hub.recipe.explaining.triggers import say_input_value, say_inputs, say_trigger
from hub.recipe.explaining.wording import (
    Names,
    clean,
    close,
    every,
    field_words,
    name_things,
    quote,
    say_duration,
    verbatim,
)
from hub.registry import Registry

NOTHING = "Nothing has changed."
_WHEN = frozenset({"resource", "events", "changed"})
ONLY_LAYOUT = "Only comments or layout have changed; what the recipe does is the same."


def tell_differences(old: Recipe, new: Recipe, registry: Registry) -> tuple[str, ...]:
    """One sentence or more for each difference, in the order of the file; a single one when there is none."""
    versions = Versions(name_things(old), name_things(new), registry)
    found = [
        *_compare_top(old, new),
        *_compare_triggers(old, new, versions),
        *(_compare_inputs(old.inputs, new.inputs, versions) if not (old.origin and new.origin) else ()),
        *_compare_origins(old, new, versions),
        *compare_condition(old.condition, new.condition, "the recipe goes on", versions),
        *compare_steps(old.steps, new.steps, versions),
        *compare_steps(old.on_error, new.on_error, versions, where="When the run fails: "),
        *_compare_settings(old.settings, new.settings, versions),
    ]
    if not found:
        found = [NOTHING if old.source == new.source else ONLY_LAYOUT]
    return tuple(clean(close(sentence)) for sentence in found)


def _compare_top(old: Recipe, new: Recipe) -> Iterator[str]:
    if old.name != new.name:
        yield f"The recipe is now called {quote(new.name)} instead of {quote(old.name)}."
    if _written_id(old) != _written_id(new):
        yield f"Its id is now {quote(new.id)} instead of {quote(old.id)}."
    if old.was != new.was:
        says = f"now says that its id was {quote(new.was)}" if new.was else "no longer says that its id was another one"
        yield f"The file {says} before."
    if old.enabled != new.enabled:
        yield f"It is now switched {'on' if new.enabled else 'off'}."
    if old.description != new.description:
        was, now = (quote(each) if each else "none" for each in (old.description, new.description))
        yield f"The description is now {now} instead of {was}."


def _written_id(recipe: Recipe) -> str:
    """The id, "" when it is only the name of the file: two versions often lie in files of different names."""
    return "" if recipe.id == PurePath(recipe.file).stem else recipe.id


# ---- triggers


def _compare_triggers(old: Recipe, new: Recipe, versions: Versions) -> Iterator[str]:
    if len(old.triggers) == len(new.triggers) == 1:
        yield from _compare_trigger(old.triggers[0], new.triggers[0], "The trigger", versions)
        return
    before = {trigger.id: trigger for trigger in old.triggers}
    after = {trigger.id: trigger for trigger in new.triggers}
    for trigger_id, trigger in after.items():
        if trigger_id in before:
            yield from _compare_trigger(before[trigger_id], trigger, f"The trigger “{trigger_id}”", versions)
        else:
            yield f"New trigger “{trigger_id}”: {_tell(trigger, versions.new, versions.registry)}"
    for trigger_id, trigger in before.items():
        if trigger_id not in after:
            yield f"No longer starts it: {_tell(trigger, versions.old, versions.registry)}"


def _tell(trigger: Trigger, names: Names, registry: Registry) -> str:
    return " ".join(say_trigger(trigger, names, registry))


def _compare_trigger(old: Trigger, new: Trigger, label: str, versions: Versions) -> Iterator[str]:
    if old.type != new.type:
        yield f"{label} is another one. {_now_and_before(old, new, versions)}"
        return
    if old.id != new.id:
        yield f"{label} now has the id “{new.id}” instead of “{old.id}”."
    yield from compare_condition(old.where, new.where, "the recipe starts", versions)
    told = _WHEN if old.type == "poll" else frozenset()
    if any(shape(old.options.get(key)) != shape(new.options.get(key)) for key in told):
        # what counts as a change is understood only as a whole
        yield f"{label} waits for something else. {_now_and_before(old, new, versions)}"
    for key in dict.fromkeys([*new.options, *old.options]):
        if key not in told:
            yield from _compare_option(key, old, new, label, versions)


def _now_and_before(old: Trigger, new: Trigger, versions: Versions) -> str:
    now, before = _tell(new, versions.new, versions.registry), _tell(old, versions.old, versions.registry)
    return f"Now: {now} Before: {before}"


def _compare_option(key: str, old: Trigger, new: Trigger, label: str, versions: Versions) -> Iterator[str]:
    was, now = old.options.get(key), new.options.get(key)
    kind = versions.registry.trigger(new.type)
    parameter = next((each for each in kind.parameters if each.name == key), None) if kind else None
    if shape(was) == shape(now):
        return
    if key == "inputs":
        yield from _compare_inputs(was or {}, now or {}, versions)
    elif key == "every" and new.type == "poll" and was and now:
        yield f"The hub now looks {every(float(now))} instead of {every(float(was))}."
    elif parameter is not None and parameter.type == "duration":
        before, after = (say_duration(float(each)) if each else "not given" for each in (was, now))
        yield f"{label}: {field_words(key)} is now {after} instead of {before}."
    else:
        before, after = versions.words(was, now)
        yield f"{label}: {field_words(key)} is now {after} instead of {before}."


# ---- inputs and settings


def _compare_inputs(old: Mapping[str, Any], new: Mapping[str, Any], versions: Versions) -> Iterator[str]:
    for name, details in new.items():
        if name not in old:
            yield f"New: {say_inputs({name: details}, versions.new)[0]}"
            continue
        for key in dict.fromkeys([*details, *old[name]]):
            was, now = old[name].get(key), details.get(key)
            if shape(was) != shape(now):
                before, after = versions.words(was, now)
                yield f"For the input “{name}”, {key} is now {after} instead of {before}."
    for name in old:
        if name not in new:
            yield f"The input “{name}” is no longer there."


def _compare_origins(old: Recipe, new: Recipe, versions: Versions) -> Iterator[str]:
    """What an instance is made from, and the values that it gives."""
    if old.origin is None or new.origin is None:
        if old.origin or new.origin:
            yield f"It is {'now' if new.origin else 'no longer'} made from a blueprint."
        return
    was, now = ((each.blueprint, each.version) for each in (old.origin, new.origin))
    if was != now:
        yield f"It is now made from version {now[1]} of {quote(now[0])} instead of version {was[1]} of {quote(was[0])}."
    for name, value in new.origin.values.items():
        before = old.origin.values.get(name)
        if shape(before) != shape(value) and name in old.origin.values:
            said = say_input_value(value, new.inputs[name], versions.new)
            told = say_input_value(before, old.inputs[name], versions.old)
            yield f"{quote(new.inputs[name]['label'])} is now {said} instead of {told}."


def _compare_limits(old: Mapping[str, Any], new: Mapping[str, Any], versions: Versions) -> Iterator[str]:
    for key in dict.fromkeys([*new, *old]):
        if key == "over" and not (old and new):
            continue  # it stands in the limits whenever there are any
        if old.get(key) != new.get(key):
            before, after = versions.words(old.get(key), new.get(key))
            yield f"{capitalize(f'the limit “{field_words(key)}”')} is now {after} instead of {before}."


def _compare_settings(old: RecipeSettings, new: RecipeSettings, versions: Versions) -> Iterator[str]:
    if old.mode != new.mode:
        yield f"The mode of its runs is now {new.mode} instead of {old.mode}."
    if old.key != new.key:
        was, now = (verbatim(each) if each else "none" for each in (old.key, new.key))
        yield f"The key that its runs are told apart by is now {now} instead of {was}."
    if old.order != new.order:
        yield f"The order of its runs about one record is now {new.order} instead of {old.order}."
    if old.priority != new.priority:
        yield f"Its priority is now {new.priority} instead of {old.priority}."
    if old.timeout != new.timeout:
        was, now = (say_duration(each) if each else "as long as it needs" for each in (old.timeout, new.timeout))
        yield f"A run may now take {now} instead of {was}."
    if old.retry != new.retry:
        was, now = (say_retry(each) if each else "The usual rule" for each in (old.retry, new.retry))
        yield f"The rule for failures of all its steps is another one. Now: {now}. Before: {was}."
    yield from _compare_limits(old.limits, new.limits, versions)
    if old.keep_history != new.keep_history:
        was, now = (say_duration(each) if each else "the usual time" for each in (old.keep_history, new.keep_history))
        yield f"Its history is now kept for {now} instead of {was}."

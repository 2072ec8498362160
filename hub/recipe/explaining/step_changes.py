"""What is different in the steps of two versions, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.model import Branch, Condition, Step
from hub.recipe.explaining.conditions import say_condition
from hub.recipe.explaining.pairing import find_moved, given_id, pair_steps, shape
from hub.recipe.explaining.steps import say_action, say_loop, say_retry, say_steps, say_wait, say_way
from hub.recipe.explaining.wording import Names, field_words, quote, say_duration, say_value, verbatim
from hub.registry import Registry

_ON_ERROR = {
    "fail": "the run fails",
    "continue": "the run goes on",
    "hold": "the run is held for a person",
    "steps": "other steps are done instead",
}
_ON_UNKNOWN = {"hold": "the run is held for a person", "repeat": "it is done again", "skip": "the run goes on"}


@dataclass(frozen=True, slots=True)
class Versions:
    """The names of things in the old and in the new version."""

    old: Names
    new: Names
    registry: Registry

    def words(self, old: object, new: object) -> tuple[str, str]:
        """Two different values in words; as they are written when the words would be the same."""
        said = say_value(old, self.old), say_value(new, self.new)
        return said if said[0] != said[1] else (verbatim(repr(old)), verbatim(repr(new)))

    def conditions(self, old: Condition, new: Condition) -> tuple[str, str]:
        """Two different conditions in words; as they are written when the words would be the same."""
        said = say_condition(old, self.old), say_condition(new, self.new)
        return said if said[0] != said[1] else (verbatim(_write(old)), verbatim(_write(new)))


def _write(condition: Condition) -> str:
    inner = ", ".join(_write(part) for part in condition.parts)
    return condition.source if condition.kind == "expression" else f"{condition.kind}: [{inner}]"


def compare_condition(old: Condition | None, new: Condition | None, subject: str, versions: Versions) -> list[str]:
    """The sentence about a condition that is new, gone or different; `subject` is "the recipe starts"."""
    if shape(old) == shape(new):
        return []
    if old is None and new is not None:
        return [f"Now {subject} only if {say_condition(new, versions.new)}; before, there was no condition."]
    if new is None and old is not None:
        return [f"Now {subject} without a condition; before, only if {say_condition(old, versions.old)}."]
    assert old is not None and new is not None
    before, after = versions.conditions(old, new)
    return [f"Now {subject} only if {after}; before, only if {before}."]


def compare_steps(old: Sequence[Step], new: Sequence[Step], versions: Versions, *, where: str = "") -> Iterator[str]:
    """The sentences about two lists of steps, in the order of the new one. `where` stands before each."""
    pairs = pair_steps(old, new)
    moved = find_moved(pairs)
    for index, step in enumerate(new):
        spot = f"after {name_step(new, index - 1)}" if index else "at the beginning"
        if index not in pairs:
            yield f"{where}New, {spot}: {_tell(step, versions.new, versions.registry)}"
            continue
        label = name_step(new, index)
        if index in moved:
            yield f"{where}{capitalize(label)} is now done {spot}."
        for sentence in _compare_step(old[pairs[index]], step, label, versions):
            yield f"{where}{capitalize(sentence)}"
    kept = set(pairs.values())
    for index, step in enumerate(old):
        if index not in kept:
            yield f"{where}No longer done: {_tell(step, versions.old, versions.registry)}"


def _tell(step: Step, names: Names, registry: Registry) -> str:
    """A step with all that is inside of it."""
    return " ".join(line.text for line in say_steps([step], names, registry))


def capitalize(sentence: str) -> str:
    """The sentence with a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def name_step(steps: Sequence[Step], index: int) -> str:
    """What to call a step: its name, else its id, else its action and a neighbour with a name."""
    step = steps[index]
    if step.name or given_id(step):
        return quote(step.name or step.id)
    what = "the wait" if step.action == "wait" else f"the step {verbatim(step.action)}"
    after = next((quote(each.name) for each in steps[index + 1 :] if each.name), "")
    before = next((quote(each.name) for each in reversed(steps[:index]) if each.name), "")
    beside = f" before {after}" if after else f" after {before}" if before else ""
    return f"{what}{beside} (number {index + 1})"


def _compare_step(old: Step, new: Step, label: str, versions: Versions) -> Iterator[str]:
    if old.name != new.name:
        if old.name and new.name:
            yield f"what was called {quote(old.name)} is now called {quote(new.name)}."
        else:
            yield f"{label} now has {f'the name {quote(new.name)}' if new.name else 'no name'}."
    if given_id(old) != given_id(new):
        was, now = (quote(given_id(each)) if given_id(each) else "none" for each in (old, new))
        yield f"the id of {label} is now {now} instead of {was}."
    if old.action != new.action:
        now, was = (
            say_action(new, versions.new, versions.registry),
            say_action(old, versions.old, versions.registry),
        )
        yield f"instead of what it did before, {label} now does this: it {now}. Before: it {was}."
    else:
        yield from _compare_arguments(old, new, label, versions)
    yield from compare_condition(old.condition, new.condition, f"{label} is done", versions)
    yield from _compare_loop(old, new, label, versions)
    yield from _compare_care(old, new, label)
    yield from _compare_branches(old, new, label, versions)
    inside = f"When {label} fails for good: "
    yield from compare_steps(old.error_steps, new.error_steps, versions, where=inside)


def _compare_arguments(old: Step, new: Step, label: str, versions: Versions) -> Iterator[str]:
    if shape(old.arguments) == shape(new.arguments):
        return
    if new.action == "wait":
        was, now = say_wait(old.arguments, versions.old), say_wait(new.arguments, versions.new)
        if was != now:
            yield f"{label} now lasts {now} instead of {was}."
            return
    for key in dict.fromkeys([*new.arguments, *old.arguments]):
        if key not in old.arguments:
            yield f"in {label}, {field_words(key)} is now given: {say_value(new.arguments[key], versions.new)}."
        elif key not in new.arguments:
            was = say_value(old.arguments[key], versions.old)
            yield f"in {label}, {field_words(key)} is no longer given; before, it was {was}."
        elif shape(old.arguments[key]) != shape(new.arguments[key]):
            was, now = versions.words(old.arguments[key], new.arguments[key])
            yield f"in {label}, {field_words(key)} is now {now} instead of {was}."


def _compare_loop(old: Step, new: Step, label: str, versions: Versions) -> Iterator[str]:
    if old.for_each != new.for_each:
        now, was = say_loop(new, versions.new), say_loop(old, versions.old)
        if now == was:
            now, was = f"for each entry of {verbatim(new.for_each)}", f"for each entry of {verbatim(old.for_each)}"
        now, was = (each.removesuffix(", ") or "only once" for each in (now, was))
        yield f"{label} is now done {now}; before, {was}."
    elif old.item_name != new.item_name:
        yield f"in {label}, each entry is now called “{new.item_name}” instead of “{old.item_name}”."
    if old.max_parallel != new.max_parallel:
        yield f"{label} is now done for {new.max_parallel} at a time at the most, instead of {old.max_parallel}."


def _compare_care(old: Step, new: Step, label: str) -> Iterator[str]:
    if old.timeout != new.timeout:
        was, now = (say_duration(each) if each else "as long as it needs" for each in (old.timeout, new.timeout))
        yield f"{label} may now take {now} instead of {was}."
    if old.retry != new.retry:
        was, now = (say_retry(each) if each else "The usual rule for trying again" for each in (old.retry, new.retry))
        yield f"{label} has another rule for failures. Now: {now}. Before: {was}."
    if old.on_error != new.on_error:
        yield f"when {label} fails for good, {_ON_ERROR[new.on_error]} now; before, {_ON_ERROR[old.on_error]}."
    if old.on_unknown != new.on_unknown:
        was, now = _ON_UNKNOWN[old.on_unknown], _ON_UNKNOWN[new.on_unknown]
        yield f"when nobody can tell whether {label} happened, {now} now; before, {was}."


def _compare_branches(old_step: Step, new_step: Step, label: str, versions: Versions) -> Iterator[str]:
    old, new = old_step.branches, new_step.branches
    side_by_side = new_step.action == "parallel"
    pairs = _pair_branches(old, new, by="name" if side_by_side else "condition")
    moved = set() if side_by_side else find_moved(pairs)
    for index, branch in enumerate(new):
        way = f"way {index + 1} of {label}"
        if index not in pairs:
            rule = say_way(new_step, index + 1, versions.new)
            steps = " ".join(line.text for line in say_steps(branch.steps, versions.new, versions.registry))
            yield f"{way} is new, {rule}: {steps or 'nothing is done.'}"
            continue
        earlier = old[pairs[index]]
        if index in moved:
            yield f"{way} was way {pairs[index] + 1} before; the first that fits is taken."
        if earlier.name != branch.name:
            yield f"{way} is now called {quote(branch.name) if branch.name else 'nothing'}."
        yield from compare_condition(earlier.condition, branch.condition, f"{way} is taken", versions)
        yield from compare_steps(earlier.steps, branch.steps, versions, where=f"In {way}: ")
    for index in range(len(old)):
        if index not in pairs.values():
            rule = say_way(old_step, index + 1, versions.old)
            yield f"in {label}, there is no longer a way for: {rule}."


def _pair_branches(old: Sequence[Branch], new: Sequence[Branch], *, by: str) -> dict[int, int]:
    """The index in `old` for each in `new`: by the same condition or name, then by the same steps. Branches that have
    no name, and are none of many that exclude each other, are otherwise taken in their order."""
    pairs: dict[int, int] = {}
    for part in (by, "steps", *(["order"] * (by == "name"))):
        for index, branch in enumerate(new):
            free = [each for each in range(len(old)) if each not in pairs.values()]
            wanted = shape(getattr(branch, part, ""))
            if index in pairs or (part == "name" and not branch.name):
                continue
            if part == "order":
                free = [each for each in free if not old[each].name and not branch.name]
            same = next((each for each in free if shape(getattr(old[each], part, "")) == wanted), None)
            if same is not None:
                pairs[index] = same
    return pairs

"""A run as a story: its steps with their names from the recipe, and those that were never reached. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.errors import Place
from hub.model import Attempt, Recipe, RunStatus, Step, StepRecord, StepStatus
from hub.store.views.shapes import RunPage

_COUNTED = re.compile(r"step(_\d+)+")
_ITEM = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as it was answered: its text, the answer, and the values that it saw, by name. `depth` is how far
    inside a group it stands."""

    text: str
    value: bool
    saw: Mapping[str, Any]
    depth: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step. `record` is None when the run never came to it. `is_open`: its details are worth seeing at once."""

    title: str
    action: str
    place: Place | None
    record: StepRecord | None
    attempts: tuple[Attempt, ...]
    conditions: tuple[Condition, ...]
    lasted: float | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Story:
    """The run's own conditions, and its steps in the order in which they were begun."""

    conditions: tuple[Condition, ...]
    chapters: tuple[Chapter, ...]


def tell(page: RunPage, recipe: Recipe | None) -> Story:
    """The story of a run. Without its recipe, which may be unreadable by now, the names are those of the journal."""
    known = {each.id: each for each in recipe.every_step()} if recipe else {}
    told = [_chapter(each.step, each.attempts, known.get(each.step.step_id)) for each in page.steps]
    begun = {each.step.path for each in page.steps}
    wanted = recipe.steps if recipe and page.run.status is not RunStatus.SUCCEEDED else ()
    missing = [_unreached(step) for step in wanted if step.id not in begun]
    return Story(tuple(_conditions(page.run.verdict)), (*told, *missing))


def _chapter(record: StepRecord, attempts: tuple[Attempt, ...], step: Step | None) -> Chapter:
    place = place_of(record.error) or (step.place if step else None)
    end = record.finished_at
    return Chapter(
        title=_title(record, step),
        action=record.action,
        place=place,
        record=record,
        attempts=attempts,
        conditions=tuple(_conditions(record.verdict)),
        lasted=None if end is None or record.status is StepStatus.SKIPPED else end - record.started_at,
        is_open=record.status in (StepStatus.ERROR, StepStatus.UNKNOWN),
    )


def _unreached(step: Step) -> Chapter:
    return Chapter(_name(step.name, step.id, step.action), step.action, step.place, None, (), (), None, False)


def _title(record: StepRecord, step: Step | None) -> str:
    name = _name(step.name if step else "", record.step_id or record.path, record.action)
    items = [str(int(number) + 1) for number in _ITEM.findall(record.path)]
    return f"{name}, item {'.'.join(items)}" if items else name


def _name(name: str, step_id: str, action: str) -> str:
    """The step's name, else its id; a step that was given neither is called by what it does."""
    if name or not _COUNTED.fullmatch(step_id):
        return name or step_id
    return action.replace(".", " ").replace("_", " ").capitalize()


def place_of(error: Mapping[str, Any] | None) -> Place | None:
    """Where in the recipe an error stands, None when it does not say."""
    if not error or not error.get("file"):
        return None
    return Place(str(error["file"]), int(error.get("line") or 1), int(error.get("column") or 1))


def _conditions(verdict: Mapping[str, Any] | None, depth: int = 0) -> Iterator[Condition]:
    """The parts of a verdict, each with its depth. What only groups others, and says nothing itself, is left out."""
    if not verdict:
        return
    text = str(verdict.get("text") or "")
    if text:
        yield Condition(text, bool(verdict.get("value")), dict(verdict.get("saw") or {}), depth)
    for part in [*_listed(verdict.get("parts")), *_listed(verdict.get("branches"))]:
        yield from _conditions(part, depth + 1 if text else depth)


def _listed(parts: Any) -> list[Mapping[str, Any]]:
    return [each for each in parts if isinstance(each, Mapping)] if isinstance(parts, list | tuple) else []

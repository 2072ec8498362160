"""What a run takes over from the one that it resumes, and whether a version of the recipe allows that. Pure.

What has a result is kept. What may have happened is kept with its key, its request and its times, so that the unknown
rule decides about it. What failed for sure is begun anew; where something was sent before, under a key of its own,
because an API remembers what it has said to the old one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.engine.step import MAY_HAVE_HAPPENED
from hub.model import Recipe, Run, Step, StepRecord, StepStatus

RECORDED = frozenset({StepStatus.OK, StepStatus.SKIPPED})
_WAYS = frozenset({"choose", "parallel"})
_ITEM = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person has made of the request of the failed step at `path`."""

    path: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a step is, as far as a journal depends on it. `branches` are the ids of the steps in each."""

    action: str
    is_loop: bool
    branches: tuple[tuple[str, ...], ...] = ()


def take_over(
    journal: Iterable[StepRecord], *, run: Run, recipe: Recipe, now: float, edit: Edit | None = None
) -> tuple[StepRecord, ...]:
    """The journal with which `run` begins. `recipe` is the version that the journal was written by."""
    passed_over, shapes = set(_passed_over(recipe.steps)), shapes_of(recipe)
    found = (_taken(each, run=run, now=now, passed_over=passed_over, shapes=shapes, edit=edit) for each in journal)
    return tuple(replace(each, run_id=run.id) for each in found if each is not None)


def failed_steps(journal: Iterable[StepRecord], recipe: Recipe) -> tuple[StepRecord, ...]:
    """The steps for which the run has failed: not those whose failure the recipe passes over, and no groups."""
    passed_over, shapes = set(_passed_over(recipe.steps)), shapes_of(recipe)
    wrong = (each for each in journal if each.status is StepStatus.ERROR and each.step_id not in passed_over)
    return tuple(each for each in wrong if not _is_group(each, shapes))


def may_have_happened(record: StepRecord) -> bool:
    """Whether nobody knows if what this step has sent was done."""
    if record.sent_at is None or record.status in RECORDED:
        return False
    error = record.error or {}
    in_doubt = bool(error.get(MAY_HAVE_HAPPENED)) or error.get("kind") == "Unknown"
    return record.status in (StepStatus.STARTED, StepStatus.UNKNOWN) or in_doubt


def find_differences(kept: Iterable[StepRecord], old: Recipe, new: Recipe) -> list[str]:
    """Sentences about the steps of a journal, written by the version `old`, that the version `new` does not have so.
    None: `new` can go on from there."""
    before, after = shapes_of(old), shapes_of(new)
    said: dict[str, None] = {}
    for record in kept:
        name = _ITEM.sub("[]", record.path)
        said |= dict.fromkeys(_compare(record, before.get(name), after.get(name)))
    return list(said)


def shapes_of(recipe: Recipe) -> dict[str, _Shape]:
    """Every step of the recipe by its path in a journal, with [] for the number of an item."""
    return dict(_shapes((*recipe.steps, *recipe.on_error), ""))


def _shapes(steps: Iterable[Step], prefix: str) -> Iterator[tuple[str, _Shape]]:
    for step in steps:
        path = prefix + step.id
        branches = tuple(tuple(each.id for each in branch.steps) for branch in step.branches)
        yield path, _Shape(step.action, bool(step.for_each), branches)
        if step.for_each:
            yield f"{path}[]", _Shape(step.action, False, branches)
        inner = f"{path}[]." if step.for_each else prefix
        for branch in step.branches:
            yield from _shapes(branch.steps, inner)
        yield from _shapes(step.error_steps, inner)


def _passed_over(steps: Iterable[Step], inside: bool = False) -> Iterator[str]:
    """The ids of the steps whose failure does not end the run."""
    for step in steps:
        caught = inside or step.on_error in ("continue", "steps")
        if caught:
            yield step.id
        for branch in step.branches:
            yield from _passed_over(branch.steps, caught)
        yield from _passed_over(step.error_steps, inside)


def _is_group(record: StepRecord, shapes: Mapping[str, _Shape]) -> bool:
    """A loop or a step with branches: its own line only says how far the steps in it are."""
    shape = shapes.get(_ITEM.sub("[]", record.path))
    return record.action in _WAYS or (shape is not None and shape.is_loop)


def _taken(
    record: StepRecord,
    *,
    run: Run,
    now: float,
    passed_over: set[str],
    shapes: Mapping[str, _Shape],
    edit: Edit | None,
) -> StepRecord | None:
    if record.status in RECORDED:
        return None if record.action == "stop" else record
    anew = replace(record, status=StepStatus.STARTED, tries=0, error=None, due_at=None, finished_at=None)
    if edit is not None and record.path == edit.path:
        return _anew(anew, run, now, edit.request)
    if record.status is StepStatus.ERROR and record.finished_at is not None and record.step_id in passed_over:
        return record
    if _is_group(record, shapes):
        rested: dict[str, Any] = {"resting": {}} if record.action == "parallel" else {}
        return None if record.request is None else replace(anew, request={**record.request, **rested})
    if may_have_happened(record):
        return replace(anew, status=StepStatus.UNKNOWN, error=record.error)
    if record.status is StepStatus.WAITING:
        return replace(record, tries=0) if record.action == "wait" else None
    if record.status is StepStatus.ERROR:
        return _anew(anew, run, now, None) if record.sent_at is not None else None
    return anew


def _anew(record: StepRecord, run: Run, now: float, request: Mapping[str, Any] | None) -> StepRecord:
    key = f"{run.root_id}/{record.path}#{run.id[-8:]}"
    return replace(record, key=key, request=request, sent_at=None, started_at=now)


def _compare(record: StepRecord, old: _Shape | None, new: _Shape | None) -> Iterator[str]:
    if new is None:
        yield f"The step {record.path} has begun, and that version has no such step there."
    elif new.action != record.action:
        yield f"The step {record.path} was {record.action}, and in that version it is {new.action}."
    elif old is not None and old.is_loop != new.is_loop:
        yield f"The step {record.path} does a list of items in one of the versions, and not in the other."
    elif old is not None and record.action in _WAYS and old.branches != new.branches:
        yield f"The step {record.path} has other steps in its branches in that version."

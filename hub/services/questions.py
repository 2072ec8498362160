"""What a run asks people, as whoever may answer sees it. The public page, the dashboard and the CLI ask here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.engine.links import Question, loops_of, place_of, questions_of
from hub.errors import RecipeError
from hub.model import FINAL, Recipe, Run, StepRecord, StepStatus
from hub.ports.answers import Given
from hub.recipe.asked import Field, fields_of
from hub.services.workshop import Workshop
from hub.store.views.shapes import RunPage

OPEN, ANSWERED, TIMED_OUT, OVER = "open", "answered", "timed out", "over"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one run. `text` is what is asked, "" while the run has not come to it; `state` is one of the
    words above, `given` the answer where there is one. `until` is when its time ends."""

    run: Run
    recipe_name: str
    step_name: str
    place: str
    text: str
    answers: tuple[str, ...]
    fields: tuple[Field, ...]
    state: str
    given: Given | None = None
    is_reached: bool = False
    until: float | None = None


def find_question(services: Workshop, root_id: str, place: str) -> Asked | None:
    """The question at a place; None when the run, the recipe's version or the step is gone."""
    page = services.views.run(services.views.latest_of(root_id))
    if page is None:
        return None
    recipe = _recipe(services, page.run)
    name, *items = place.split("-")
    question = questions_of(recipe).get(name) if recipe else None
    if recipe is None or question is None or len(items) != len(question.loops):
        return None
    return _asked(services, page, recipe, question, place)


def open_questions(services: Workshop, page: RunPage) -> list[Asked]:
    """What a run waits for people to answer now."""
    waiting = [each.step for each in page.steps if each.step.action == "wait_for" and _waits(each.step)]
    recipe = _recipe(services, page.run) if waiting and page.run.status not in FINAL else None
    if recipe is None:
        return []
    known, loops = questions_of(recipe), loops_of(recipe)
    asked = [
        _asked(services, page, recipe, known[each.step_id], place_of(each.path, loops=loops))
        for each in waiting
        if each.step_id in known
    ]
    return [each for each in asked if each.state == OPEN]


def answer_question(
    services: Workshop, asked: Asked, answer: str, *, values: Mapping[str, Any], by: str, where: str = ""
) -> bool:
    """Answer, and wake the run. False when somebody was faster, the time is over or the run is."""
    given = Given(answer, by, services.clock(), values)
    counts, _ = services.ledger.answer(asked.run.root_id, asked.place, given, where=where)
    if counts:
        services.bell.ring()
    return counts


def say_answer(word: str) -> str:
    """An answer as a person reads it."""
    return word.replace("_", " ").capitalize()


def _asked(services: Workshop, page: RunPage, recipe: Recipe, question: Question, place: str) -> Asked:
    loops = loops_of(recipe)
    steps = [each.step for each in page.steps if each.step.step_id == question.step.id]
    record = next((each for each in steps if place_of(each.path, loops=loops) == place), None)
    given = services.ledger.find_answer(page.run.root_id, place)
    request = record.request if record is not None and isinstance(record.request, dict) else {}
    return Asked(
        run=page.run,
        recipe_name=page.recipe_name,
        step_name=question.step.name or question.step.id,
        place=place,
        text=str(request.get("question") or ""),
        answers=question.answers,
        fields=fields_of(question.step.arguments.get("ask")),
        state=_state(page.run, record, given),
        given=given,
        is_reached=record is not None and _waits(record),
        until=record.due_at if record is not None else None,
    )


def _state(run: Run, record: StepRecord | None, given: Given | None) -> str:
    if given is not None:
        return TIMED_OUT if given.timed_out else ANSWERED
    left_behind = record is not None and record.finished_at is not None
    return OVER if run.status in FINAL or left_behind else OPEN


def _waits(record: StepRecord) -> bool:
    return record.status is StepStatus.WAITING


def _recipe(services: Workshop, run: Run) -> Recipe | None:
    try:
        return services.shelf.version(run.recipe_id, run.recipe_version)
    except RecipeError:
        return None

"""`links.<step>.<answer>`: is there such a question, such an answer to it, and is it the question of this item?"""

from __future__ import annotations

from hub.recipe.check.surroundings import Surroundings
from hub.recipe.expressions import Reference
from hub.recipe.nearest import spell, suggest
from hub.recipe.problems import Findings
from hub.recipe.reading.outline import Site, StepMark
from hub.recipe.reading.waits import PAGE, USUAL_ANSWERS


def check_link(reference: Reference, site: Site, surroundings: Surroundings, findings: Findings) -> None:
    """Report a link that leads nowhere. Links may be used before their step as well as after it."""
    parts = reference.parts
    questions = {name: each for name, each in surroundings.steps.items() if _is_question(each)}
    place = site.node.place_of(".".join(parts[:2]))
    if len(parts) < 2:
        findings.add("RCP318", "Links cannot be used all at once.", place, hint=_example(questions))
        return
    name = parts[1]
    mark = surroundings.steps.get(name)
    if mark is None:
        hint = suggest(name, questions, prefix="links.", listed="The steps that are answered are")
        hint = hint or "Only a step with the action `wait_for` has links."
        findings.add("RCP311", f"There is no step `{name[:60]}`.", place, hint=hint)
    elif name not in questions:
        hint = _example(questions) or "Only a step with the action `wait_for` that asks people has links."
        findings.add("RCP318", f"The step `{name}` has no links: nobody answers it.", place, hint=hint)
    elif not set(_loops_of(mark)) <= set(site.spot.loops):
        hint = "Use it in a step inside of the same loop, so that each item has its own."
        findings.add(
            "RCP312", f"The step `{name}` is asked inside of a loop that is not around this.", place, hint=hint
        )
    else:
        _check_answer(parts, mark, site, findings)


def _check_answer(parts: tuple[str, ...], mark: StepMark, site: Site, findings: Findings) -> None:
    answers = (*_answers(mark), PAGE)
    place = site.node.place_of(".".join(parts[:3]))
    if len(parts) < 3:
        hint = f"Name an answer: links.{mark.id}.{answers[0]}."
        findings.add("RCP318", f"`links.{mark.id}` is not a link yet.", place, hint=hint)
    elif parts[2] not in answers:
        hint = suggest(parts[2], answers, prefix=f"links.{mark.id}.") or f"There are {spell(answers)}."
        findings.add("RCP310", f"`links.{mark.id}` has no `{parts[2][:60]}`.", place, hint=hint)


def _is_question(mark: StepMark) -> bool:
    return mark.action == "wait_for" and all(entry.key != "webhook" for entry in mark.arguments)


def _loops_of(mark: StepMark) -> tuple[int, ...]:
    return (*mark.loops, mark.order) if mark.looped else mark.loops


def _answers(mark: StepMark) -> tuple[str, ...]:
    given = next((entry.node for entry in mark.arguments if entry.key == "answers"), None)
    words = tuple(str(item.value) for item in given.items()) if given is not None else ()
    return words or USUAL_ANSWERS


def _example(questions: dict[str, StepMark]) -> str:
    for name, mark in questions.items():
        return f"Name a step and an answer: links.{name}.{_answers(mark)[0]}."
    return ""

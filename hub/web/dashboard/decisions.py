"""What a person can decide about a held run. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from hub.model import RunStatus, StepStatus
from hub.store.views.shapes import RunPage


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision: its name for the engine, the button, what follows from it, and what is said once it is made."""

    name: str
    button: str
    follows: str
    done: str


REPEAT = Choice(
    "repeat",
    "Do it again",
    "The step is done once more. If it did happen before, it happens twice.",
    "The step will be done again.",
)
DONE = Choice(
    "done",
    "Count as done",
    "You know that it happened. The run goes on with the next step.",
    "The step counts as done; the run goes on after it.",
)
SKIP = Choice(
    "skip",
    "Skip it",
    "It does not matter any more. The run goes on without it.",
    "The step is skipped; the run goes on after it.",
)
COUNT_FAILED = Choice(
    "done",
    "Count as done",
    "You have done it by hand. The run goes on with the next step.",
    "The step counts as done; the run goes on after it.",
)
PERSON_DONE = Choice(
    "done",
    "Done",
    "You have done what the message says. The run goes on with the next step.",
    "The run goes on.",
)
TRY_AGAIN = Choice(
    "repeat",
    "Try again",
    "The step that failed is tried once more, and the run goes on from there.",
    "The step will be tried again.",
)


GO_ON = Choice(
    "repeat",
    "Let it go on",
    "It goes beyond the limit. Other runs of the recipe are still held by it.",
    "It goes on beyond the limit.",
)


def choices(page: RunPage) -> tuple[Choice, ...]:
    """What can be decided now. Whether a step happened is only a question where its answer was never seen; a step
    that failed for sure, in a recipe that says `on_error: hold`, can be tried again or be done by hand; one that holds
    the run on purpose has nothing to try. A run that no step holds can only be let go on."""
    if page.run.status is not RunStatus.HELD:
        return ()
    if page.run.over:
        return (GO_ON,)
    steps = [each.step for each in page.steps]
    if any(each.status is StepStatus.UNKNOWN for each in steps):
        return (REPEAT, DONE, SKIP)
    if any(each.status is StepStatus.ERROR and each.finished_at is None for each in steps):
        return (TRY_AGAIN, COUNT_FAILED, SKIP)
    if any(each.action == "hold" and each.status is StepStatus.WAITING for each in steps):
        return (PERSON_DONE, SKIP)
    return (TRY_AGAIN,)

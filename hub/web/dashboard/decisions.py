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
TRY_AGAIN = Choice(
    "repeat",
    "Try again",
    "The step that failed is tried once more, and the run goes on from there.",
    "The step will be tried again.",
)


def choices(page: RunPage) -> tuple[Choice, ...]:
    """What can be decided now. Whether a step happened is only a question where its answer was never seen; a step
    that failed for sure, in a recipe that says `on_error: hold`, can be tried again."""
    if page.run.status is not RunStatus.HELD:
        return ()
    in_doubt = any(each.step.status is StepStatus.UNKNOWN for each in page.steps)
    return (REPEAT, DONE, SKIP) if in_doubt else (TRY_AGAIN,)

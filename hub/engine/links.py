"""Addresses that answer a question. Whoever has one may give that answer; nobody can make one up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.model import Recipe, Step
from hub.recipe.reading.waits import PAGE, USUAL_ANSWERS

WAITING_ACTION = "wait_for"
_PURPOSE = b"answers of the hub"
_PROOF_BYTES = 16


class AnswerLinks:
    """Makes and knows the addresses. `base` is how the outside reaches the hub, `secret` is the hub's own."""

    def __init__(self, base: str, secret: str) -> None:
        self._base = base
        self._key = hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest()

    def address(self, root_id: str, place: str, answer: str) -> str:
        """The address of one answer to one question, or of its page."""
        return f"{self._base}/answers/{root_id}/{place}/{answer}/{self._proof(root_id, place, answer)}"

    def is_genuine(self, root_id: str, place: str, answer: str, proof: str) -> bool:
        """Whether an address is one of ours, letter by letter. Takes the same time whichever letter is wrong."""
        wanted = self._proof(root_id, place, answer)
        return hmac.compare_digest(wanted.encode(), proof.encode("utf-8", "replace"))

    def _proof(self, *parts: str) -> str:
        # Small letters and digits only: some programs cut an address at other characters, or change capitals.
        digest = hmac.new(self._key, json.dumps(parts).encode(), hashlib.sha256).digest()[:_PROOF_BYTES]
        return base64.b32encode(digest).decode().rstrip("=").lower()


def place_of(path: str, *, loops: Sequence[str]) -> str:
    """The place of a step by its path: "ok", and in loops "ok-3" for the fourth item. `loops` are the ids of the
    recipe's steps with `for_each`."""
    parts = path.split(".")
    items = [part.rpartition("[") for part in parts if part.endswith("]")]
    numbers = [number[:-1] for name, _, number in items if name in loops]
    return "-".join([parts[-1].partition("[")[0], *numbers])


@dataclass(frozen=True, slots=True)
class Question:
    """A step of a recipe that people answer, and the ids of the steps that loop around it, outermost first."""

    step: Step
    loops: tuple[str, ...]

    @property
    def answers(self) -> tuple[str, ...]:
        """The words that it can be answered with."""
        return answers_of(self.step)


def answers_of(step: Step) -> tuple[str, ...]:
    """The words that a step can be answered with."""
    return tuple(str(each) for each in step.arguments.get("answers") or USUAL_ANSWERS)


def is_question(step: Step) -> bool:
    """Whether people answer this step, not another app."""
    return step.action == WAITING_ACTION and "webhook" not in step.arguments


def questions_of(recipe: Recipe) -> dict[str, Question]:
    """The questions of a recipe by the ids of their steps."""
    found = _within((*recipe.steps, *recipe.on_error), ())
    return {step.id: Question(step, loops) for step, loops in found if is_question(step)}


def loops_of(recipe: Recipe) -> tuple[str, ...]:
    """The ids of the steps that loop."""
    return tuple(step.id for step, _ in _within((*recipe.steps, *recipe.on_error), ()) if step.for_each)


def _within(steps: Sequence[Step], loops: tuple[str, ...]) -> Iterator[tuple[Step, tuple[str, ...]]]:
    for step in steps:
        around = (*loops, step.id) if step.for_each else loops
        yield step, around
        for branch in step.branches:
            yield from _within(branch.steps, around)
        yield from _within(step.error_steps, around)


class LinkNames(Mapping[str, Mapping[str, str]]):
    """`links` as a template sees it: links.<step>.<answer>. A step inside of a loop has links only there, each item its
    own."""

    def __init__(
        self,
        questions: Mapping[str, Question],
        address: Callable[[str, str], str],
        items: Mapping[str, int] | None = None,
    ) -> None:
        self._questions = questions
        self._address = address
        self._items = dict(items or {})

    def inside(self, loop: str, number: int) -> LinkNames:
        """The same names for one item of a loop."""
        return LinkNames(self._questions, self._address, {**self._items, loop: number})

    def __getitem__(self, step_id: str) -> Mapping[str, str]:
        question = self._questions[step_id]
        place = "-".join([step_id, *(str(self._items[loop]) for loop in question.loops)])
        return {answer: self._address(place, answer) for answer in (*question.answers, PAGE)}

    def __iter__(self) -> Iterator[str]:
        return (name for name, each in self._questions.items() if set(each.loops) <= set(self._items))

    def __len__(self) -> int:
        return sum(1 for _ in self)

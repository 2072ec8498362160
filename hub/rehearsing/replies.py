"""Who answers in a test: people, and apps that send something later. hub.ports.answers.Answers from the test's text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.engine.links import WAITING_ACTION, answers_of, is_question, loops_of, place_of
from hub.engine.rehearsal import Decided
from hub.errors import HubError
from hub.model import Event, Recipe, StepRecord, StepStatus
from hub.ports.answers import Awaited, Given
from hub.recipe.nearest import spell, suggest
from hub.rehearsing.case import Reply

DECISIONS = ("done", "skip")


class Replies:
    """The replies of one test, each counted from when its step began to wait."""

    def __init__(self, replies: Sequence[Reply], recipe: Recipe) -> None:
        self._replies = tuple(replies)
        self._clock: Callable[[], float] = float
        self._began: dict[str, float] = {}
        self._over: dict[str, float] = {}
        self._used: set[int] = set()
        self._loops = loops_of(recipe)
        self._steps = {each.id: each for each in recipe.every_step()}
        for each in replies:
            self._check(each)

    def follow(self, clock: Callable[[], float]) -> None:
        """Go by the clock of the run that is played."""
        self._clock = clock

    # ---- hub.ports.answers.Answers

    def ask(self, run_id: str, claim: int, *, root_id: str, place: str) -> Given | None:  # noqa: ARG002
        """The answer that is there at once."""
        self._over.pop(place, None)
        self._began[place] = self._clock()
        return self.find_answer(root_id, place)

    def find_answer(self, root_id: str, place: str) -> Given | None:  # noqa: ARG002
        """The answer, once its time has come."""
        if place in self._over:
            return Given("", "", self._over[place], timed_out=True)
        for number, each in enumerate(self._replies):
            if each.answer and place_of(each.step, loops=self._loops) == place and self._has_come(each, place):
                self._used.add(number)
                return Given(each.answer, each.by, self._began[place] + each.after, each.fields)
        return None

    def time_out(self, run_id: str, claim: int, *, root_id: str, place: str, now: float) -> Given:  # noqa: ARG002
        """Nobody has answered."""
        self._over[place] = now
        return Given("", "", now, timed_out=True)

    def attend(self, step: Awaited) -> str:
        """Remember since when the step waits."""
        self._began.setdefault(step.path, self._clock())
        return ""

    def heard(self, source: str, *, since: float, after: Event | None = None, limit: int) -> Sequence[Event]:  # noqa: ARG002
        """What has been sent to the steps that wait, so far."""
        if after is not None:
            return ()
        found = []
        for number, each in enumerate(self._replies):
            if not each.answer and each.step in self._began and self._has_come(each, each.step):
                self._used.add(number)
                data = {"body": each.body, "headers": dict(each.headers), "query": {}}
                at = self._began[each.step] + each.after
                found.append(Event(f"reply-{number + 1}", "webhook", source, f"reply-{number + 1}", at, data))
        return found

    def heard_event(self, event_id: str, *, source: str, since: float) -> Event | None:  # noqa: ARG002
        """Nobody is woken by an event in a test."""
        return None

    def awaited_matches(self, source: str) -> Sequence[str]:  # noqa: ARG002
        """Nobody waits when a test begins."""
        return ()

    def awaited_proof(self, source: str) -> tuple[Any, Any] | None:  # noqa: ARG002
        """Nobody waits when a test begins."""
        return None

    # ---- the test's own time

    def wake(self, due_at: float) -> float:
        """When the run goes on that would sleep until `due_at`: earlier, when a reply comes before."""
        comes = [
            self._began[name] + each.after
            for each in self._replies
            for name in (each.step, place_of(each.step, loops=self._loops))
            if name in self._began and self._began[name] + each.after > self._clock()
        ]
        return min([due_at, *comes])

    def decide(self, known: Mapping[str, StepRecord]) -> Decided | None:
        """What a person decides about the step that holds the run, None when nobody does."""
        held = [path for path, each in known.items() if each.action == "hold" and each.status is StepStatus.WAITING]
        for number, each in enumerate(self._replies):
            if each.step in held and number not in self._used:
                self._used.add(number)
                return Decided(each.answer, self._clock() + each.after)
        return None

    def left(self) -> list[Reply]:
        """Those that no step has waited for."""
        return [each for number, each in enumerate(self._replies) if number not in self._used]

    def _has_come(self, reply: Reply, name: str) -> bool:
        return name in self._began and self._clock() >= self._began[name] + reply.after

    def _check(self, reply: Reply) -> None:
        name = reply.step.rpartition(".")[2].partition("[")[0]
        step = self._steps.get(name)
        if step is None or step.action not in (WAITING_ACTION, "hold"):
            waiting = [each.id for each in self._steps.values() if each.action in (WAITING_ACTION, "hold")]
            hint = suggest(name, waiting, listed="There are") or "The recipe has no step that waits for an answer."
            raise HubError(f"No step `{name}` waits for an answer.", hint=hint, place=reply.place)
        if step.action == WAITING_ACTION and is_question(step) != bool(reply.answer):
            needs = "an `answer`" if is_question(step) else "a `body`"
            raise HubError(f"The step `{name}` waits for {needs}.", place=reply.place)
        words = DECISIONS if step.action == "hold" else answers_of(step)
        if reply.answer and reply.answer not in words:
            hint = suggest(reply.answer, words) or f"It can be {spell(words, last='or')}."
            raise HubError(f"The step `{name}` is never answered with `{reply.answer}`.", hint=hint, place=reply.place)
        unknown = [each for each in reply.fields if each not in (step.arguments.get("ask") or {})]
        if unknown:
            raise HubError(f"The step `{name}` does not ask for `{unknown[0]}`.", place=reply.place)

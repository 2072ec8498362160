"""Other recipes in a test: they are not played, the test says how they end."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.engine.chains import Called, called_run_id
from hub.model import Recipe, Record, Run, RunStatus, StepRecord, every_step
from hub.ports import Arrival, ClaimedRun, RunChange
from hub.rehearsing.case import Ending

_WAITING = frozenset({"wait", "wait_for", "hold"})
"""Steps behind which a test goes on with another branch first. A called recipe ends at once in it."""


class CalledRecipes:
    """hub.engine.chains.Chains that keeps what is started, and ends it as the test says.

    `unanswered` fills up with the calls whose end the test does not say. A call that does not wait needs none.
    """

    def __init__(self, endings: Sequence[Ending], shown: Callable[[Any], Any], clock: Callable[[], float]) -> None:
        self.started: list[Record] = []
        self.unanswered: list[str] = []
        self._endings = endings
        self._shown = shown
        self._clock = clock
        self._runs: dict[str, tuple[str, str]] = {}

    def call(self, caller: ClaimedRun, key: str, recipe_id: str, inputs: Mapping[str, Any]) -> Called:
        """See hub.engine.chains.Chains. What the other recipe takes is not asked: it may not be there."""
        path = key.removeprefix(f"{caller.run.root_id}/")
        run_id = called_run_id("called-run-", path)
        self.started.append(self._shown({"recipe": recipe_id, "inputs": dict(inputs)}))
        self._runs[run_id] = (path, recipe_id)
        return Called(run_id)

    def look_at(self, run_id: str) -> Run | None:
        """See hub.engine.chains.Chains: the run as it has ended."""
        path, recipe_id = self._runs[run_id]
        ending = self._ending(path)
        if ending is None:
            self.unanswered.append(f"the recipe {recipe_id}, called by the step {path}")
            ending = Ending(path, RunStatus.SUCCEEDED.value, None, "")
        now = self._clock()
        return Run(
            id=run_id,
            event_id="called",
            recipe_id=recipe_id,
            recipe_version="",
            trigger_id="",
            root_id=run_id,
            status=RunStatus(ending.status),
            due_at=now,
            created_at=now,
            reason=ending.reason,
            finished_at=now,
            result=ending.result,
        )

    def followers(self, ended: ClaimedRun, change: RunChange, *, name: str) -> tuple[Arrival, ...]:  # noqa: ARG002
        """See hub.engine.chains.Chains: nobody hears of a test."""
        return ()

    def _ending(self, path: str) -> Ending | None:
        """The one for this very path, else the one for the step wherever it stands."""
        step_id = re.sub(r"\[\d+\]", "", path).rpartition(".")[2]
        fitting = [each for name in (path, step_id) for each in self._endings if each.step == name]
        return fitting[0] if fitting else None


def in_branch_order(steps: Sequence[StepRecord], recipe: Recipe) -> tuple[StepRecord, ...]:
    """The steps with the branches of each `parallel` one behind the other, as a test takes them: what was side by side
    up to a wait in order of the branches, then what came behind the wait that ended first."""
    ordered = list(steps)
    for step in [each for each in recipe.every_step() if each.action == "parallel"]:
        branch_of = {each.id: index for index, branch in enumerate(step.branches) for each in every_step(branch.steps)}
        places = [place for place, each in enumerate(ordered) if each.step_id in branch_of]
        turn: dict[int, int] = {}
        keyed: list[tuple[tuple[int, int], StepRecord]] = []
        for place in places:
            record = ordered[place]
            branch = branch_of[record.step_id]
            keyed.append(((turn.get(branch, 0), branch), record))
            if record.action in _WAITING and record.finished_at is not None:
                turn[branch] = int(record.finished_at)
        for place, (_, record) in zip(places, sorted(keyed, key=lambda each: each[0]), strict=True):
            ordered[place] = record
    return tuple(ordered)

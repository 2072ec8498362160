"""The registry of a test: the real actions, each of which first asks the test whether it is to fail this time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from hub.context import Context
from hub.errors import NeedsPerson, Permanent, StepError, Transient, Unauthorized, Unknown
from hub.registry import Action, Registry
from hub.rehearsing.case import Trouble

_USUAL = {
    "transient": "The service cannot be reached just now.",
    "refused": "The service refused it.",
    "unknown": "The answer was lost, so it may have happened.",
    "unknown_done": "The answer was lost, so it may have happened.",
    "unauthorized": "The key was rejected.",
    "needs_person": "Only a person can decide this.",
}
_ERRORS: dict[str, type[StepError]] = {
    "transient": Transient,
    "refused": Permanent,
    "unknown": Unknown,
    "unknown_done": Unknown,
    "unauthorized": Unauthorized,
    "needs_person": NeedsPerson,
}


class Faults:
    """What still has to go wrong, by the step's path. `reach` is told of each step right before it acts."""

    def __init__(self, troubles: Sequence[Trouble], *, reach: Callable[[str], None]) -> None:
        self._troubles = troubles
        self._had: Counter[int] = Counter()
        self._reach = reach

    def arm(self, registry: Registry) -> Registry:
        """A registry with the same names, whose actions fail where the test says so."""
        armed = Registry()
        for action in registry.actions():
            armed.add_action(replace(action, run=self._wrapped(action)) if action.run is not None else action)
        for trigger in registry.triggers():
            armed.add_trigger(trigger)
        return armed

    def left(self) -> list[Trouble]:
        """Those that never came up."""
        return [each for number, each in enumerate(self._troubles) if not self._had[number]]

    def _next(self, path: str) -> Trouble | None:
        for number, each in enumerate(self._troubles):
            if each.step == path and self._had[number] < each.times:
                self._had[number] += 1
                return each
        return None

    def _wrapped(self, action: Action) -> Callable[..., Any]:
        run = action.run
        assert run is not None

        def perform(ctx: Context, **arguments: Any) -> Any:
            path = ctx.key.partition("/")[2]
            self._reach(path)
            trouble = self._next(path)
            if trouble is None:
                return run(ctx, **arguments)
            if trouble.fault == "unknown":
                ctx.before_send()
            if trouble.fault == "unknown_done":
                run(ctx, **arguments)
            raise _ERRORS[trouble.fault](trouble.message or _USUAL[trouble.fault])

        return perform

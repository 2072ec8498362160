"""How the work on a run ends before its last step. Not errors: each names the run's next state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.model import RunStatus


class Signal(Exception):
    """Something ends the work on this run for now. `reason` is for the office."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Pause(Signal):
    """Go on at `due_at`."""

    def __init__(self, reason: str, *, due_at: float) -> None:
        super().__init__(reason)
        self.due_at = due_at


class Park(Signal):
    """Go on when there is a working key."""


class Hold(Signal):
    """Go on when a person has decided."""

    def __init__(self, reason: str, *, error: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.error = error


class Stop(Signal):
    """The recipe says to end here, with `status`."""

    def __init__(self, reason: str, *, status: RunStatus) -> None:
        super().__init__(reason)
        self.status = status


class Failed(Signal):
    """A step failed for good, and nothing in the recipe catches it."""

    def __init__(self, reason: str, *, step_id: str, error: Mapping[str, Any]) -> None:
        super().__init__(reason)
        self.step_id = step_id
        self.error = error

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
    """Go on at `due_at`. With `keeps_lane` no other run about the same record may go on before."""

    def __init__(self, reason: str, *, due_at: float, keeps_lane: bool = False) -> None:
        super().__init__(reason)
        self.due_at = due_at
        self.keeps_lane = keeps_lane


class Park(Signal):
    """Go on when there is a working key. `waits_for` is the one that was refused: its connection and version."""

    def __init__(self, reason: str, *, waits_for: tuple[str, int] | None = None) -> None:
        super().__init__(reason)
        self.waits_for = waits_for


class Hold(Signal):
    """Go on when a person has decided."""

    def __init__(self, reason: str, *, error: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.error = error


class Stop(Signal):
    """The recipe says to end here, with `status`; `result` is for a recipe that has called this one."""

    def __init__(self, reason: str, *, status: RunStatus, result: Any = None) -> None:
        super().__init__(reason)
        self.status = status
        self.result = result


class Failed(Signal):
    """A step failed for good, and nothing in the recipe catches it. `path` is the journal's name of the step."""

    def __init__(self, reason: str, *, step_id: str, error: Mapping[str, Any], path: str = "") -> None:
        super().__init__(reason)
        self.step_id = step_id
        self.error = error
        self.path = path


class Expired(Signal):
    """The time of the step at `path` is over, or that of the whole run, whose path is ""."""

    def __init__(self, path: str) -> None:
        super().__init__("The time for it is over.")
        self.path = path

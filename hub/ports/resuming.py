"""A run that takes up an earlier one, as it goes through the door of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.model import Run, StepRecord
from hub.ports.entries import Arrival


@dataclass(frozen=True, slots=True)
class Resumption:
    """The new run stands in the arrival, with its `replay_of`. It goes on from `journal` under the keys of an earlier
    run (its `root_id`), or begins from the start where the `root_id` is its own.

    `path`, `before` and `after` say what a person has changed: the request of that step, or, with path "", the data of
    the event. `item` names the part of a replay that this is, which is then done as well.
    """

    arrival: Arrival
    journal: tuple[StepRecord, ...] = ()
    path: str = ""
    before: Any = None
    after: Any = None
    item: tuple[str, int] | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    """What the audit trail says besides."""

    @property
    def run(self) -> Run:
        """The new run."""
        return self.arrival.runs[0]

    @property
    def goes_on(self) -> bool:
        """Whether it uses the results and the keys of an earlier run."""
        return self.run.root_id != self.run.id

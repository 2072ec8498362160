"""The doors, bound to one attempt of one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub.context import Http, Messages, Records
from hub.engine.transport.dry import DryHttp, DryMessages, DryRecords
from hub.engine.transport.live import LiveRecords
from hub.model import Record, StepRecord, StepStatus, Write
from hub.ports import Api

LookUp = Callable[[Api, str, Mapping[str, Any], float], list[Record]]
"""(api, resource, fields, since) -> the records that an earlier create may have made."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What leads outside. `look_up` finds what a create with an unknown result may have left behind."""

    api: Api
    http: Http
    messages: Messages
    look_up: LookUp


class Intent(Protocol):
    """Records that an effect is about to leave; LeaseLost when the run is no longer ours."""

    def __call__(self, *, resource: str = "") -> None: ...


@dataclass(slots=True)
class StepContext:
    """hub.context.Context for one attempt of one step. `writes` fills up with what it changed, `plan` with what a
    dry run would have changed or sent. `trust_key`: the API still knows the idempotency key of an earlier attempt."""

    doors: Doors
    key: str
    previous: StepRecord | None
    clock: Callable[[], float]
    intent: Intent
    dry: bool = False
    trust_key: bool = True
    writes: list[Write] = field(default_factory=list)
    plan: list[dict[str, Any]] = field(default_factory=list)

    def now(self) -> float:
        """The engine's clock."""
        return self.clock()

    def before_send(self, *, resource: str = "") -> None:
        """See hub.context.Context."""
        self.intent(resource=resource)

    @property
    def workglue(self) -> Records:
        """The Public API, bound to this step."""
        return DryRecords(self) if self.dry else LiveRecords(self)

    @property
    def http(self) -> Http:
        """Other APIs, bound to this step."""
        return DryHttp(self) if self.dry else self.doors.http

    @property
    def messages(self) -> Messages:
        """Messages to people, bound to this step."""
        return DryMessages(self) if self.dry else self.doors.messages

    @property
    def may_have_happened(self) -> StepRecord | None:
        """The earlier attempt whose effect left and whose result was never seen, None when there is none."""
        known = self.previous
        if known is None or known.sent_at is None or known.status not in (StepStatus.STARTED, StepStatus.UNKNOWN):
            return None
        return known

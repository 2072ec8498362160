"""The doors, bound to one attempt of one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub.context import Http, Mail, Messages, Records, Stored
from hub.engine.limits import StepLimits
from hub.engine.transport.dry import DryHttp, DryMail, DryMessages, DryRecords
from hub.engine.transport.limited import LimitedMail, LimitedMessages
from hub.engine.transport.live import LiveRecords
from hub.engine.transport.stored import StoredDoor
from hub.model import Record, StepRecord, StepStatus, Write
from hub.ports import Api
from hub.ports.stored import Stored as StoredPort

LookUp = Callable[[Api, str, Mapping[str, Any], float], list[Record]]
"""(api, resource, fields, since) -> the records that an earlier create may have made."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What leads outside. `look_up` finds what a create with an unknown result may have left behind."""

    api: Api
    http: Http
    messages: Messages
    look_up: LookUp
    mail: Mail
    stored: StoredPort


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
    began: float
    clock: Callable[[], float]
    intent: Intent
    dry: bool = False
    trust_key: bool = True
    limits: StepLimits | None = None
    recipe_id: str = ""
    run_began: float = 0.0
    judge: Callable[[str, Mapping[str, Any]], bool] | None = None
    writes: list[Write] = field(default_factory=list)
    plan: list[dict[str, Any]] = field(default_factory=list)

    def now(self) -> float:
        """The engine's clock."""
        return self.clock()

    def before_send(self, *, resource: str = "") -> None:
        """See hub.context.Context."""
        self.intent(resource=resource)

    def before_write(self, resource: str, record_id: str = "") -> None:
        """A record is about to be changed or made. OverLimit when that would be one too many."""
        if self.limits is not None:
            self.limits.before_write(resource, record_id)

    def before_message(self) -> None:
        """A message is about to leave. OverLimit when it would be one too many."""
        if self.limits is not None:
            self.limits.before_message()

    def holds(self, source: str, names: Mapping[str, Any]) -> bool:
        """See hub.context.Context."""
        assert self.judge is not None
        return self.judge(source, names)

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
        return DryMessages(self) if self.dry else LimitedMessages(self)

    @property
    def mail(self) -> Mail:
        """Mails to people, bound to this step."""
        return DryMail(self) if self.dry else LimitedMail(self)

    @property
    def stored(self) -> Stored:
        """What recipes keep between runs, bound to this step."""
        return StoredDoor(self)

    @property
    def may_have_happened(self) -> StepRecord | None:
        """The earlier attempt whose effect left and whose result was never seen, None when there is none."""
        known = self.previous
        if known is None or known.sent_at is None or known.status not in (StepStatus.STARTED, StepStatus.UNKNOWN):
            return None
        return known

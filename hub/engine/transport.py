"""The doors as one step sees them: live ones that act, dry ones that only look and list what they would do.

The live doors take care of what an action must not have to think of: intents before effects, idempotency keys,
looking before repeating, and remembering which changes were ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from hub.errors import Conflict, NeedsPerson, NotFound
from hub.model import Record, StepRecord, StepStatus, Write
from hub.ports import Api
from hub.registry import Http, Messages, Records

LARGEST_LIST = 10_000
"""Records that one step takes from a list at the most."""

CLOCKS_APART = 300.0
"""Seconds by which the API's clock may be behind ours."""

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
    """hub.registry.Context for one attempt of one step. `writes` fills up with what it changed, `plan` with what a
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
        """See hub.registry.Context."""
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


class LiveRecords:
    """Workglue for one step."""

    def __init__(self, context: StepContext) -> None:
        self._context = context
        self._api = context.doors.api

    def list(self, resource: str, filters: Mapping[str, Any], *, limit: int) -> list[Record]:
        """See hub.registry.Records."""
        wanted = self._api.resolve(resource, filters)
        limit = min(limit, LARGEST_LIST)
        found: list[Record] = []
        for page in self._api.pages(resource, filters=wanted, size=min(limit, 200)):
            found.extend(page.records[: limit - len(found)])
            if len(found) >= limit:
                break
        return [self._api.expand(resource, record) for record in found]

    def get(self, resource: str, record_id: str) -> Record:
        """See hub.registry.Records."""
        return self._api.expand(resource, self._api.get(resource, record_id))

    def resolve(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """See hub.registry.Records."""
        return self._api.resolve(resource, fields)

    def create(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """See hub.registry.Records. Without idempotent creates in the API an unknown one is looked up first."""
        earlier = self._context.may_have_happened
        if earlier is not None and not (self._api.abilities.idempotent and self._context.trust_key):
            found = self._left_behind(resource, fields, earlier)
            if found is not None:
                return self._made(resource, found, created=True)
        self._context.before_send(resource=resource)
        try:
            record = self._api.create(resource, fields, key=self._context.key)
        except Conflict:
            found = self._left_behind(resource, fields, earlier) if earlier is not None else None
            if found is None:
                raise
            record = found
        return self._made(resource, record, created=True)

    def update(self, resource: str, record_id: str, fields: Mapping[str, Any]) -> Record:
        """See hub.registry.Records."""
        self._context.before_send(resource=resource)
        record = self._api.update(resource, record_id, fields)
        return self._made(resource, record, only=self._ours(resource, fields))

    def confirm(self, resource: str, record: Record, fields: Mapping[str, Any]) -> None:
        """See hub.registry.Records. A record that is as young as the earlier attempt was made by it."""
        earlier = self._context.may_have_happened
        if earlier is None:
            return
        now_there = self._api.get(resource, str(record["id"]))
        born = _moment(now_there.get(self._api.abilities.created_field))
        ours = None if born >= earlier.started_at - CLOCKS_APART else self._ours(resource, fields)
        self._made(resource, now_there, created=ours is None, only=ours)

    def delete(self, resource: str, record_id: str) -> None:
        """See hub.registry.Records."""
        self._context.before_send(resource=resource)
        self._api.delete(resource, record_id)
        self._context.writes.append(Write(resource, record_id, {}, deleted=True))

    def _ours(self, resource: str, fields: Mapping[str, Any]) -> set[str]:
        """The fields whose values are our doing: those that we write, and those that only the API writes."""
        return {*fields, *self._api.abilities.read_only.get(resource, ())}

    def _left_behind(self, resource: str, fields: Mapping[str, Any], earlier: StepRecord) -> Record | None:
        since = earlier.started_at - CLOCKS_APART
        found = self._context.doors.look_up(self._api, resource, fields, since)
        if len(found) > 1:
            ids = ", ".join(str(record.get("id")) for record in found)
            raise NeedsPerson(
                f"An earlier attempt may have created one of {len(found)} records that look alike: {ids}."
            )
        return found[0] if found else None

    def _made(self, resource: str, record: Record, *, created: bool = False, only: set[str] | None = None) -> Record:
        fields = record if only is None else {name: record[name] for name in only if name in record}
        self._context.writes.append(Write(resource, str(record["id"]), fields, created=created))
        return self._api.expand(resource, record)


class DryRecords(LiveRecords):
    """Workglue in a dry run: reads are real, writes are only listed with what they would change."""

    def create(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """Lists the record that would be created; its id says that it is not there."""
        changes = [{"field": name, "before": None, "after": value} for name, value in fields.items()]
        self._context.plan.append({"do": "create", "resource": resource, "changes": changes})
        return self._api.expand(resource, {"id": f"(new {resource})", **fields})

    def update(self, resource: str, record_id: str, fields: Mapping[str, Any]) -> Record:
        """Lists the fields that would change."""
        try:
            before = self._api.get(resource, record_id)
        except NotFound:
            if not record_id.startswith("(new "):
                raise
            before = {"id": record_id}
        changes = [
            {"field": name, "before": before.get(name), "after": value}
            for name, value in fields.items()
            if before.get(name) != value
        ]
        self._context.plan.append({"do": "update", "resource": resource, "id": record_id, "changes": changes})
        return self._api.expand(resource, {**before, **fields})

    def delete(self, resource: str, record_id: str) -> None:
        """Lists the record that would go."""
        self._context.plan.append({"do": "delete", "resource": resource, "id": record_id})

    def get(self, resource: str, record_id: str) -> Record:
        """A real read, but for a record that this dry run only pretended to create."""
        if record_id.startswith("(new "):
            return {"id": record_id}
        return super().get(resource, record_id)


def _moment(stamp: Any) -> float:
    """A time stamp of the API as seconds since the epoch, 0 for none."""
    try:
        return datetime.fromisoformat(str(stamp)).timestamp()
    except ValueError:
        return 0.0


class DryHttp:
    """Other APIs in a dry run: GET and HEAD are real, the rest is only listed."""

    def __init__(self, context: StepContext) -> None:
        self._context = context

    def request(self, method: str, url: str, **request: Any) -> Record:
        """See hub.registry.Http."""
        if method.upper() in ("GET", "HEAD"):
            return self._context.doors.http.request(method, url, **request)
        body = request.get("json") or request.get("form") or request.get("text")
        self._context.plan.append({"do": "call", "method": method.upper(), "to": url, "body": body})
        return {"status": 200, "headers": {}, "body": None, "text": ""}


class DryMessages:
    """Messages in a dry run: only listed."""

    def __init__(self, context: StepContext) -> None:
        self._context = context

    def send(self, to: str, *, title: str, body: str) -> None:
        """See hub.registry.Messages."""
        self._context.plan.append({"do": "message", "to": to, "title": title, "body": body})

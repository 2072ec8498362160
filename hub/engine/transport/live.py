"""Live doors: they act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hub.engine.transport.lists import LARGEST_LIST, Wanted, find_records, moment, read_filters
from hub.errors import Conflict, NeedsPerson
from hub.model import Record, StepRecord, Write

if TYPE_CHECKING:
    from hub.engine.transport.context import StepContext

CLOCKS_APART = 300.0
"""Seconds by which the API's clock may be behind ours."""


class LiveRecords:
    """Workglue for one step."""

    def __init__(self, context: StepContext) -> None:
        self._context = context
        self._api = context.doors.api

    def list(
        self,
        resource: str,
        filters: Mapping[str, Any],
        *,
        limit: int,
        order: str = "",
        changed_since: float | None = None,
        changed_before: float | None = None,
    ) -> list[Record]:
        """See hub.context.Records."""
        wanted = Wanted(*read_filters(self._api, resource, filters), order, changed_since, changed_before)
        return find_records(self._api, resource, wanted, limit=min(limit, LARGEST_LIST))

    def get(self, resource: str, record_id: str) -> Record:
        """See hub.context.Records."""
        return self._api.expand(resource, self._api.get(resource, record_id))

    def resolve(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """See hub.context.Records."""
        return self._api.resolve(resource, fields)

    def create(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """See hub.context.Records. Without idempotent creates in the API an unknown one is looked up first."""
        earlier = self._context.may_have_happened
        if earlier is not None and not (self._api.abilities.idempotent and self._context.trust_key):
            found = self._left_behind(resource, fields, earlier)
            if found is not None:
                return self._made(resource, found, created=True)
        self._context.before_write(resource)
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
        """See hub.context.Records."""
        self._context.before_write(resource, record_id)
        self._context.before_send(resource=resource)
        record = self._api.update(resource, record_id, fields)
        return self._made(resource, record, only=self._ours(resource, fields))

    def confirm(self, resource: str, record: Record, fields: Mapping[str, Any]) -> None:
        """See hub.context.Records. A record that is as young as the earlier attempt was made by it."""
        earlier = self._context.may_have_happened
        if earlier is None:
            return
        now_there = self._api.get(resource, str(record["id"]))
        born = moment(now_there.get(self._api.abilities.created_field))
        ours = None if born >= earlier.started_at - CLOCKS_APART else self._ours(resource, fields)
        self._made(resource, now_there, created=ours is None, only=ours)

    def delete(self, resource: str, record_id: str) -> None:
        """See hub.context.Records."""
        self._context.before_write(resource, record_id)
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

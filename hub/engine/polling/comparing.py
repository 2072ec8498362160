"""One page of a list beside what was seen before: what is new, what changed, what says nothing yet."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.engine.polling.happenings import Happenings
from hub.engine.polling.moments import overlap_of, read_stamp
from hub.model import Cursor, Record, Snapshot
from hub.ports import Ledger, Page, SeenRecord

IN_FLIGHT_PATIENCE = 10.0
"""Seconds to wait for the outcome of writes of ours that a page may show."""

CLOCKS_DIFFER = 2.0
"""Seconds by which the clocks of our own machines may differ."""

log = logging.getLogger(__name__)

Compare = Callable[[Record | None, Record], Sequence[str]]
"""(before, after) -> the fields that differ, without those that the API changes by itself."""


@dataclass(slots=True)
class Compared:
    """What a page has come to. `left_out` say nothing yet: they are under our own hands and must be looked at again.
    `first_sight` are fields that the list has only begun to have."""

    seen: list[SeenRecord] = field(default_factory=list)
    left_out: list[Record] = field(default_factory=list)
    first_sight: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Comparing:
    """Compares the pages of one pass over one list."""

    cursor: Cursor
    ledger: Ledger
    happenings: Happenings
    compare: Compare
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def page(self, page: Page, *, asked_at: float) -> Compared:
        """What differs on a page that was asked for at that time."""
        records = {str(record["id"]): record for record in page.records}
        known = self.ledger.snapshots(self.cursor.resource, list(records))
        unknown = [record_id for record_id in records if record_id not in known]
        baseline = self.cursor.baseline_at is None
        buried = {} if baseline or not unknown else self.ledger.snapshots(self.cursor.resource, unknown, buried=True)
        found = Compared()
        settled: bool | None = None
        for record_id, record in records.items():
            before, grave = known.get(record_id), buried.get(record_id)
            if self._is_in_our_hands(before or grave, asked_at):
                found.left_out.append(record)
                continue
            changes = self.compare(before.record if before else None, record)
            if before is not None and not changes:
                continue
            if settled is None:
                settled = baseline or self._own_writes_are_settled()
            if settled:
                self._keep(found, record, before, grave, changes)
            else:
                found.left_out.append(record)
        return found

    def _keep(
        self,
        found: Compared,
        record: Record,
        before: Snapshot | None,
        grave: Snapshot | None,
        changes: Sequence[str],
    ) -> None:
        rev = (before or grave).rev + 1 if before or grave else 1  # type: ignore[union-attr]
        if before is None:
            is_news = grave is not None or self._is_news(record)
            changed, new = list(changes) if is_news else [], set[str]()
        else:
            new = self._first_sight(before.record, changes)
            found.first_sight |= new
            is_news = self.cursor.baseline_at is not None or before.rev > before.quiet
            changed = [name for name in changes if name not in new]
        if is_news and (changed or before is None):
            found.seen.append(self.happenings.change(record, before, changed, first_sight=new, rev=rev))
        else:
            found.seen.append(SeenRecord(str(record["id"]), rev, record))

    def _is_news(self, record: Record) -> bool:
        """Whether a record that was not known is a new one. Once the list has been read to its end it is. Before that
        it is when it was made after the first look at the list began, as far as the API tells; in that look, none is.
        """
        cursor, abilities = self.cursor, self.happenings.api.abilities
        if cursor.last_full_at is not None:
            return True
        baseline = cursor.baseline_at is None
        created = read_stamp(record.get(abilities.created_field)) if abilities.created_field else None
        if created is None or cursor.began_at is None:
            return not baseline
        margin = overlap_of(abilities)
        return created.timestamp() >= cursor.began_at + (margin if baseline else -margin)

    def _first_sight(self, before: Record, changes: Collection[str]) -> set[str]:
        """Fields that no record of the list had until now, and that the profile does not promise: the API has only
        begun to send them. A promised one that was not there was empty."""
        if self.cursor.fields is None:
            return set()
        promised = self.happenings.api.abilities.fields.get(self.cursor.resource, frozenset())
        return {name for name in changes if name not in before and name not in promised.union(self.cursor.fields)}

    def _is_in_our_hands(self, seen: Snapshot | None, asked_at: float) -> bool:
        """Whether we wrote this record so lately that the page may show it as it was before."""
        if seen is None or seen.wrote_at is None:
            return False
        return seen.wrote_at + self.happenings.api.abilities.index_lag + CLOCKS_DIFFER >= asked_at

    def _own_writes_are_settled(self) -> bool:
        """Wait until the outcome of every write of ours that this page may show is recorded, and so known as ours."""
        resource, fetched_at = self.cursor.resource, self.clock()
        waited = 0.0
        while self.ledger.writes_in_flight(resource, sent_before=fetched_at):
            if waited >= IN_FLIGHT_PATIENCE:
                log.info("Changes in %s wait for the next poll: writes of ours are still under way.", resource)
                return False
            self.sleep(0.1)
            waited += 0.1
        return True


def names_in(records: Sequence[Mapping[str, Any]]) -> set[str]:
    """The names of all fields of these records."""
    return set().union(*records) if records else set()

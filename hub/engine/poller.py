"""One pass over one list: what is new, changed or gone since the last, as events, each exactly once.

Page by page, in one transaction each: the records' snapshots, the events of what differs from them, and their runs.
A crash or a repeated page can so repeat work, never an event. The first pass is a silent baseline.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.errors import NotFound, StepError
from hub.model import Cursor, Event, Record, Snapshot, new_id
from hub.ports import Api, Arrival, Ledger, Page, SeenRecord

OVERLAP = timedelta(minutes=5)
"""How far before the last position a pass begins: late commits and equal stamps fall into it."""

PAGE_SIZE = 200
SHRUNK_TOO_FAR = 0.2
"""A full pass that misses more than this part of the list is not believed: nothing counts as deleted."""

FEW = 5
IN_FLIGHT_PATIENCE = 10.0

log = logging.getLogger(__name__)

Compare = Callable[[Record | None, Record], Sequence[str]]
"""(before, after) -> the fields that differ, without those that the API changes by itself."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass found. `full` passes read the whole list; `held` says why missing records were not believed."""

    resource: str
    checked: int
    changed: int
    full: bool
    baseline: bool
    held: str = ""


@dataclass(slots=True)
class _Tally:
    """What a pass has come to so far. `clean`: nothing had to wait for the next pass."""

    position: str
    checked: int = 0
    changed: int = 0
    clean: bool = True


@dataclass(frozen=True, slots=True)
class Poller:
    """Polls lists. `arrive` turns an event into an arrival (hub.engine.intake), `compare` tells what differs,
    `related` which related records of a list are fetched along (`expand` of the triggers)."""

    api: Api
    ledger: Ledger
    arrive: Callable[[Event], Arrival]
    compare: Compare
    clock: Callable[[], float]
    owner: str
    lease: float
    full_every: float
    related: Mapping[str, Collection[str]] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep

    def poll(self, resource: str, *, full_every: float | None = None) -> Pass | None:
        """One pass. None while another poller is at it. StepErrors of the API pass through; nothing is lost then."""
        now = self.clock()
        cursor = self.ledger.take_cursor(resource, owner=self.owner, now=now, lease=self.lease)
        if cursor is None:
            return None
        try:
            return self._pass(cursor, now, self.full_every if full_every is None else full_every)
        except StepError as problem:
            self.ledger.poll_done(replace(cursor, error=str(problem)))
            raise

    def _pass(self, cursor: Cursor, now: float, full_every: float) -> Pass | None:
        baseline = cursor.baseline_at is None
        overdue = now - (cursor.last_full_at or 0.0) >= full_every
        full = baseline or overdue or not self.api.abilities.updated_since or not cursor.position
        number = cursor.passes + 1
        tally = self._read(cursor, number, since="" if full else _earlier(cursor.position))
        if tally is None:
            return None
        held = ""
        if full and tally.clean and not baseline:
            gone, held = self._gone(cursor, number, tally.checked)
            tally.changed += gone
        done = replace(
            cursor,
            position=tally.position if tally.clean else cursor.position,
            baseline_at=cursor.baseline_at or now,
            last_ok_at=now,
            last_full_at=now if full and tally.clean and not held else cursor.last_full_at,
            passes=number,
            checked=tally.checked,
            changed=tally.changed,
            error=held,
        )
        if not self.ledger.poll_done(done):
            return None
        return Pass(cursor.resource, tally.checked, tally.changed, full, baseline, held)

    def _read(self, cursor: Cursor, number: int, *, since: str) -> _Tally | None:
        """Read all pages and keep each. None when another poller has taken over."""
        resource, updated = cursor.resource, self.api.abilities.updated_field
        tally = _Tally(position=cursor.position)
        for page in self.api.pages(resource, updated_since=since, oldest_change_first=bool(since), size=PAGE_SIZE):
            seen, deferred = self._compare(cursor, page)
            shown = [str(record["id"]) for record in page.records]
            until = self.clock() + self.lease
            if not self.ledger.poll_page(resource, cursor.claim, seen, shown=shown, pass_no=number, until=until):
                return None
            tally.clean = tally.clean and not deferred
            tally.checked += len(page.records)
            tally.changed += sum(each.arrival is not None for each in seen)
            tally.position = max([tally.position, *(str(each.get(updated) or "") for each in page.records)])
        return tally

    def _compare(self, cursor: Cursor, page: Page) -> tuple[list[SeenRecord], bool]:
        """What differs on this page, and whether some of it must wait for the next pass."""
        baseline = cursor.baseline_at is None
        settled = baseline or self._own_writes_are_settled(cursor.resource)
        known = self.ledger.snapshots(cursor.resource, [str(record["id"]) for record in page.records])
        seen: list[SeenRecord] = []
        for record in page.records:
            record_id = str(record["id"])
            before = known.get(record_id)
            changes = self.compare(before.record if before else None, record)
            if before is not None and not changes:
                continue
            if baseline:
                seen.append(SeenRecord(record_id, before.rev + 1 if before else 1, record))
            elif settled:
                seen.append(self._event(cursor, record, before, changes))
            else:
                return seen, True
        return seen, False

    def _own_writes_are_settled(self, resource: str) -> bool:
        """Wait until the outcome of every write of ours that this page may show is recorded, and so known as ours."""
        fetched_at = self.clock()
        waited = 0.0
        while self.ledger.writes_in_flight(resource, sent_before=fetched_at):
            if waited >= IN_FLIGHT_PATIENCE:
                log.info("Changes in %s wait for the next poll: writes of ours are still under way.", resource)
                return False
            self.sleep(0.1)
            waited += 0.1
        return True

    def _event(self, cursor: Cursor, record: Record, before: Snapshot | None, changes: Sequence[str]) -> SeenRecord:
        resource, record_id = cursor.resource, str(record["id"])
        rev = before.rev + 1 if before else 1
        event = self._change(
            cursor, "updated" if before else "created", record_id, rev,
            record=self._whole(resource, record),
            before=self._whole(resource, before.record) if before else None,
            changed=list(changes),
        )  # fmt: skip
        return SeenRecord(record_id, rev, record, self.arrive(event))

    def _change(self, cursor: Cursor, what: str, record_id: str, rev: int, **data: Any) -> Event:
        now = self.clock()
        since = datetime.fromtimestamp(cursor.last_ok_at or now, UTC).isoformat()
        return Event(
            id=new_id("evt", now),
            type=f"{cursor.resource}.{what}",
            source=f"poll:{cursor.resource}",
            key=f"{record_id}:{rev}:{what}:{cursor.passes + 1}",
            time=now,
            data={"resource": cursor.resource, "record_id": record_id, "since": since, **data},
        )

    def _whole(self, resource: str, record: Record) -> Record:
        """The record with stage, type and people, and with the related records that a trigger asks for."""
        whole = self.api.expand(resource, record)
        for name in self.related.get(resource, ()):
            if name not in whole:
                whole[name] = self._follow(resource, record, name)
        return whole

    def _follow(self, resource: str, record: Record, name: str) -> Any:
        """What a reference leads to: a record, None where it leads nowhere, a list for one that leads to many."""
        stands_in, target = self.api.abilities.references.get(resource, {}).get(name, ("", ""))
        ids = record.get(stands_in)
        if isinstance(ids, list):
            found = [self._look(target, each) for each in ids]
            return [each for each in found if each is not None]
        return self._look(target, ids) if ids else None

    def _look(self, resource: str, record_id: Any) -> Record | None:
        try:
            return self.api.expand(resource, self.api.get(resource, str(record_id)))
        except NotFound:
            return None

    def _gone(self, cursor: Cursor, number: int, checked: int) -> tuple[int, str]:
        """Report what two full passes did not show and a direct look does not find. (how many, why not believed)"""
        missing = self.ledger.absent(cursor.resource, since_pass=number)
        if len(missing) > max(FEW, SHRUNK_TOO_FAR * (checked + len(missing))):
            return (
                0,
                f"{len(missing)} of {checked + len(missing)} records were missing at once; not believed as deleted.",
            )
        gone = [each for each in missing if each.missed >= 1 and self._is_gone(cursor.resource, each.record_id)]
        seen = [self._deletion(cursor, each) for each in gone]
        until = self.clock() + self.lease
        self.ledger.poll_page(cursor.resource, cursor.claim, seen, shown=[], pass_no=number, until=until)
        return len(seen), ""

    def _is_gone(self, resource: str, record_id: str) -> bool:
        try:
            self.api.get(resource, record_id)
        except NotFound:
            return True
        return False

    def _deletion(self, cursor: Cursor, gone: Snapshot) -> SeenRecord:
        record = self._whole(cursor.resource, gone.record)
        event = self._change(cursor, "deleted", gone.record_id, gone.rev + 1, record=record, before=record, changed=[])
        return SeenRecord(gone.record_id, gone.rev + 1, None, self.arrive(event))


def _earlier(position: str) -> str:
    moment = datetime.fromisoformat(position.replace("Z", "+00:00"))
    return (moment - OVERLAP).astimezone(UTC).isoformat().replace("+00:00", "Z")

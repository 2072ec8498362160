"""`start: all` or a date: the records that were there before a recipe. First they are counted, then a person decides.

Each is started once: a record belongs to the backlog when a pass before the recipe's first one has shown it, and else
has an event of its own. What starts is the record as it is then, so that later changes tell what happened since.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from hub.engine.polling.happenings import Happenings
from hub.engine.polling.moments import read_stamp
from hub.model import Cursor, Event, Recipe, Run, Snapshot, Trigger
from hub.ports import Arrival, Backlog, Ledger

BATCH = 200
BATCHES = 25
"""How many batches are started in one poll, so that changes do not have to wait for a long backlog."""

PREVIEW = 10
_NAMES = (("name",), ("first_name", "last_name"), ("title",), ("email",), ("id",))

Late = tuple[Recipe, Trigger]
"""A recipe's trigger that wants records from before it."""


@dataclass(frozen=True, slots=True)
class Backlogs:
    """The backlogs of one list, while its cursor is ours. `keep_on` lengthens the claim or ends the work."""

    cursor: Cursor
    ledger: Ledger
    happenings: Happenings
    late: Sequence[Late]
    compare: Callable[[None, dict[str, object]], Sequence[str]]
    start: Callable[[Recipe, Trigger, Event], Run | None]
    clock: Callable[[], float]
    lease: float
    zone: str

    def attend(self) -> frozenset[tuple[str, str]]:
        """Begin, count and start what there is. Returns which triggers get the changes of the pass that follows; the
        others have no baseline yet."""
        cursor = self.cursor
        known = {(each.recipe_id, each.trigger_id): each for each in self.ledger.backlogs(cursor.resource)}
        if cursor.baseline_at is None:
            return frozenset(known)
        for recipe, trigger in self.late:
            backlog = self._begun(known.get((recipe.id, trigger.id)), recipe, trigger)
            known[recipe.id, trigger.id] = backlog
            if backlog.state == "counting":
                self._count(backlog, recipe, trigger)
            elif backlog.state == "released":
                self._start(backlog, recipe, trigger)
        return frozenset(known)

    def _begun(self, known: Backlog | None, recipe: Recipe, trigger: Trigger) -> Backlog:
        start = str(trigger.options["start"])
        if known is not None and known.start == start:
            return known
        until_pass = known.until_pass if known else self.cursor.passes + 1
        now = self.clock()
        backlog = Backlog(recipe.id, trigger.id, self.cursor.resource, start, "counting", until_pass, now)
        self.ledger.open_backlog(backlog, claim=self.cursor.claim)
        return backlog

    def _count(self, backlog: Backlog, recipe: Recipe, trigger: Trigger) -> None:
        """Count the runs, without looking up related records: that would cost a call for each."""
        costly = bool(self.happenings.related.get(self.cursor.resource)) and trigger.where is not None
        judged = replace(trigger, where=None) if costly else trigger
        for batch in self._batches(backlog):
            found = [each for each in batch if self._run(each, recipe, judged, whole=False) is not None]
            preview = (*backlog.preview, *(_name(each) for each in found))[:PREVIEW]
            counted = backlog.counted + len(found)
            over = "waiting" if counted else "done"
            state = backlog.state if len(batch) == BATCH else over
            position = batch[-1].record_id if batch else backlog.position
            was, backlog = backlog, replace(backlog, state=state, position=position, counted=counted, preview=preview)
            if not self._move(backlog, was, []):
                return

    def _start(self, backlog: Backlog, recipe: Recipe, trigger: Trigger) -> None:
        for number, batch in enumerate(self._batches(backlog), start=1):
            arrivals: list[Arrival] = []
            for seen in batch:
                found = self._run(seen, recipe, trigger, whole=True)
                if found is not None:
                    event, run = found
                    due_at = self._due(backlog, len(arrivals))
                    arrivals.append(Arrival(event, (replace(run, due_at=max(run.due_at, due_at)),)))
            position = batch[-1].record_id if batch else backlog.position
            state = backlog.state if len(batch) == BATCH else "done"
            started = backlog.started + len(arrivals)
            was, backlog = backlog, replace(backlog, state=state, position=position, started=started)
            if not self._move(backlog, was, arrivals) or number == BATCHES:
                return

    def _due(self, backlog: Backlog, number: int) -> float:
        if not backlog.per_minute:
            return 0.0
        return (backlog.released_at or 0.0) + (backlog.started + number) * 60.0 / backlog.per_minute

    def _batches(self, backlog: Backlog) -> Iterator[list[Snapshot]]:
        """The records of the list in parts, from where the backlog is; the last part is short, or empty."""
        after = backlog.position
        while True:
            batch = self.ledger.listed(
                self.cursor.resource, after=after, born_before=backlog.until_pass, limit=BATCH
            )  # fmt: skip
            yield batch
            if len(batch) < BATCH:
                return
            after = batch[-1].record_id

    def _run(self, seen: Snapshot, recipe: Recipe, trigger: Trigger, *, whole: bool) -> tuple[Event, Run] | None:
        if not self._is_early_enough(seen, str(trigger.options["start"])):
            return None
        event = self.happenings.backlog(
            seen,
            recipe_id=recipe.id,
            trigger_id=trigger.id,
            changed=self.compare(None, seen.record),
            whole=whole,
        )
        run = self.start(recipe, trigger, event)
        return None if run is None else (event, run)

    def _is_early_enough(self, seen: Snapshot, start: str) -> bool:
        if start == "all":
            return True
        since = read_stamp(start, self.zone)
        created = read_stamp(seen.record.get(self.happenings.api.abilities.created_field))
        return since is not None and created is not None and created >= since

    def _move(self, backlog: Backlog, was: Backlog, arrivals: Sequence[Arrival]) -> bool:
        until = self.clock() + self.lease
        return self.ledger.move_backlog(backlog, claim=self.cursor.claim, was=was, arrivals=arrivals, until=until)


def without_backlog(arrival: Arrival, late: Collection[tuple[str, str]]) -> Arrival:
    """The arrival without the runs of triggers that begin with a backlog which does not know its records yet."""
    return replace(arrival, runs=tuple(each for each in arrival.runs if (each.recipe_id, each.trigger_id) not in late))


def _name(seen: Snapshot) -> str:
    for names in _NAMES:
        words = " ".join(str(seen.record[name]) for name in names if seen.record.get(name))
        if words:
            return words[:80]
    return seen.record_id

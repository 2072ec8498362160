"""The door to our own database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from hub.model import Cursor, Delivery, DeliveryStatus, Run, Snapshot
from hub.ports.answers import Answers
from hub.ports.entries import (
    Accepted,
    Arrival,
    ClaimedRun,
    Entry,
    Published,
    SeenRecord,
    Watched,
)
from hub.ports.polls import Attendance, Backlog, KeptPage, Passing


class Ledger(Answers, Protocol):
    """All writes. Each method is one transaction; hub.errors.Unavailable when the database does not answer."""

    # intake
    def accept(
        self,
        delivery: Delivery,
        arrival: Arrival,
        *,
        status: DeliveryStatus = DeliveryStatus.ACCEPTED,
        likeness: str = "",
        reason: str = "",
        same_body: bool = False,
    ) -> Accepted:
        """Keep delivery, event and runs. For a known (source, key) only the delivery is added, as a duplicate; with
        `same_body`, as a conflict where its body is another one than that of the first.

        While the delivery's address is paused, it is kept with its event and without the runs.

        With a `likeness`, so it is when a delivery of the same path and likeness was accepted within REPLAY_GUARD
        seconds under another key: it is kept as replayed and makes no event. `reason` is for its owner.
        """

    def reject(self, delivery: Delivery, *, reason: str, recipe_id: str = "") -> None:
        """Keep a delivery that started nothing, with the reason for its owner."""

    def keep_unheard(
        self, delivery: Delivery, *, reason: str, most_samples: int, keeps_rejected: bool = True
    ) -> DeliveryStatus:
        """Keep a delivery that no recipe listens for: PAUSED where its address is paused, a SAMPLE (up to
        `most_samples`) where somebody listens to it, else REJECTED, which is kept only with `keeps_rejected`."""

    def count_refused(self, counts: Mapping[tuple[str, str, int], int]) -> None:
        """Add to the numbers of deliveries that were turned away without being kept, by (path, kind, minute)."""

    def admit(self, arrivals: Sequence[Arrival]) -> list[Accepted]:
        """Keep events that came without a delivery (manual, recipe, replay). One transaction for all."""

    def fire(
        self, recipe_id: str, trigger_id: str, arrivals: Sequence[Arrival], *, expected_at: float, next_at: float
    ) -> bool:
        """Keep a schedule's events and move it from `expected_at` to `next_at`. False when someone else did already."""

    # runs
    def claim(self, owner: str, *, limit: int, now: float, lease: float) -> list[ClaimedRun]:
        """Take up to `limit` runs that are due: QUEUED with `due_at` <= now, or RUNNING with a lease that has ended.

        Highest priority first, then longest due. Each gets `claim` + 1, status RUNNING, owner, `lease_until` = now +
        lease, `started_at` where it was None; one taken from an ended lease gets `crashes` + 1. Never the same run
        to two callers.
        """

    def renew(self, claims: Sequence[tuple[str, int]], *, until: float) -> set[str]:
        """Lengthen the leases of (run id, claim) pairs. Returns the ids of those that are lost."""

    def record(self, entries: Sequence[Entry]) -> set[str]:
        """Write many entries in one durable commit, in order. Returns the run ids whose claim is lost (nothing of
        theirs was written)."""

    def look_at(self, run_id: str) -> Run | None:
        """A run as it stands now, None when there is none. For runs that wait for others."""

    def cancel(self, run_id: str, *, now: float, by: str) -> bool:
        """Cancel a run that is not final; whoever waits for it is woken. False when it was."""

    def requeue(self, run_ids: Sequence[str], *, now: float, decision: str = "") -> int:
        """HELD or PARKED -> QUEUED, due now. Returns how many changed. A person's `decision` about the step that may
        have happened ("repeat", "done", "skip") becomes the run's variables: {"decision": ...}. A run that a limit
        holds is let through it."""

    # polls
    def take_cursor(self, resource: str, *, owner: str, now: float, lease: float) -> Cursor | None:
        """The cursor of a list, ours for `lease` seconds (with a new `claim`); None while another poller holds it."""

    def snapshots(self, resource: str, record_ids: Sequence[str], *, buried: bool = False) -> dict[str, Snapshot]:
        """What the poller last saw of these records; unknown ones are absent. With `buried`, only those that were
        deleted, as far as they are still remembered."""

    def listed(self, resource: str, *, after: str, born_before: int, limit: int) -> list[Snapshot]:
        """Records that are there and were first shown before that pass, by id, from the one behind `after`."""

    def attendance(self, resource: str, *, since_pass: int) -> Attendance:
        """How many records there are, and how many no page has shown since that pass began."""

    def absent(self, resource: str, *, since_pass: int, after: str = "", limit: int = 200) -> list[Snapshot]:
        """Some of those that no page has shown since pass number `since_pass` began, by id, behind `after`."""

    def writes_in_flight(self, resource: str, *, sent_before: float) -> bool:
        """Whether a step that writes to this resource was sent before then and has no outcome (STARTED, UNKNOWN)."""

    def poll_page(
        self,
        resource: str,
        claim: int,
        seen: Sequence[SeenRecord],
        *,
        shown: Sequence[str],
        passing: Passing,
        until: float,
    ) -> KeptPage | None:
        """Write one page: snapshots, events and runs; `shown` are all ids on the page; the claim then lasts until
        `until`. None when it is lost.

        A record whose snapshot has moved on since the poller looked (a write of ours went through to it) is left out,
        with its event: the next pass sees it again.
        """

    def poll_done(self, cursor: Cursor) -> bool:
        """Close a pass: keep the cursor's new state and give its lease up. False when the claim is lost.

        When `passes` moves, runs that waited for its end are due. When `last_full_at` moves, the pass was full:
        snapshots that it did not show count one more miss, and it is counted whether each change has its event.
        """

    def hold_cursor(self, resource: str, claim: int, *, until: float, began_at: float | None = None) -> bool:
        """Keep the claim until then; a past time gives it up. False when it is lost. `began_at` is kept where the list
        was not asked for before."""

    # records that were there before a recipe
    def backlogs(self, resource: str) -> list[Backlog]:
        """All backlogs about this list."""

    def open_backlog(self, backlog: Backlog, *, claim: int) -> bool:
        """Remember that a recipe wants the records that are there already, or begin to count anew where its `start` has
        changed. False when the claim is lost."""

    def move_backlog(
        self, backlog: Backlog, *, claim: int, was: Backlog, arrivals: Sequence[Arrival] = (), until: float
    ) -> bool:
        """Write how far the counting or starting has come, with the runs that this part of it starts. False when the
        claim is lost, or a person has decided otherwise meanwhile."""

    # keys
    def reject_key(self, name: str, *, version: int, now: float) -> bool:
        """Mark a key as rejected. False when its version has moved on, or it was marked already."""

    # schedules, leadership, recipes
    def schedule(self, recipe_id: str, trigger_id: str, *, next_at: float) -> float:
        """When this trigger is next due: what the ledger holds, else `next_at`, which it then holds."""

    def watched(self, recipe_id: str, trigger_id: str) -> Watched:
        """What the last look of this trigger left behind, and when the next one is due."""

    def keep_look(
        self,
        recipe_id: str,
        trigger_id: str,
        arrivals: Sequence[Arrival],
        *,
        expected_at: float,
        next_at: float,
        state: Any,
        error: str = "",
    ) -> bool:
        """Keep what a look has found, its state and when to look again. False when someone else was faster."""

    def lead(self, name: str, *, owner: str, now: float, lease: float) -> bool:
        """Take or lengthen the leadership `name`. False while another owner holds it."""

    def step_down(self, name: str, *, owner: str) -> None:
        """Give a leadership up, so that another may take it at once."""

    def publish(self, recipes: Sequence[Published], *, now: float) -> int:
        """Make these the current versions. Recipes no longer among them stop starting runs; their history stays.
        Returns how many changed. A `was` moves cursor-like state (schedules, on/off, history's name) to the new id."""

    def switch(self, recipe_id: str, *, on: bool, by: str, now: float) -> bool:
        """The office's switch. False when there is no such recipe."""

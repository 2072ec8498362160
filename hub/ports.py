"""The two doors of the engine, as it sees them: the ledger (our database) and the API (Workglue), and the bell.

The rooms that stand behind them (hub.store, hub.workglue, hub.queue) do not know the engine, and it does not know
them; hub.services brings them together. Every method either does all of what it says or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub.model import (
    Attempt,
    Cursor,
    Delivery,
    DeliveryStatus,
    Event,
    Record,
    Run,
    RunStatus,
    Snapshot,
    StepRecord,
    Write,
)

REPLAY_GUARD = 86400.0
"""Seconds for which an old delivery under a new id is recognised, where the sender does not sign its ids."""

# ---- The ledger ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    """What intake did. `duplicate`: the event was there already, nothing was added and `event_id` names the first."""

    event_id: str
    duplicate: bool
    run_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event and the runs that it starts, to be written together."""

    event: Event
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run that is ours until `run.lease_until`, with its event and what its journal holds already, by path."""

    run: Run
    event: Event
    journal: Mapping[str, StepRecord]


@dataclass(frozen=True, slots=True)
class RunChange:
    """The new state of a run. Fields that are None stay as they are. Leaving RUNNING gives the lease up.

    `variables` replaces the run's variables. `finished_at` is set by the ledger's caller with a final status.
    """

    status: RunStatus
    due_at: float | None = None
    reason: str = ""
    error: Mapping[str, Any] | None = None
    verdict: Mapping[str, Any] | None = None
    variables: Mapping[str, Any] | None = None
    finished_at: float | None = None
    crashes: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What the holder of a claim writes about its run at one moment, all or nothing.

    Written only where the run is RUNNING under this very `claim`. `steps` are inserted or replaced by (run, path); a
    step with a recorded result (OK, SKIPPED) is never changed. `writes` go into the poller's snapshots.
    """

    run_id: str
    claim: int
    steps: tuple[StepRecord, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    change: RunChange | None = None
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenRecord:
    """One record of a poll page that is new, changed or gone, and the event that says so (None in a baseline).

    `record` None means: gone, drop the snapshot. `rev` is the snapshot's new revision.
    """

    record_id: str
    rev: int
    record: Record | None
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A recipe file as it is made current. `problems` are Problem.as_dict() rows; with an error among them the file
    has no usable version and starts nothing, but is shown. `enabled` is what the file says."""

    recipe_id: str
    name: str
    version: str
    source: str
    file: str
    enabled: bool = True
    description: str = ""
    was: str = ""
    problems: tuple[Mapping[str, Any], ...] = ()


class Ledger(Protocol):
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
    ) -> Accepted:
        """Keep delivery, event and runs. For a known (source, key) only the delivery is added, as a duplicate.

        With a `likeness`, so it is when a delivery of the same path and likeness was accepted within REPLAY_GUARD
        seconds under another key: it is kept as replayed and makes no event. `reason` is for its owner.
        """

    def reject(self, delivery: Delivery, *, reason: str, recipe_id: str = "") -> None:
        """Keep a delivery that started nothing, with the reason for its owner."""

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

    def cancel(self, run_id: str, *, now: float, by: str) -> bool:
        """Cancel a run that is not final. False when it was."""

    def requeue(self, run_ids: Sequence[str], *, now: float, decision: str = "") -> int:
        """HELD or PARKED -> QUEUED, due now. Returns how many changed. A person's `decision` about the step that may
        have happened ("repeat", "done", "skip") becomes the run's variables: {"decision": ...}."""

    # polls
    def take_cursor(self, resource: str, *, owner: str, now: float, lease: float) -> Cursor | None:
        """The cursor of a list, ours for `lease` seconds (with a new `claim`); None while another poller holds it."""

    def snapshots(self, resource: str, record_ids: Sequence[str]) -> dict[str, Snapshot]:
        """What the poller last saw of these records; unknown ones are absent."""

    def absent(self, resource: str, *, since_pass: int) -> list[Snapshot]:
        """Snapshots that no page has shown since pass number `since_pass` began."""

    def writes_in_flight(self, resource: str, *, sent_before: float) -> bool:
        """Whether a step that writes to this resource was sent before then and has no outcome (STARTED, UNKNOWN)."""

    def poll_page(
        self,
        resource: str,
        claim: int,
        seen: Sequence[SeenRecord],
        *,
        shown: Sequence[str],
        pass_no: int,
        until: float,
    ) -> bool:
        """Write one page: snapshots, events and runs; `shown` are all ids on the page; the claim then
        lasts until `until`. False when it is lost.

        A record whose snapshot has moved on since the poller looked (a write of ours went through to it) is left out,
        with its event: the next pass sees it again.
        """

    def poll_done(self, cursor: Cursor) -> bool:
        """Close a pass: keep the cursor's new state and give its lease up. False when the claim is lost.

        When `last_full_at` moves, the pass was full, and snapshots that it did not show count one more miss.
        """

    # keys
    def reject_key(self, name: str, *, version: int, now: float) -> bool:
        """Mark a key as rejected. False when its version has moved on, or it was marked already."""

    def connect(self, name: str, *, fingerprint: str, now: float) -> bool:
        """Make the key with this fingerprint the current one: a new version, state ok, its PARKED runs QUEUED.
        False when it was the current one already."""

    # schedules, leadership, recipes
    def schedule(self, recipe_id: str, trigger_id: str, *, next_at: float) -> float:
        """When this trigger is next due: what the ledger holds, else `next_at`, which it then holds."""

    def lead(self, name: str, *, owner: str, now: float, lease: float) -> bool:
        """Take or lengthen the leadership `name`. False while another owner holds it."""

    def step_down(self, name: str, *, owner: str) -> None:
        """Give a leadership up, so that another may take it at once."""

    def publish(self, recipes: Sequence[Published], *, now: float) -> int:
        """Make these the current versions. Recipes no longer among them stop starting runs; their history stays.
        Returns how many changed. A `was` moves cursor-like state (schedules, on/off, history's name) to the new id."""

    def switch(self, recipe_id: str, *, on: bool, by: str, now: float) -> bool:
        """The office's switch. False when there is no such recipe."""


# ---- The Public API ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `last` is True on the final one."""

    records: tuple[Record, ...]
    last: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The account's stages, types and employees, by resource: name -> id, and id -> record."""

    records: Mapping[str, Mapping[str, Record]]
    names: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the API profile says the API can do, as far as engine and poller must know."""

    updated_since: bool
    sort: bool
    idempotent: bool
    updated_field: str
    created_field: str
    read_only: Mapping[str, frozenset[str]]
    resources: tuple[str, ...] = ()
    methods: Mapping[str, frozenset[str]] = field(default_factory=dict)
    references: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    """By resource: what recipes call a related record -> (the field that holds its id or ids, its resource)."""
    key_seconds: float = 86400.0
    """How long the API knows an idempotency key."""


class Api(Protocol):
    """The Public API. Raises the StepErrors of hub.errors and nothing else.

    A read that fails half-way is Transient; a write that was sent and not answered is Unknown.
    """

    @property
    def abilities(self) -> Abilities:
        """What the profile says."""

    def pages(
        self,
        resource: str,
        *,
        filters: Mapping[str, Any] | None = None,
        updated_since: str = "",
        oldest_change_first: bool = False,
        size: int | None = None,
    ) -> Iterator[Page]:
        """A list, page by page. Filters the API does not know are applied here. `updated_since` is inclusive."""

    def get(self, resource: str, record_id: str) -> Record:
        """One record. NotFound when there is none."""

    def create(self, resource: str, fields: Mapping[str, Any], *, key: str) -> Record:
        """A new record, as the API answers it. `key` is sent as the idempotency key where the API honours it."""

    def update(self, resource: str, record_id: str, fields: Mapping[str, Any]) -> Record:
        """The record after the change."""

    def delete(self, resource: str, record_id: str) -> None:
        """Gone afterwards; a record that was gone already is no error."""

    def resolve(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """`fields` with references given by name turned into ids: {"stage": "Good Lead"} -> {"stage_id": "..."}.
        Permanent, naming the valid names, when there is no such name."""

    def expand(self, resource: str, record: Record) -> Record:
        """The record with `stage`, `job_type` and the employees as objects beside their ids, from a cached copy."""

    def catalogue(self) -> Catalogue:
        """The cached copy itself, fetched when older than its time to live."""


class Bell(Protocol):
    """The doorbell: tells the workers that something is due. It carries nothing, and may fail silently."""

    def ring(self) -> bool:
        """Wake a worker. False when Redis is away; never raises, never takes longer than about a second."""

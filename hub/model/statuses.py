"""The words for where things stand."""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    """Where a run stands. Only `FINAL` ones never change again by themselves."""

    QUEUED = "queued"
    RUNNING = "running"
    PARKED = "parked"
    HELD = "held"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


FINAL = frozenset({RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.CANCELLED})


class StepStatus(StrEnum):
    """Where a step of a run stands. `OK` and `SKIPPED` are recorded results and never change."""

    STARTED = "started"
    WAITING = "waiting"
    OK = "ok"
    SKIPPED = "skipped"
    ERROR = "error"
    UNKNOWN = "unknown"


class DeliveryStatus(StrEnum):
    """What became of a delivery at the gate."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    REPLAYED = "replayed"  # an old delivery under a new id, most likely: the sender does not sign its ids
    UNPARSED = "unparsed"
    CONFLICT = "conflict"  # another text under an id that was seen before
    PAUSED = "paused"  # kept while its address is paused; started when that goes on
    SAMPLE = "sample"  # caught while an address was being set up; never starts anything


class ActionKind(StrEnum):
    """What may be done when an action's result is unknown (docs/how-it-works.md)."""

    PURE = "pure"  # repeat
    READ = "read"  # repeat
    ABSOLUTE = "absolute"  # repeat: the same end state
    KEYED = "keyed"  # repeat with the same idempotency key; without one, look first
    SEND = "send"  # hold for a person, unless the recipe says repeat or skip
    FLOW = "flow"  # done by the engine itself

"""States in words. The words are those of docs/glossary.md; the meanings say what follows from them."""

from __future__ import annotations

from hub.model import DeliveryStatus, RunStatus, StepStatus

RUN_WORDS = {each: each.value.capitalize() for each in RunStatus}
RUN_MEANINGS = {
    RunStatus.QUEUED: "A worker takes it as soon as it is due.",
    RunStatus.RUNNING: "A worker is at it now.",
    RunStatus.PARKED: "It waits for a working Workglue key. Nothing is lost and no attempt is used up.",
    RunStatus.HELD: "It waits for a person to decide how to go on.",
    RunStatus.SUCCEEDED: "Every step is done.",
    RunStatus.FAILED: "A step could not be done, so the steps after it were not begun.",
    RunStatus.SKIPPED: "There was nothing to do, as the recipe says.",
    RunStatus.CANCELLED: "A person stopped it. Steps that were done stay done.",
}

STEP_WORDS = {
    StepStatus.STARTED: "Started",
    StepStatus.WAITING: "Waiting",
    StepStatus.OK: "Done",
    StepStatus.SKIPPED: "Skipped",
    StepStatus.ERROR: "Error",
    StepStatus.UNKNOWN: "Unknown",
}

DELIVERY_WORDS = {each: each.value.capitalize() for each in DeliveryStatus}
DELIVERY_MEANINGS = {
    DeliveryStatus.ACCEPTED: "It was believed and kept as an event.",
    DeliveryStatus.DUPLICATE: "It was here before, so it started nothing a second time.",
    DeliveryStatus.REPLAYED: "The same text came under another id before, so it started nothing a second time.",
    DeliveryStatus.REJECTED: "It was not believed or not wanted, and started nothing. The sender was refused.",
    DeliveryStatus.CONFLICT: "Another text came under its id before. The first one counts; this one started nothing.",
    DeliveryStatus.PAUSED: "Its address is paused. It is kept, and starts what it should when the address goes on.",
    DeliveryStatus.SAMPLE: "It was caught while its address was being set up. It starts nothing.",
    DeliveryStatus.UNPARSED: "The sender is genuine, but the text could not be read, so it started nothing.",
}

OUTCOME_WORDS = {"ok": "Done", "error": "Error", "unknown": "Unknown", "interrupted": "Interrupted"}

_TONES: dict[str, set[str]] = {
    "good": {RunStatus.SUCCEEDED, StepStatus.OK, DeliveryStatus.ACCEPTED, "ok", "active", "valid"},
    "bad": {RunStatus.FAILED, StepStatus.ERROR, DeliveryStatus.REJECTED, "error"},
    "warn": {
        RunStatus.HELD,
        RunStatus.PARKED,
        StepStatus.UNKNOWN,
        DeliveryStatus.UNPARSED,
        DeliveryStatus.REPLAYED,
        DeliveryStatus.CONFLICT,
        "unknown",
        "interrupted",
    },
    "busy": {
        RunStatus.RUNNING,
        RunStatus.QUEUED,
        StepStatus.STARTED,
        StepStatus.WAITING,
        DeliveryStatus.PAUSED,
    },
}


def tone(status: str) -> str:
    """good, bad, warn, busy or quiet: how a state is coloured. The word beside it always says the same."""
    return next((name for name, members in _TONES.items() if status in members), "quiet")

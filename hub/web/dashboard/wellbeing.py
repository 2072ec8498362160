"""Are we fine? From what was seen, what needs somebody's attention, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.model import Connection, Cursor, RunStatus
from hub.store.views.shapes import Heartbeat, RecipeLine
from hub.web.wording.times import distance, length

SILENT_AFTER = 30.0
"""Seconds without a sign of life (there should be one every 5) after which a process counts as gone."""

OVERDUE_AFTER = 60.0
"""Seconds that a due run may wait for a worker before somebody should know."""

KINDS = {
    "web": "Takes webhooks and shows this dashboard.",
    "worker": "Does the steps of runs.",
    "clock": "Starts polls, schedules and retries.",
}


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that needs attention. `tone` is "bad" or "warn"; `page` names where to look, with its arguments."""

    tone: str
    text: str
    advice: str = ""
    page: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    """One kind of process as the office sees it. `alive` counts those that were seen lately."""

    kind: str
    purpose: str
    alive: int
    seen_at: float | None
    command: str


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of the hub at one moment. `recent` counts the runs of the last 24 hours."""

    now: float
    heartbeats: Sequence[Heartbeat]
    connections: Sequence[Connection]
    cursors: Sequence[Cursor]
    recipes: Sequence[RecipeLine]
    counts: Mapping[RunStatus, int]
    recent: Mapping[RunStatus, int]
    queue_age: float
    redis: Mapping[str, Any]
    has_key: bool
    disk_is_lost: bool


def processes(sight: Sight) -> list[Process]:
    """Every kind of process that a hub needs, seen or not."""
    found = []
    for kind, purpose in KINDS.items():
        seen = [each.seen_at for each in sight.heartbeats if each.kind == kind]
        alive = sum(sight.now - at < SILENT_AFTER for at in seen)
        found.append(Process(kind, purpose, alive, max(seen, default=None), f"python -m hub {kind}"))
    return found


def concerns(sight: Sight) -> list[Concern]:
    """Everything that needs attention, the worst first."""
    found = [
        *_silent_processes(sight),
        *_key(sight),
        *_redis(sight),
        *_queue(sight),
        *_recipes(sight),
        *_runs(sight),
        *_polls(sight),
        *_disk(sight),
    ]
    return sorted(found, key=lambda each: each.tone != "bad")


def _silent_processes(sight: Sight) -> Iterator[Concern]:
    for each in processes(sight):
        if each.alive:
            continue
        if each.seen_at is None:
            text = f"The {each.kind} has not been seen yet."
        else:
            text = f"The {each.kind} was last seen {distance(each.seen_at, sight.now)}."
        yield Concern("bad", text, f"Start it with: {each.command}")


def _key(sight: Sight) -> Iterator[Concern]:
    rejected = [each for each in sight.connections if each.state == "rejected"]
    for _ in rejected:
        advice = "Copy the key from My Account > Integrations in Workglue, set WORKGLUE_API_KEY and restart the hub."
        yield Concern("bad", "Workglue refuses the API key.", advice)
    if not sight.has_key and not rejected:
        advice = "Set WORKGLUE_API_KEY, or try everything out with the sandbox: make run"
        yield Concern("warn", "There is no Workglue API key, so nothing can be read or written there.", advice)


def _redis(sight: Sight) -> Iterator[Concern]:
    if not sight.redis.get("ok"):
        advice = "Start Redis, or check REDIS_URL. Nothing is lost meanwhile; workers look for work by themselves."
        yield Concern("warn", "Redis does not answer, so workers are not woken at once.", advice)


def _queue(sight: Sight) -> Iterator[Concern]:
    if sight.queue_age > OVERDUE_AFTER:
        text = f"A run has been due for {length(sight.queue_age)}, and no worker has taken it."
        advice = "Start a worker, or another one: python -m hub worker"
        yield Concern("bad", text, advice, "dashboard.runs", (("status", "queued"),), "See what is waiting")


def _recipes(sight: Sight) -> Iterator[Concern]:
    for each in sight.recipes:
        if not each.usable and each.removed_at is None:
            text = f"The recipe “{each.name}” has an error in its file and starts nothing."
            yield Concern("bad", text, "", "dashboard.recipe", (("recipe_id", each.recipe_id),), "See what is wrong")


def _runs(sight: Sight) -> Iterator[Concern]:
    failed = sight.recent.get(RunStatus.FAILED, 0)
    if failed:
        text = f"{_runs_in_words(failed)} failed in the last 24 hours."
        yield Concern("bad", text, "", "dashboard.runs", (("status", "failed"),), "See why")
    held = sight.counts.get(RunStatus.HELD, 0)
    if held:
        text = f"{_runs_in_words(held)} {_waits(held)} for a person's decision."
        yield Concern("warn", text, "", "dashboard.runs", (("status", "held"),), "Decide")
    parked = sight.counts.get(RunStatus.PARKED, 0)
    if parked:
        text = f"{_runs_in_words(parked)} {_waits(parked)} for a working Workglue key."
        yield Concern("warn", text, "", "dashboard.runs", (("status", "parked"),), "See which")


def _polls(sight: Sight) -> Iterator[Concern]:
    for each in sight.cursors:
        if each.error:
            name = each.resource.replace("_", " ")
            yield Concern(
                "warn", f"The last look at {name} did not go well: {each.error}", "It is tried again by itself."
            )


def _disk(sight: Sight) -> Iterator[Concern]:
    if sight.disk_is_lost:
        text = "This host forgets its disk at every restart, and with it everything that the hub has kept."
        yield Concern("warn", text, "Set DATABASE_URL and REDIS_URL.")


def _runs_in_words(number: int) -> str:
    return "One run" if number == 1 else f"{number:,} runs"


def _waits(number: int) -> str:
    return "waits" if number == 1 else "wait"

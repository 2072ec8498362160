"""Are we fine? From what was seen, what needs somebody's attention, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.model import Connection, Cursor, RunStatus
from hub.services.coverage import Coverage
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
    asking: int = 0
    lists: Sequence[Coverage] = ()


def processes(sight: Sight) -> list[Process]:
    """Every kind of process that a hub needs, seen or not."""
    found = []
    for kind, purpose in KINDS.items():
        seen = [each for each in sight.heartbeats if each.kind == kind]
        alive = sum(each.is_there(sight.now, within=SILENT_AFTER) for each in seen)
        last = max((each.seen_at for each in seen), default=None)
        found.append(Process(kind, purpose, alive, last, f"python -m hub {kind}"))
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
    page, link = "dashboard.connections", "Enter the key"
    for _ in rejected:
        advice = "What needs it waits; nothing is lost. The new key is under My Account > Integrations in Workglue."
        yield Concern("bad", "Workglue refuses the API key.", advice, page, link=link)
    if not sight.has_key and not rejected:
        text = "There is no Workglue API key, so nothing can be read or written there."
        advice = "It is under My Account > Integrations in Workglue. Or try everything out with the sandbox: make run"
        yield Concern("warn", text, advice, page, link=link)


def _redis(sight: Sight) -> Iterator[Concern]:
    if not sight.redis.get("ok"):
        advice = "Start Redis, or check REDIS_URL. Nothing is lost meanwhile; workers look for work by themselves."
        alone = any(each.detail.get("redis") == "away" for each in _lately_seen(sight))
        text = "Redis does not answer, so workers are not woken at once."
        yield Concern(
            "warn", "Redis is away; the workers go on without it, a little slower." if alone else text, advice
        )


def _lately_seen(sight: Sight) -> list[Heartbeat]:
    return [each for each in sight.heartbeats if each.is_there(sight.now, within=SILENT_AFTER)]


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
        yield Concern("bad", text, "", "dashboard.failures", (), "See why")
    held = sight.counts.get(RunStatus.HELD, 0)
    if held:
        text = f"{_runs_in_words(held)} {_waits(held)} for a person's decision."
        yield Concern("warn", text, "", "dashboard.runs", (("status", "held"),), "Decide")
    if sight.asking:
        text = f"{_runs_in_words(sight.asking)} {_waits(sight.asking)} for an answer."
        yield Concern("warn", text, "", "dashboard.runs", (("status", "asking"),), "Answer")
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
    for seen in sight.lists:
        yield from _coverage(seen, sight.now)


def _coverage(seen: Coverage, now: float) -> Iterator[Concern]:
    name = seen.resource.replace("_", " ")
    if seen.unexplained:
        number = abs(seen.unexplained)
        what = "change has" if number == 1 else "changes have"
        text = f"{number:,} {what} been seen in {name} that nothing accounts for."
        yield Concern("bad", text, "Look at the log, and tell whoever set up the hub.")
    if seen.is_frozen:
        seen_at = "never" if seen.looked_at is None else distance(seen.looked_at, now)
        text = f"The list of {name} should be looked at every {length(seen.interval.every if seen.interval else 0)}."
        yield Concern("bad", f"{text} The last look that went well: {seen_at}.", "Look at the log of the clock.")
    elif seen.is_stale:
        age = "never" if seen.full_age is None else distance(now - seen.full_age, now)
        text = f"The list of {name} has not been read to its end for too long (last time: {age})."
        yield Concern("warn", text, "Deleted records, and late changes, may not be seen meanwhile.")
    if seen.held:
        yield Concern("warn", seen.held, "Say below whether that is right, or wait until the list is back.")


def _disk(sight: Sight) -> Iterator[Concern]:
    if sight.disk_is_lost:
        text = "This host forgets its disk at every restart, and with it everything that the hub has kept."
        yield Concern("warn", text, "Set DATABASE_URL and REDIS_URL.")


def _runs_in_words(number: int) -> str:
    return "One run" if number == 1 else f"{number:,} runs"


def _waits(number: int) -> str:
    return "waits" if number == 1 else "wait"

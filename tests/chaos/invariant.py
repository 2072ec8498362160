"""What must hold whatever has happened: what was accepted, what ran and what came of it agree.

`unexplained` gives one sentence for each thing that does not; an empty list is the proof.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import inspect, select, text

from hub.model import RunStatus
from hub.services import Services
from hub.store.tables import event, run, stored_cell
from tests.chaos.house import CANARY, PASSWORD, House
from tests.chaos.pages import read_pages
from tests.chaos.work import ROOMS, Work

OVER = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.CANCELLED)
EXPLAINED = (RunStatus.QUEUED, RunStatus.HELD, RunStatus.PARKED)


def unexplained(house: House, work: Work, *, ends: bool = True) -> list[str]:
    """Everything about this work that nobody can explain. With `ends`, every run must have succeeded; else those that
    wait must say what for."""
    with house.hub.services() as services:
        runs, events = _rows(services, run), _rows(services, event)
        kept = {(row.recipe_id, row.name): row.value for row in _rows(services, stored_cell)}
        found = [*_intake(work, events), *_runs(runs, events), *_states(runs, ends=ends)]
        found += _secrets(house, services)
    if ends:
        found += [*_effects(house, work), *_messages(house, work), *_sums(work, runs, kept)]
    return [*work.odd, *found]


def open_runs(house: House) -> int:
    """How many runs are not over."""
    with house.hub.services() as services:
        return sum(each.status not in OVER for each in _rows(services, run))


def moved_runs(house: House) -> int:
    """How many runs moved jobs have started."""
    with house.hub.services() as services:
        return sum(each.recipe_id == "moved" for each in _rows(services, run))


def _rows(services: Services, table: Any) -> list[Any]:
    with services.database.read() as connection:
        return list(connection.execute(select(table)))


def _intake(work: Work, events: Iterable[Any]) -> Iterator[str]:
    """Each accepted delivery and each moved job is one event, and nothing else came in there."""
    tokens = Counter((each.source, each.data["body"]["token"]) for each in events if each.source.startswith("webhook:"))
    wanted = {(f"webhook:{path}", token) for path, tokens in work.accepted.items() for token in tokens}
    for one in sorted(wanted - set(tokens)):
        yield f"{one[1]} was accepted at {one[0]} and there is no event of it"
    for one, times in sorted(tokens.items()):
        if times != 1 or one not in wanted:
            yield f"{one[1]} at {one[0]} has {times} events{'' if one in wanted else ' and was never accepted'}"


def _runs(runs: Iterable[Any], events: Iterable[Any]) -> Iterator[str]:
    """Each event has exactly one run of the recipe that listens to it."""
    by_event = defaultdict(list)
    for each in runs:
        by_event[each.event_id].append(each)
    for each in events:
        started = Counter(one.recipe_id for one in by_event[each.id])
        wanted = _listener(each)
        if wanted is not None and started != Counter([wanted]):
            yield f"the event {each.id} from {each.source} has the runs {dict(started)} and not one of {wanted}"
        elif any(times > 1 for times in started.values()):
            yield f"the event {each.id} from {each.source} has several runs of one recipe: {dict(started)}"


def _listener(each: Any) -> str | None:
    kind, _, rest = each.source.partition(":")
    return {"webhook": rest, "schedule": "tick"}.get(kind)


def _states(runs: Iterable[Any], *, ends: bool) -> Iterator[str]:
    for each in runs:
        status, name = each.status, f"the run {each.id} of {each.recipe_id} ({each.crashes} crashes)"
        if ends and status != RunStatus.SUCCEEDED:
            yield f"{name} is {status}, due in {each.due_at - time.time():.0f} s: {each.reason} {each.error or ''}"
        elif status not in OVER and not _is_explained(each):
            yield f"{name} is {status} and says no reason"
        if status in OVER and (each.owner or each.finished_at is None):
            yield f"{name} is over and still has an owner or no end"


def _is_explained(each: Any) -> bool:
    """A run that waits says what for, or has just become due, or is in the hands of a worker whose lease counts."""
    if each.status == RunStatus.RUNNING:
        return bool(each.owner) and each.lease_until > 0
    return each.status in EXPLAINED and bool(each.reason or each.status == RunStatus.QUEUED)


def _effects(house: House, work: Work) -> Iterator[str]:
    """Each create happened once, each update came to what was wanted."""
    with house.sandbox.database.reading() as connection:
        contacts = [dict(row) for row in connection.execute("SELECT * FROM contacts")]
        changes = [dict(row) for row in connection.execute("SELECT * FROM activity WHERE actor = 'Account'")]
    made = Counter((each["first_name"], each["last_name"]) for each in contacts)
    wanted = Counter(
        [
            *(("Lead", token) for token in work.leads),
            *((f"Room {room}", token) for token in work.visits for room in ROOMS),
            *((word, token) for token in work.projects for word in ("Called", "Beside")),
        ]
    )
    ours = {name: times for name, times in made.items() if name[1] and name[1].split("-")[0] in work.accepted}
    for name in sorted(wanted.keys() | ours.keys()):
        if made[name] != wanted[name]:
            yield f"there are {made[name]} contacts {' '.join(name)!r}, and {wanted[name]} were wanted"
    for each in contacts:
        if each["first_name"] == "Lead" and each["last_name"] in work.leads and not each["phone"]:
            yield f"{each['last_name']} was never updated"
    noted = Counter(each["record_id"] for each in changes if '"scope_of_work": "Won, was ' in (each["after"] or ""))
    for job in work.jobs:
        if noted[job] != 1:
            yield f"the job {job} was moved and noted {noted[job]} times"


def _messages(house: House, work: Work) -> Iterator[str]:
    """Each message was taken once."""
    taken: Counter[str] = Counter()
    for words, times in house.receiver.taken.items():
        taken[" ".join(words.split()[:2])] += times
    for message in [*(f"lead {each}" for each in work.leads), *(f"project {each}" for each in work.projects)]:
        if taken[message] != 1:
            yield f"the message {message!r} was taken {taken[message]} times"


def _sums(work: Work, runs: Iterable[Any], kept: dict[tuple[str, str], Any]) -> Iterator[str]:
    """What the recipes have counted is what there was to count."""
    ticks = sum(each.recipe_id == "tick" for each in runs)
    moved = sum(each.recipe_id == "moved" for each in runs)
    for name, wanted in (
        (("visit", "visits"), len(ROOMS) * len(work.visits)),
        (("moved", "moved"), moved),
        (("tick", "ticks"), ticks),
    ):
        if kept.get(name, 0) != wanted:
            yield f"{name[0]} has counted {kept.get(name, 0)} and not {wanted}"
    if moved != len(work.jobs):
        yield f"{len(work.jobs)} jobs were moved and {moved} runs were started"


def _secrets(house: House, services: Services) -> Iterator[str]:
    """No secret stands in a log, on a page or in a row."""
    secrets = {CANARY, PASSWORD, house.sandbox.key, house.receiver.address}
    for place, shown in _places(house, services):
        for secret in secrets:
            if secret in shown:
                yield f"the secret {secret[:12]}... stands in {place}"


def _places(house: House, services: Services) -> Iterator[tuple[str, str]]:
    """Everything that the hub has written, and where."""
    for log in sorted(house.hub.home.glob("*.log")):
        yield log.name, log.read_text(errors="replace")
    yield from read_pages(house)
    with services.database.read() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608
                yield f"the table {table}", " ".join(map(_readable, row))


def _readable(value: Any) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)

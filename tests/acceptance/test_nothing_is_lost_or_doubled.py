"""200 webhooks and 50 moved jobs, while a worker is killed and Redis is emptied: every effect exactly once."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.model import RunStatus
from hub.store.views.shapes import RunLine
from tests.acceptance.conftest import House
from tests.services.processes import wait_for

LEADS = 200
MOVES = 50

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.mark.parametrize("house", ["sqlite", "postgres"], indirect=True)
def test_every_accepted_event_ends_in_one_finished_run_and_each_effect_happens_once(house: House) -> None:
    house.start()
    wait_for(lambda: _baseline_is_there(house), seconds=30, why="the first poll is complete")
    opportunities = _sales_jobs(house)[:MOVES]
    assert len(opportunities) == MOVES

    statuses = _storm(house, opportunities)
    assert statuses == {202: LEADS}

    wait_for(lambda: _finished(house) == LEADS + MOVES, seconds=120, why="every run is finished")
    _settle(house)
    runs = _runs(house)
    assert Counter((run.recipe_id, run.status) for run in runs) == {
        ("lead", RunStatus.SUCCEEDED): LEADS,
        ("won", RunStatus.SUCCEEDED): MOVES,
    }
    assert Counter(run.event_id for run in runs).most_common(1)[0][1] == 1
    for resource in ("contacts", "customers", "jobs"):
        created = Counter(str(each["record_id"]) for each in house.effects(resource, "create"))
        assert len(created) == LEADS, resource
    notes = Counter(
        str(each["record_id"])
        for each in house.effects("jobs", "update")
        if str(each["after"].get("scope_of_work", "")).startswith("Won, was")
        and not str((each["before"] or {}).get("scope_of_work", "")).startswith("Won, was")
    )
    assert notes == dict.fromkeys(opportunities, 1)


def _storm(house: House, jobs: list[str]) -> Counter[int]:
    """All webhooks and moves, with a worker killed and Redis emptied in the middle; the answers' statuses."""
    won = _stage(house, "Won - Needs Schedule")
    with ThreadPoolExecutor(8) as senders:
        answers = senders.map(house.post_lead, range(LEADS))
        for number, job in enumerate(jobs):
            house.api("PATCH", f"/jobs/{job}", {"stage_id": won})
            if number == MOVES // 3:
                house.hub.kill("worker-1")
                house.hub.flush_redis()
            if number == MOVES // 2:
                house.hub.start("worker-3", "worker")
        return Counter(status for status, _ in answers)


def _baseline_is_there(house: House) -> bool:
    with house.hub.services() as services:
        return any(each.resource == "jobs" and each.baseline_at for each in services.views.cursors())


def _sales_jobs(house: House) -> list[str]:
    stages = {each["id"]: each["category"] for each in house.api("GET", "/job-stages?limit=200")["data"]}
    jobs = house.api("GET", "/jobs?limit=200")["data"]
    return [str(job["id"]) for job in jobs if stages[job["stage_id"]] == "sales"]


def _stage(house: House, name: str) -> str:
    return next(str(each["id"]) for each in house.api("GET", "/job-stages?limit=200")["data"] if each["name"] == name)


def _finished(house: House) -> int:
    return sum(run.status is RunStatus.SUCCEEDED for run in _runs(house))


def _runs(house: House) -> list[RunLine]:
    """Every run there is."""
    found: list[RunLine] = []
    after = ""
    with house.hub.services() as services:
        while True:
            page = services.views.runs(after=after, limit=200)
            found.extend(page.items)
            after = page.next
            if not after:
                return found


def _settle(house: House) -> None:
    """Two more polls, in which our own writes could come back if they were not known as ours."""
    with house.hub.services() as services:
        passes = _passes(services)
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        with house.hub.services() as services:
            if _passes(services) >= passes + 2:
                return
        time.sleep(0.5)
    raise AssertionError("no further polls happened")


def _passes(services: object) -> int:
    cursors = services.views.cursors()  # type: ignore[attr-defined]
    return next(int(each.passes) for each in cursors if each.resource == "jobs")

"""Somebody presses Reset in Workglue while the hub is at work: all stops at once, and goes on with the new key."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from hub.model import RunStatus, StepStatus
from tests.acceptance.conftest import House
from tests.services.processes import ROOT, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

RUNS = 50
THREADS = 16
WORKERS = 2
POLLS_AT_ONCE = 4


def count_answers(house: House) -> Counter[int]:
    """What the sandbox answers from now on, by status."""
    answers: Counter[int] = Counter()

    def count(response: Any) -> Any:
        answers[response.status_code] += 1
        return response

    house.sandbox.app.after_request(count)
    return answers


def reset_key(house: House) -> str:
    """Press Reset on the sandbox's page, as the office does. Returns the new key."""
    address = "/account/integrations/reset"
    connection = http.client.HTTPConnection("127.0.0.1", house.sandbox.port, timeout=30)
    try:
        connection.request("GET", address)
        page = connection.getresponse()
        cookie = str(page.headers["Set-Cookie"]).partition(";")[0]
        token = re.search(r'name="token" value="([^"]+)"', page.read().decode())
        assert token
        form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection.request("POST", address, f"token={token[1]}", form)
        assert connection.getresponse().status == 302
    finally:
        connection.close()
    return house.sandbox.key


def enter(house: House, key: str) -> subprocess.CompletedProcess[str]:
    """`hub key set`, with the key on standard input."""
    return subprocess.run(
        [sys.executable, "-m", "hub", "key", "set"],
        cwd=ROOT, env=house.hub.environment, input=f"{key}\n", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def statuses(house: House) -> Counter[RunStatus]:
    with house.hub.services() as services:
        return Counter(each.status for each in services.views.runs(limit=200).items)


def begin_work(house: House) -> None:
    """Fifty leads, then two workers, until some of the runs are done."""
    house.hub.environment["HUB_DRAIN_THREADS"] = str(THREADS)
    house.hub.start("clock")
    house.hub.start_web()
    for number in range(RUNS):
        assert house.post_lead(number)[0] == 202
    for number in range(WORKERS):
        house.hub.start(f"worker-{number + 1}", "worker")
    wait_for(lambda: statuses(house)[RunStatus.SUCCEEDED] >= 3, seconds=60, why="the work has begun")


def tries_of_waiting_steps(house: House) -> set[int]:
    """How many attempts the parked runs have used up for what is not done yet."""
    with house.hub.services() as services:
        lines = services.views.runs(status=RunStatus.PARKED, limit=200).items
        pages = [page for line in lines if (page := services.views.run(line.id))]
    return {each.step.tries for page in pages for each in page.steps if each.step.status is not StepStatus.OK}


def logs(house: House) -> str:
    return "".join(house.hub.log(name) for name in ("worker-1", "worker-2", "clock", "web"))


@pytest.mark.parametrize("house", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_reset_key_stops_everything_and_the_new_one_finishes_it(house: House) -> None:
    answers = count_answers(house)
    begin_work(house)
    new_key = reset_key(house)

    def parked(number: int) -> bool:
        found = statuses(house)
        return found[RunStatus.PARKED] + found[RunStatus.SUCCEEDED] == number

    wait_for(lambda: parked(RUNS), seconds=60, why="what is not done is parked")
    refused = answers[401]
    assert 1 <= refused <= WORKERS * THREADS + POLLS_AT_ONCE, "no more than what was under way"
    assert house.post_lead(RUNS)[0] == 202, "webhooks are taken all the same"
    wait_for(lambda: parked(RUNS + 1), seconds=30, why="the new one is parked, too")
    waiting = statuses(house)[RunStatus.PARKED]
    assert waiting > 1, "the reset came in the middle"
    assert answers[401] == refused, "without a single call"
    assert tries_of_waiting_steps(house) == {0}
    assert logs(house).count("Workglue refused the API key.") == 1

    wrong = enter(house, "wga_not-the-key-of-this-account")
    assert wrong.returncode == 1
    assert "does not accept this key" in wrong.stderr
    assert statuses(house)[RunStatus.PARKED] == waiting
    right = enter(house, new_key)
    assert right.returncode == 0, right.stderr
    wait_for(lambda: statuses(house)[RunStatus.SUCCEEDED] == RUNS + 1, seconds=10, why="all go on with the new key")
    made = sorted(str(each["after"]["name"]) for each in house.effects("jobs", "create"))
    assert made == sorted(f"Lead: Lead {number}" for number in range(RUNS + 1))
    assert new_key not in logs(house) + right.stdout + right.stderr

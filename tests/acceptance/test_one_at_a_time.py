"""`mode: queued` with real processes: two workers, one of them killed in the middle, and the order is kept."""

from __future__ import annotations

import http.client
import json

import pytest

from hub.model import RunStatus
from tests.acceptance.conftest import House
from tests.services.processes import wait_for

CUSTOMERS = ("Ana", "Ben", "Cleo")
NOTES = 12


def post(house: House, customer: str, number: int) -> None:
    """One note comes in."""
    connection = http.client.HTTPConnection("127.0.0.1", house.hub.port, timeout=30)
    try:
        note = json.dumps({"customer": customer, "number": number})
        connection.request("POST", "/hooks/note", note, {"Content-Type": "application/json"})
        assert connection.getresponse().status == 202
    finally:
        connection.close()


def written(house: House) -> list[str]:
    """The contacts of the notes, in the order in which they were made."""
    names = [each["after"]["first_name"] for each in house.effects("contacts", "create")]
    return [name for name in names if name.split(" ")[0] in CUSTOMERS]


@pytest.mark.parametrize("house", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_the_order_is_kept_when_a_worker_is_killed(house: House) -> None:
    house.start()
    for number in range(NOTES):
        for customer in CUSTOMERS:
            post(house, customer, number)
    wait_for(lambda: len(written(house)) >= 6, seconds=60, why="work has begun")
    house.hub.kill("worker-1")
    whole = len(CUSTOMERS) * NOTES * 2
    wait_for(lambda: len(written(house)) >= whole, seconds=120, why="all notes are written")
    with house.hub.services() as services:
        wait_for(
            lambda: services.views.counts()[RunStatus.SUCCEEDED] == len(CUSTOMERS) * NOTES,
            seconds=60,
            why="all runs are over",
        )
    found = written(house)
    for customer in CUSTOMERS:
        expected = [f"{customer} {number} {part}" for number in range(NOTES) for part in ("begins", "ends")]
        assert [name for name in found if name.startswith(customer)] == expected

"""What happens while Redis, the Public API or a good signature is missing, and when the hub is asked to stop."""

from __future__ import annotations

import threading

import pytest

from hub.model import DeliveryStatus, RunStatus
from tests.acceptance.conftest import House
from tests.services.processes import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


def succeeded(house: House) -> int:
    with house.hub.services() as services:
        return len(services.views.runs(status=RunStatus.SUCCEEDED, limit=200).items)


def created(house: House) -> list[str]:
    return [str(each["after"]["name"]) for each in house.effects("jobs", "create")]


def test_a_wrong_signature_is_answered_404_kept_as_rejected_and_starts_nothing(house: House) -> None:
    house.hub.start_web()
    status, answer = house.post_lead(1, secret="another secret")
    assert (status, answer["error"]["code"]) == (404, "not_found")
    with house.hub.services() as services:
        delivery = services.views.deliveries(limit=10).items[0]
        assert delivery.status is DeliveryStatus.REJECTED
        assert "signature" in delivery.reason
        assert services.views.runs(limit=10).items == ()


def test_the_same_delivery_many_times_at_once_is_one_run(house: House) -> None:
    house.start()
    senders = [threading.Thread(target=house.post_lead, args=(7,)) for _ in range(20)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    wait_for(lambda: succeeded(house) == 1, seconds=30, why="the one run is done")
    assert created(house) == ["Lead: Lead 7"]


def test_redis_down_delays_and_loses_nothing(house: House) -> None:
    house.start()
    house.hub.redis.stop()
    for number in range(5):
        status, _ = house.post_lead(number)
        assert status == 202
    house.hub.redis.start()
    wait_for(lambda: succeeded(house) == 5, seconds=60, why="the runs are done after Redis is back")
    assert sorted(created(house)) == [f"Lead: Lead {number}" for number in range(5)]


def test_the_public_api_down_delays_and_loses_nothing(house: House) -> None:
    house.start()
    house.stop_api()
    for number in range(3):
        assert house.post_lead(number)[0] == 202

    def waiting() -> bool:
        with house.hub.services() as services:
            runs = services.views.runs(limit=10).items
        return len(runs) == 3 and all(run.status is RunStatus.QUEUED and run.reason for run in runs)

    wait_for(waiting, seconds=30, why="the runs wait for their next try and say why")
    house.start_api()
    wait_for(lambda: succeeded(house) == 3, seconds=60, why="the runs are done after the API is back")
    assert sorted(created(house)) == [f"Lead: Lead {number}" for number in range(3)]


def test_a_stop_in_the_middle_loses_nothing_and_the_next_start_goes_on(house: House) -> None:
    house.start()
    for number in range(40):
        assert house.post_lead(number)[0] == 202
    for name in ("worker-1", "worker-2", "clock", "web"):
        house.hub.process(name).terminate()
    for name in ("worker-1", "worker-2", "clock", "web"):
        assert house.hub.end(name) == 0, house.hub.log(name)
    with house.hub.services() as services:
        assert not services.views.runs(status=RunStatus.RUNNING, limit=100).items
    house.start()
    wait_for(lambda: succeeded(house) == 40, seconds=60, why="every run is done after the restart")
    assert sorted(created(house)) == sorted(f"Lead: Lead {number}" for number in range(40))


def test_a_rejected_key_parks_runs_and_a_new_key_finishes_them(house: House) -> None:
    good = house.hub.environment["WORKGLUE_API_KEY"]
    house.hub.environment["WORKGLUE_API_KEY"] = "wg_wrong"
    house.start()
    for number in range(4):
        assert house.post_lead(number)[0] == 202

    def parked() -> bool:
        with house.hub.services() as services:
            runs = services.views.runs(limit=10).items
        return len(runs) == 4 and all(run.status is RunStatus.PARKED for run in runs)

    wait_for(parked, seconds=30, why="the runs wait for a working key")
    for name in ("worker-1", "worker-2", "clock", "web"):
        house.hub.kill(name)
    house.hub.environment["WORKGLUE_API_KEY"] = good
    house.start()
    wait_for(lambda: succeeded(house) == 4, seconds=60, why="the parked runs are done with the new key")
    assert len(created(house)) == 4

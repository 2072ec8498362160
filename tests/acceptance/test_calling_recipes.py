"""A recipe that calls another one, over workers that kill themselves at exact places: one called run, one result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.model import RunStatus
from tests.acceptance.conftest import House
from tests.services.processes import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

MOMENTS = ["record_half_written", "before_intent", "after_intent", "after_effect"]
RECIPES = ("job-with-customer", "new-customer", "count-finished")


@pytest.mark.parametrize(
    ("house", "moment"),
    [*(("sqlite", moment) for moment in MOMENTS), ("postgres", "record_half_written")],
    indirect=["house"],
)
def test_a_called_recipe_runs_once_and_its_caller_gets_its_result(house: House, moment: str, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"inputs": {"name": "Miller"}}))
    house.hub.start("clock")
    house.hub.start("doomed", "worker", HUB_FAILPOINTS=f"{moment}:kill")
    started = house.hub.cli("run", "job-with-customer", "--event", str(event))
    assert started.returncode == 0, started.stdout + started.stderr
    wait_for(lambda: sum(each.crashes for each in runs(house)) >= 1, seconds=60, why="a worker has died at its work")
    house.hub.kill("doomed")
    house.hub.start("sound", "worker")
    wait_for(lambda: all_over(house), seconds=60, why="another worker has finished all three runs")
    by_recipe = {each.recipe_id: each for each in runs(house)}
    assert sorted(each.recipe_id for each in runs(house)) == sorted(RECIPES), "one run each"
    [customer] = house.effects("customers", "create")
    assert [result(house, by_recipe[name].id) for name in RECIPES[:2]] == [
        customer["record_id"],
        {"id": customer["record_id"]},
    ]
    assert len(house.effects("jobs", "create")) == 1
    names = sorted(str(each["after"]["first_name"]) for each in house.effects("contacts", "create"))
    assert names == ["After", "Called", "New"]


def runs(house: House) -> list[Any]:
    """All runs as lines."""
    with house.hub.services() as services:
        return list(services.views.runs(limit=50).items)


def all_over(house: House) -> bool:
    """Whether each of the three recipes has a run that has succeeded."""
    return {each.recipe_id for each in runs(house) if each.status is RunStatus.SUCCEEDED} == set(RECIPES)


def result(house: House, run_id: str) -> Any:
    """What a run has given back."""
    with house.hub.services() as services:
        page = services.views.run(run_id)
        assert page is not None
        return page.run.result

"""A worker that kills itself at an exact place in the code: another one goes on, and every effect happens once."""

from __future__ import annotations

import pytest

from hub.model import RunStatus
from tests.acceptance.conftest import House
from tests.services.processes import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


@pytest.mark.parametrize("moment", ["before_intent", "after_intent", "after_effect"])
def test_each_effect_happens_once(house: House, moment: str) -> None:
    house.hub.start_web()
    house.hub.start("clock")
    house.hub.start("doomed", "worker", HUB_FAILPOINTS=f"{moment}:kill")
    assert house.post_lead(1)[0] == 202
    wait_for(lambda: crashes(house) >= 1, seconds=40, why="the worker has died in the middle of the run")
    house.hub.kill("doomed")
    house.hub.start("sound", "worker")
    wait_for(lambda: state(house) is RunStatus.SUCCEEDED, seconds=40, why="another worker has finished the run")
    for resource in ("contacts", "customers", "jobs"):
        assert len(house.effects(resource, "create")) == 1, resource


def crashes(house: House) -> int:
    """How many workers the one run has lost."""
    with house.hub.services() as services:
        return services.views.runs(limit=1).items[0].crashes


def state(house: House) -> RunStatus:
    """Where the one run stands."""
    with house.hub.services() as services:
        return services.views.runs(limit=1).items[0].status

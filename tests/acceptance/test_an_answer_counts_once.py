"""A link in a message, workers that die before and after the answer, and a run that ends as was answered, once."""

from __future__ import annotations

import http.client
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hub.model import RunStatus
from tests.acceptance.conftest import House
from tests.services.processes import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

RECIPE = """recipe: 1
name: Ask before the job
trigger: {type: webhook, path: quote, verify: none}
steps:
  - action: notify.send
    with:
      to: "{{ secrets.CHAT }}"
      body: "Approve: {{ links.ok.approve }} Decline: {{ links.ok.decline }}"
  - id: ok
    action: wait_for
    with: {question: "May we begin with {{ body.name }}?", for: 1d, otherwise: decline}
  - action: jobs.create
    with: {name: "{{ body.name }}: {{ steps.ok.answer }}", stage: Unqualified Lead}
"""


@pytest.mark.parametrize("house", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_an_answer_counts_once(house: House, tmp_path: Path) -> None:
    prepare(house, tmp_path / "asking")
    house.hub.start_web()
    house.hub.start("clock")
    house.hub.start("doomed", "worker")
    assert request(house, "POST", "/hooks/quote", json.dumps({"name": "Lake"}))[0] == 202
    wait_for(lambda: asking(house) == 1, seconds=40, why="the run waits for its answer")
    house.hub.kill("doomed")
    approve, decline = links(house)
    assert request(house, "GET", approve)[0] == 200
    assert asking(house) == 1
    assert request(house, "POST", approve)[0] == 303
    assert request(house, "POST", decline)[0] == 303
    assert "Answered: Approve" in request(house, "GET", decline)[1]
    house.hub.start("doomed again", "worker", HUB_FAILPOINTS="after_effect:kill")
    wait_for(lambda: crashes(house) >= 1, seconds=40, why="a worker has died after the answer was used")
    house.hub.kill("doomed again")
    house.hub.start("sound", "worker")
    wait_for(lambda: state(house) is RunStatus.SUCCEEDED, seconds=40, why="the run has ended")
    names = [each["name"] for each in house.api("GET", "/jobs?limit=200")["data"] if each["name"].startswith("Lake")]
    assert names == ["Lake: approve"]
    assert len(house.effects("jobs", "create")) == 1


def prepare(house: House, folder: Path) -> None:
    """Only this recipe, and a chat that the sandbox plays."""
    folder.mkdir()
    (folder / "ask.yaml").write_text(RECIPE, encoding="utf-8")
    host = f"127.0.0.1:{house.sandbox.port}"
    house.hub.environment |= {
        "HUB_RECIPES": str(folder),
        "HUB_SECRET_CHAT": f"json://{host}/sandbox/messages/office",
        "HUB_ALLOWED_PRIVATE_HOSTS": host,
    }
    released = house.hub.cli("release")
    assert released.returncode == 0, released.stdout + released.stderr


def request(house: House, method: str, path: str, body: str = "") -> tuple[int, str]:
    """One request to the hub, as a browser or another app makes it."""
    connection = http.client.HTTPConnection("127.0.0.1", house.hub.port, timeout=30)
    kind = "application/json" if body else "application/x-www-form-urlencoded"
    try:
        connection.request(method, path, body, {"Content-Type": kind})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def links(house: House) -> tuple[str, str]:
    """The paths of the links in the message."""
    connection = http.client.HTTPConnection("127.0.0.1", house.sandbox.port, timeout=30)
    connection.request("GET", "/sandbox/messages")
    text = connection.getresponse().read().decode()
    connection.close()
    found = {word: urlsplit(link).path for word, link in re.findall(r"(Approve|Decline): (http://[\w:./-]+)", text)}
    return found["Approve"], found["Decline"]


def asking(house: House) -> int:
    """How many runs wait for an answer."""
    with house.hub.services() as services:
        return services.views.asking_count()


def crashes(house: House) -> int:
    """How many workers the one run has lost."""
    with house.hub.services() as services:
        return services.views.runs(limit=1).items[0].crashes


def state(house: House) -> RunStatus:
    """Where the one run stands."""
    with house.hub.services() as services:
        return services.views.runs(limit=1).items[0].status

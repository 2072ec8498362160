"""docs/api.md names what is there, and its example starts a run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

from hub.services import Services
from hub.web.api.access import PER_MINUTE, SCOPES
from hub.web.application import create_app
from tests.web.program import Program, make_token

GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
RECIPE = "recipe: 1\nname: Thank\ntrigger: {type: manual, inputs: {name: text}}\nsteps: [{action: set, with: {a: 1}}]\n"


def test_the_scopes_and_the_limit_are_those_of_the_program() -> None:
    assert re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE) == list(SCOPES)
    assert f"{PER_MINUTE} requests a minute" in GUIDE


def test_the_example_starts_a_run(make_services: Callable[..., Services], tmp_path: Path) -> None:
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "thank-a-customer.yaml").write_text(RECIPE)
    services = make_services(HUB_RECIPES=str(folder))
    services.publish_recipes()
    command = next(each for each in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) if each.startswith("curl"))
    words = shlex.split(command.replace("\\\n", " "))
    headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
    path = words[1].partition("/api/v1")[2]
    program = Program(create_app(services), make_token(services, "run"))
    del headers["Authorization"], headers["Content-Type"]
    answer = program.call("POST", path, json.loads(words[words.index("-d") + 1]), headers=headers)
    assert answer.status_code == 202, answer.text
    promised = re.search(r"202 with the run: `\{([^}]*)\}`", GUIDE)
    assert promised is not None
    assert set(answer.json) == set(re.findall(r'"(\w+)"', promised[1]))
    assert program.call("GET", f"/runs/{answer.json['id']}").json == answer.json

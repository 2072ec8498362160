"""A recipe with a manual trigger is started from its page, over the API and from the command line, each wish once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from hub.model import RunStatus
from hub.services import Services
from hub.web.application import create_app
from tests.web.program import Program, make_token, work
from tests.web.visitor import Visitor, words_of

ASKING = """recipe: 1
name: Thank a customer
trigger:
  type: manual
  inputs:
    name: {type: text, label: Name of the customer}
    stars: {type: integer, label: Stars, default: 5, choices: [3, 4, 5]}
    loud: {type: boolean, default: false}
steps:
  - action: stop
    with: {result: {text: "{{ inputs.name }} {{ inputs.stars * 2 }} {{ inputs.loud }}"}}
"""
PLAIN = "recipe: 1\nname: Plain\ntrigger: {type: manual}\nsteps: [{action: set, with: {a: 1}}]\n"
OFF = PLAIN.replace("name: Plain", "name: Off\nenabled: false")
DEAF = "recipe: 1\nname: Deaf\ntrigger: {type: schedule, every: 1d}\nsteps: [{action: set, with: {a: 1}}]\n"


@pytest.fixture
def services(make_services: Callable[..., Services], tmp_path: Path) -> Services:
    """Services with four recipes of our own in force."""
    folder = tmp_path / "by-hand"
    folder.mkdir()
    for name, text in {"thank": ASKING, "plain": PLAIN, "off": OFF, "deaf": DEAF}.items():
        (folder / f"{name}.yaml").write_text(text)
    services = make_services(HUB_RECIPES=str(folder))
    services.publish_recipes()
    return services


@pytest.fixture
def app(services: Services) -> Flask:
    """The application over them."""
    return create_app(services)


@pytest.fixture
def program(app: Flask, services: Services) -> Program:
    """A program that may start recipes."""
    return Program(app, make_token(services, "run"))


def inputs_of(services: Services) -> list[dict[str, Any]]:
    """What the runs were started with, newest first."""
    pages = [services.views.run(each.id) for each in services.views.runs(limit=20).items]
    return [dict(page.event.data["inputs"]) for page in pages if page]


def test_the_form_asks_and_starts(visit: Callable[..., Visitor], services: Services) -> None:
    visitor = visit("operator")
    assert "It asks for Name of the customer, Stars, Loud." in visitor.words("/recipes/thank")
    assert "Name of the customer (needed)" in visitor.words("/recipes/thank/start")
    answer = visitor.send("/recipes/thank/start", {"in.name": "Miller", "in.stars": "4", "in.loud": "true"})
    assert answer.status_code == 303
    assert inputs_of(services) == [{"name": "Miller", "stars": 4, "loud": True}]
    work(services)
    assert "“Thank a customer” is started." in visitor.words(answer.headers["Location"])
    [line] = services.views.runs(limit=5).items
    page = services.views.run(line.id)
    assert page is not None
    assert (page.run.status, page.run.result) == (RunStatus.SUCCEEDED, {"text": "Miller 8 true"})


def test_what_is_left_empty_has_its_default_and_what_is_needed_is_said(
    visit: Callable[..., Visitor], services: Services
) -> None:
    visitor = visit("operator")
    answer = visitor.send("/recipes/thank/start", {"in.name": " ", "in.stars": ""})
    assert answer.status_code == 422
    assert "Please fill this in." in words_of(answer.text)
    assert "needs the input" not in answer.text
    assert inputs_of(services) == []
    visitor.send("/recipes/thank/start", {"in.name": "Miller", "in.stars": ""})
    assert inputs_of(services) == [{"name": "Miller", "stars": 5, "loud": False}]


def test_a_value_that_does_not_fit_is_said_beside_its_field_and_kept(
    visit: Callable[..., Visitor], services: Services
) -> None:
    answer = visit("operator").send("/recipes/thank/start", {"in.name": "{{ 7 * 7 }}", "in.stars": "9"})
    assert answer.status_code == 422
    assert "{{ 7 * 7 }}" in answer.text
    assert 'id="in-stars"' in answer.text
    assert "aria-invalid" in answer.text
    assert inputs_of(services) == []


def test_braces_that_a_person_types_stay_text(visit: Callable[..., Visitor], services: Services) -> None:
    visit("operator").send("/recipes/thank/start", {"in.name": "{{ 7 * 7 }}"})
    work(services)
    page = services.views.run(services.views.runs(limit=1).items[0].id)
    assert page is not None
    assert page.run.result == {"text": "{{ 7 * 7 }} 10 false"}


def test_without_inputs_a_button_is_enough(visit: Callable[..., Visitor], services: Services) -> None:
    visitor = visit("operator")
    assert "Start it by hand" in visitor.words("/recipes/plain")
    assert visitor.send("/recipes/plain/start").status_code == 303
    assert inputs_of(services) == [{}]


@pytest.mark.parametrize("recipe", ["off", "deaf"])
def test_one_that_cannot_be_started_offers_nothing(
    visit: Callable[..., Visitor], services: Services, recipe: str
) -> None:
    visitor = visit("operator")
    assert "Start it by hand" not in visitor.words(f"/recipes/{recipe}")
    assert visitor.send(f"/recipes/{recipe}/start").status_code in (404, 409)
    assert inputs_of(services) == []


def test_who_may_only_look_starts_nothing(visit: Callable[..., Visitor], services: Services) -> None:
    visitor = visit("viewer")
    assert "Start it by hand" not in visitor.words("/recipes/plain")
    assert visitor.send("/recipes/plain/start").status_code == 403
    assert visitor.client.get("/recipes/thank/start").status_code == 403
    assert inputs_of(services) == []


def test_it_is_audited(visit: Callable[..., Visitor], services: Services) -> None:
    visit("operator").send("/recipes/plain/start")
    rows = [row for row in services.views.audit_log().items if row.what == "recipe.run"]
    assert [row.after["recipe"] for row in rows] == ["plain"]


# ---- Over the API --------------------------------------------------------------------------------------------------


def test_a_program_starts_it_and_sees_what_became_of_it(program: Program, services: Services) -> None:
    answer = program.call("POST", "/recipes/thank/runs", {"inputs": {"name": "Miller"}})
    assert answer.status_code == 202
    assert answer.json["status"] == "queued"
    work(services)
    found = program.call("GET", answer.headers["Location"].removeprefix("/api/v1")).json
    assert (found["status"], found["result"], found["recipe"]) == ("succeeded", {"text": "Miller 10 false"}, "thank")
    assert found["finished_at"].endswith("Z")


def test_with_an_idempotency_key_it_is_started_once(program: Program, services: Services, app: Flask) -> None:
    first, again = (
        program.call("POST", "/recipes/plain/runs", headers={"Idempotency-Key": "k1"}).json["id"] for _ in range(2)
    )
    assert first == again
    other = program.call("POST", "/recipes/plain/runs", headers={"Idempotency-Key": "k2"}).json["id"]
    stranger = Program(app, make_token(services, "run", name="Other"))
    theirs = stranger.call("POST", "/recipes/plain/runs", headers={"Idempotency-Key": "k1"}).json["id"]
    assert len({first, other, theirs}) == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"inputs": {}}, "needs the input `name`"),
        ({"inputs": {"name": "x", "stras": 1}}, "has no input `stras`"),
        ({"inputs": {"name": "x", "stars": "many"}}, "stars"),
        ({"inputs": []}, ""),
        ({"inputs": "x"}, "must be an object"),
        ({"input": {}}, "There is no key"),
    ],
)
def test_bad_inputs_are_named(program: Program, services: Services, body: dict[str, Any], said: str) -> None:
    answer = program.call("POST", "/recipes/thank/runs", body)
    assert answer.status_code == 422
    assert said in answer.text
    assert inputs_of(services) == []


@pytest.mark.parametrize(("recipe", "status"), [("nobody", 404), ("off", 404), ("deaf", 422)])
def test_what_cannot_be_started_is_said(program: Program, recipe: str, status: int) -> None:
    assert program.call("POST", f"/recipes/{recipe}/runs").status_code == status


def test_the_scope_counts(app: Flask, services: Services) -> None:
    looking = Program(app, make_token(services, "read"))
    assert looking.call("POST", "/recipes/plain/runs").status_code == 403
    assert looking.call("GET", "/runs/run_nobody").status_code == 404
    assert Program(app, make_token(services, "hooks")).call("GET", "/runs/run_nobody").status_code == 403

"""docs/rest-hooks.md: its commands work, its program verifies, and what it shows is what there is."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from standardwebhooks import WebhookVerificationError

from hub.services import Services
from hub.services.subscriptions import FAILURES, MOST_OF_A_TOKEN
from hub.web import create_app
from hub.web.api.access import PER_MINUTE, SCOPES
from tests.web.conftest import Time, serve
from tests.web.program import Program, happen, make_token, work
from tests.workglue.faulty import Faulty

PAGE = (Path(__file__).parents[2] / "docs" / "rest-hooks.md").read_text(encoding="utf-8")


def block(kind: str, having: str) -> str:
    """The block of this kind that holds some text."""
    return next(each for each in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) if having in each)


def test_the_command_subscribes_and_is_answered_as_shown(app: Flask, services: Services) -> None:
    with serve(app) as port:
        environment = {"HUB": f"http://127.0.0.1:{port}", "TOKEN": make_token(services), "PATH": "/usr/bin:/bin"}
        command = ["bash", "-c", block("sh", "/hooks")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=True)
    told, shown = json.loads(done.stdout), json.loads(block("json", '"id": "hook-'))
    assert set(told) == set(shown)
    asked = ("url", "events", "where", "fields", "state", "note", "waiting", "failures", "last_delivery")
    assert {name: told[name] for name in asked} == {name: shown[name] for name in asked}


def test_the_program_takes_what_arrives_once_and_nothing_else(
    make_services: Callable[..., Services],
    clock: Time,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock.now = time.time()
    services = make_services(HUB_ALLOWED_PRIVATE_HOSTS="127.0.0.1")
    program = Program(create_app(services), make_token(services))
    with Faulty(lambda talk: talk.answer(200)) as receiver:
        hook = program.subscribe(receiver.url, "job.stage_changed", fields=["id", "name", "stage", "address"])
        example = json.loads(block("json", '"changed"'))
        data = example["data"]
        happen(
            services, "jobs.updated", data["record"] | {"po_number": "7"}, before=data["before"], changed=["stage_id"]
        )
        work(services)
        (request,) = receiver.requests
    assert request.json == example | {"timestamp": request.json["timestamp"]}
    monkeypatch.setenv("HOOK_SECRET", hook["secret"])
    names: dict[str, Any] = {}
    exec(block("python", "standardwebhooks"), names)  # noqa: S102 - the page's own program
    headers = dict(request.headers)
    assert [names["receive"](headers, request.body) for _ in range(2)] == [200, 200]
    assert capsys.readouterr().out == "job.stage_changed Miller, exterior\n"
    with pytest.raises(WebhookVerificationError):
        names["receive"](headers, request.body.replace(b"Lake", b"Like"))


def test_the_numbers_and_words_are_those_of_the_code(app: Flask, services: Services) -> None:
    assert f"A token has {PER_MINUTE} requests a minute" in PAGE
    assert f"A token may have {MOST_OF_A_TOKEN} subscriptions" in PAGE
    assert f"After {FAILURES} deliveries in a row" in PAGE
    assert all(f"`{scope}`" in PAGE for scope in SCOPES)
    described = app.test_client().get("/api/v1/openapi.json").json["paths"]
    for path in (each for each in described if "hook" in each):
        assert f"/api/v1{path.replace('{hook_id}', '<id>')}" in PAGE or path == "/hooks", path
    events = Program(app, make_token(services)).call("GET", "/hook-events").json["events"]
    for event in events:
        assert event in PAGE or f"`{event.partition('.')[0]}`" in PAGE, event

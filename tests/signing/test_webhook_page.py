"""The page for senders is true: its examples are run against the real reception, and its table is the data's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
import yaml

from hub.errors import SignatureError
from hub.model import ActionKind, Delivery, DeliveryStatus
from hub.recipe.check import check
from hub.registry import Action, Registry
from hub.signing import describe_schemes
from hub.triggers import builtin
from hub.triggers.webhook import Reception, receive
from tests.triggers.samples import trigger

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
TABLE = re.compile(r"<!-- schemes -->\n(.*)<!-- /schemes -->", re.DOTALL)
BLOCK = re.compile(r"^```(yaml|sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SECRETS = {
    "LEADS_TOKEN": "3f0d5c",
    "LEADS_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "CALCULATOR_SECRET": "kitchen paint",
    "FORMS_TOKEN": "form-key",
    "LEGACY_LOGIN": "webhooks:correct horse",
    "METERS_TOKEN": "meters",
    "META_APP_SECRET": "app",
    "META_VERIFY_TOKEN": "meatyhamhock",
}


@dataclass(frozen=True)
class Example:
    """A command of the page, with the trigger that stands above it."""

    number: int
    language: str
    text: str
    options: dict[str, Any] = field(compare=False)


def read_examples() -> tuple[list[dict[str, Any]], list[Example]]:
    options: list[dict[str, Any]] = []
    examples = []
    for number, match in enumerate(BLOCK.finditer(PAGE.read_text())):
        if match[1] == "yaml":
            options.append(yaml.safe_load(match[2]))
        else:
            examples.append(Example(number, match[1], match[2], options[-1]))
    return options, examples


TRIGGERS, EXAMPLES = read_examples()


class Gate(ThreadingHTTPServer):
    """A gate that takes deliveries for one trigger and keeps what they came to."""

    options: dict[str, Any]
    receptions: list[Reception]


class _Handler(BaseHTTPRequestHandler):
    server: Gate

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        url = f"http://{self.headers['Host']}{self.path}"
        headers = tuple(self.headers.items())
        sent = Delivery("dlv_1", path.removeprefix("/hooks/"), self.command, url, query, headers, body, time.time())
        settled = {name: value for name, value in self.server.options.items() if name != "type"}
        if isinstance(settled.get("tolerance"), str):
            settled["tolerance"] = 60.0 * int(settled["tolerance"].removesuffix("m"))
        try:
            assert sent.path == settled["path"]
            received = receive(trigger("webhook", **settled), sent, secrets=SECRETS, now=time.time())
        except SignatureError as problem:
            self._answer(404, problem.message)
            return
        self.server.receptions.append(received)
        answer = received.answer or received.reply
        self._answer(answer.status if answer else 202, answer.body if answer else '{"status": "accepted"}')

    def do_GET(self) -> None:
        self.do_POST()

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture()
def gate() -> Iterator[Gate]:
    with Gate(("127.0.0.1", 0), _Handler) as server:
        server.receptions = []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_there_are_examples_to_run() -> None:
    assert len(TRIGGERS) >= 10
    assert {"sh", "python"} == {example.language for example in EXAMPLES}


@pytest.mark.parametrize("text", [match[2] for match in BLOCK.finditer(PAGE.read_text()) if match[1] == "yaml"])
def test_each_trigger_on_the_page_can_stand_in_a_recipe(text: str) -> None:
    registry = Registry()
    for kind in builtin():
        registry.add_trigger(kind)
    registry.add_action(Action("stop", ActionKind.PURE, "Stops.", ()))
    recipe = f"recipe: 1\nname: x\ntrigger:\n{indent(text, '  ')}\nsteps:\n  - action: stop\n"
    reading = check(recipe, file="x.yaml", registry=registry)
    assert [problem.message for problem in reading.problems] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.language}-{example.number}")
def test_each_command_on_the_page_works(example: Example, gate: Gate) -> None:
    gate.options = example.options
    text = example.text.replace("https://hub.example.com", f"http://127.0.0.1:{gate.server_address[1]}")
    assert text != example.text
    done = run(example.language, text)
    assert done.returncode == 0, done.stderr
    assert len(gate.receptions) == 1, done.stdout
    received = gate.receptions[0]
    assert received.status is DeliveryStatus.ACCEPTED, received.reason
    if "handshake_secret" in text or "hub.challenge" in text:
        assert done.stdout == "1158201444"
    else:
        assert "accepted" in done.stdout
        assert received.data["body"] or received.data["query"]


def run(language: str, text: str) -> subprocess.CompletedProcess[str]:
    if language == "python":
        command = [sys.executable, "-W", "error", "-c", text]
    else:
        shell = shutil.which("bash") or shutil.which("sh")
        if not (shell and shutil.which("curl") and shutil.which("openssl")):
            pytest.skip("needs a shell, curl and openssl")
        command = [shell, "-euc", text]
    without_proxy = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False, env={**without_proxy, **SECRETS}
    )


def test_what_the_form_example_promises(gate: Gate) -> None:
    example = next(each for each in EXAMPLES if "--data-urlencode" in each.text)
    gate.options = example.options
    run(example.language, example.text.replace("https://hub.example.com", f"http://127.0.0.1:{gate.server_address[1]}"))
    assert gate.receptions[0].data["body"] == {"name": "Ana Ruiz", "service": ["Exterior", "Cabinets"]}
    assert gate.receptions[0].data["query"] == {}


def test_the_table_of_senders_is_that_of_the_data() -> None:
    found = TABLE.search(PAGE.read_text())
    assert found is not None
    assert found[1].strip() == describe_schemes(), "put the text of hub.signing.describe_schemes() between the marks"

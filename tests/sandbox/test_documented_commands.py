"""Every cURL command that the documentation shows works as it is printed."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.sandbox.caller import Caller, Serve

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
PAGES = ("", "jobs", "customers", "contacts", "job-stages", "job-types", "employees")


def page(caller: Caller, name: str) -> str:
    answer = caller.session.get(f"{caller.server.root}/developer/{name}", timeout=10)
    assert answer.status_code == 200
    return answer.text


def commands(text: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r"<code data-curl>(.*?)</code>", text, flags=re.DOTALL)]


def run(command: str) -> tuple[int, Any]:
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=20)
    assert ended.returncode == 0, ended.stderr
    head, _, body = ended.stdout.replace("\r", "").partition("\n\n")
    return int(head.split()[1]), json.loads(body) if body else None


def test_every_command_works_as_printed(caller: Caller) -> None:
    statuses = {}
    for name in PAGES:
        for command in commands(page(caller, name)):
            method = re.search(r" -X (\w+)", command)
            status, _ = run(command)
            statuses[name, method[1] if method else "GET", "{id}" if re.search(r"_\d+'? ", command) else ""] = status
    writable = ("jobs", "customers", "contacts")
    assert statuses == {
        ("", "GET", ""): 200,
        **{(name, "GET", place): 200 for name in PAGES[1:] for place in ("", "{id}")},
        **{(name, "POST", ""): 201 for name in writable},
        **{(name, "PATCH", "{id}"): 200 for name in (*writable, "employees")},
        **{(name, "DELETE", "{id}"): 204 for name in writable},
    }


def test_a_create_can_be_run_twice_and_makes_one_record(caller: Caller) -> None:
    (command,) = [found for found in commands(page(caller, "customers")) if "-X POST" in found]
    assert run(command) == run(command)
    assert len(caller.journal(resource="customers", action="create")) == 1
    (later,) = [found for found in commands(page(caller, "customers")) if "-X POST" in found]
    assert run(later)[0] == 201


def test_commands_speak_the_dialect_that_is_served(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    profile = {
        "auth": {"header": "X-Workglue-Key", "prefix": "key "},
        "lists": {"size_parameter": "per_page", "sort": "order", "sort_by_update": "changed"},
        "resources": {"jobs": {"path": "/crm/projects"}},
    }
    path.write_text(yaml.safe_dump(profile))
    caller = serve(profile=path)
    assert caller.server.key
    found = commands(page(caller, "jobs"))
    assert "/crm/projects?per_page=2&order=-changed" in found[0]
    assert [run(command)[0] for command in found] == [200, 201, 200, 200, 204]


def test_without_a_key_the_page_says_so(serve: Serve) -> None:
    caller = serve()
    with caller.server.database.writing() as connection:
        connection.execute("DELETE FROM api_keys")
    text = page(caller, "jobs")
    assert "No Workglue Account API Key has been created yet" in text
    assert "YOUR-ACCOUNT-API-KEY" in text


def test_pages_show_fields_statuses_and_examples(visitor: Caller) -> None:
    text = page(visitor, "jobs")
    for part in ("po_number", "read-only", "If-Match", "PO-10214", "Fields cannot be accepted", 'href="#createJob"'):
        assert part in text
    overview = page(visitor, "")
    for part in (visitor.server.url, "Authorization", "next_cursor", "Idempotency-Key", "validation_failed"):
        assert part in overview
    missing = visitor.session.get(f"{visitor.server.root}/developer/invoices", timeout=10)
    assert (missing.status_code, "There is no documentation" in missing.text) == (404, True)

"""Pages: no foreign scripts, no forged forms, no strangers, and a plain page when something is wrong."""

from __future__ import annotations

import re

import pytest
import requests

from tests.sandbox.caller import Caller

PAGES = (
    "/",
    "/account/integrations",
    "/account/profile",
    "/account/activity",
    "/developer/",
    "/developer/jobs",
    "/sandbox/chat",
    "/sandbox/faults",
    "/sandbox/lead-form",
    "/sandbox/quotes",
)
FORMS = (
    "/account/integrations/create",
    "/account/integrations/reveal",
    "/account/integrations/key",
    "/account/integrations/reset",
    "/account/integrations/revoke",
    "/account/profile/create",
    "/sandbox/faults",
    "/sandbox/faults/off",
    "/sandbox/lead-form",
    "/sandbox/quotes",
)


@pytest.mark.parametrize("path", [*PAGES, "/nowhere"])
def test_every_page_has_a_policy_and_keeps_it(visitor: Caller, path: str) -> None:
    answer = requests.get(visitor.server.root + path, timeout=10)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|style=|javascript:|https?://(?!127)", answer.text)
    assert "<h1>" in answer.text


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("form", [{}, {"token": ""}, {"token": "made up"}, {"token": "\xe9"}])
def test_a_form_from_elsewhere_is_refused(visitor: Caller, path: str, form: dict[str, str]) -> None:
    before = visitor.server.key
    with requests.Session() as session:
        session.get(f"{visitor.server.root}/account/integrations", timeout=10)
        for body in ({"data": form}, {"json": form}):
            answer = session.post(visitor.server.root + path, timeout=10, **body)  # type: ignore[arg-type]
            assert answer.status_code == 400
            assert "This form is too old." in answer.text
    assert visitor.server.key == before


@pytest.mark.parametrize("host", ["evil.example", "evil.example:5001", "127.0.0.1.evil.example", "localhost.evil"])
def test_another_name_for_this_machine_shows_nothing(visitor: Caller, host: str) -> None:
    assert visitor.server.key
    for path in PAGES:
        answer = requests.get(visitor.server.root + path, headers={"Host": host}, timeout=10)
        assert answer.status_code == 400
        assert "wga_" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:5001", "127.0.0.1:1", "[::1]", "[::1]:5001"])
def test_the_usual_names_are_fine(visitor: Caller, host: str) -> None:
    assert requests.get(visitor.server.root, headers={"Host": host}, timeout=10).status_code == 200


def test_the_cookie_is_for_this_site_only(visitor: Caller) -> None:
    answer = requests.get(f"{visitor.server.root}/account/integrations", timeout=10)
    assert {"HttpOnly", "SameSite=Strict"} <= set(re.split("; ", answer.headers["Set-Cookie"]))


def test_what_the_framework_refuses_is_told_in_the_shape_of_the_place(visitor: Caller) -> None:
    page = requests.post(f"{visitor.server.root}/healthz", timeout=10)
    assert (page.status_code, page.headers["Content-Type"]) == (405, "text/html; charset=utf-8")
    api = visitor.call("PROPFIND", "/jobs")
    assert (api.status_code, api.json()["error"]["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({}, "Kind must be one of"),
        ({"kind": "latency", "amount": "soon"}, "Amount must be a number"),
        ({"kind": "latency", "count": "1.5"}, "Count must be a whole number"),
        ({"kind": "latency", "count": "nan"}, "Count must be a whole number"),
        ({"kind": "latency", "percent": "300"}, "Probability must be above 0"),
    ],
)
def test_the_faults_page_explains_what_it_cannot_do(visitor: Caller, form: dict[str, str], complaint: str) -> None:
    with requests.Session() as session:
        page = session.get(f"{visitor.server.root}/sandbox/faults", timeout=10).text
        token = re.findall(r'name="token" value="([^"]+)"', page)[0]
        answer = session.post(f"{visitor.server.root}/sandbox/faults", data={"token": token, **form}, timeout=10)
    assert answer.status_code == 422
    assert complaint in answer.text


def test_the_faults_page_switches_on_and_off(caller: Caller) -> None:
    root = caller.server.root
    with requests.Session() as session:
        page = session.get(f"{root}/sandbox/faults", timeout=10).text
        token = re.findall(r'name="token" value="([^"]+)"', page)[0]
        form = {"token": token, "kind": "server_error", "amount": "503", "method": "GET", "path": "/jobs", "count": "2"}
        page = session.post(f"{root}/sandbox/faults", data=form, timeout=10).text
        assert "2 more times" in page
        assert caller.get("/jobs").status_code == 503
        fault = re.findall(r'name="fault" value="(\d+)"', page)[0]
        page = session.post(f"{root}/sandbox/faults/off", data={"token": token, "fault": fault}, timeout=10).text
        assert "Everything works." in page
        session.post(f"{root}/sandbox/faults", data=form, timeout=10)
        session.post(f"{root}/sandbox/faults/off", data={"token": token}, timeout=10)
    assert caller.get("/jobs").status_code == 200

"""Requests that cannot be answered: the right status, one shape of error, never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.caller import Caller, Serve

JSON = {"Content-Type": "application/json"}


def error(answer: Any) -> tuple[int, str]:
    body = answer.json()["error"]
    assert set(body) == {"code", "message", "fields"}
    assert body["message"].endswith((".", ")"))
    return answer.status_code, body["code"]


@pytest.mark.parametrize("path", ["", "/", "/invoices", "/jobs/job_1/notes", "/jobs/job_1/", "/Jobs", "/jobs//"])
def test_an_address_that_leads_nowhere(visitor: Caller, path: str) -> None:
    assert error(visitor.get(path)) == (404, "not_found")


@pytest.mark.parametrize(
    "identifier", ["job_999", "cus_1", "1", "job_0", "job_01", "job_-1", "job_1%00", "%FF", "job_1e3"]
)
def test_a_record_that_does_not_exist(visitor: Caller, identifier: str) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        answer = visitor.call(method, f"/jobs/{identifier}", json={} if method == "PATCH" else None)
        assert error(answer) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/jobs", "GET, POST"),
        ("DELETE", "/jobs", "GET, POST"),
        ("POST", "/jobs/job_1", "GET, PATCH, DELETE"),
        ("PUT", "/jobs/job_1", "GET, PATCH, DELETE"),
        ("OPTIONS", "/jobs", "GET, POST"),
        ("TRACE", "/jobs", "GET, POST"),
        ("POST", "/employees", "GET"),
        ("DELETE", "/employees/emp_1", "GET, PATCH"),
        ("PUT", "/job-stages", "GET"),
    ],
)
def test_a_method_that_is_not_possible(visitor: Caller, method: str, path: str, allow: str) -> None:
    answer = visitor.call(method, path)
    assert error(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == allow


@pytest.mark.parametrize("path", ["/job-stages", "/job-types"])
def test_stages_and_types_are_only_read(visitor: Caller, path: str) -> None:
    first = visitor.get(path).json()["data"][0]
    for answer in (
        visitor.post(path, {"name": "New"}),
        visitor.patch(f"{path}/{first['id']}", {"name": "New"}),
        visitor.delete(f"{path}/{first['id']}"),
    ):
        assert error(answer) == (403, "read_only_resource")
    assert visitor.get(f"{path}/{first['id']}").json() == first


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{'name': 'x'}",
        b'{"name": "x", "name": "y"}',
        b'{"custom_fields": {"a": 1, "a": 2}}',
        b'{"custom_fields": {"a": NaN}}',
        b'{"custom_fields": {"a": -Infinity}}',
        b'{"name": "\xff"}',
        b'\xef\xbb\xbf{"name": "x"}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_a_body_that_is_no_json_object(visitor: Caller, body: bytes) -> None:
    assert error(visitor.call("POST", "/jobs", data=body, headers=JSON)) == (400, "malformed_json")
    assert error(visitor.call("PATCH", "/jobs/job_1", data=body, headers=JSON)) == (400, "malformed_json")


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"]
)
def test_a_body_that_does_not_say_it_is_json(visitor: Caller, media: str) -> None:
    answer = visitor.call("POST", "/jobs", data=b'{"name": "x"}', headers={"Content-Type": media})
    assert error(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "media", ["application/json; charset=utf-8", "application/vnd.workglue+json", "Application/JSON"]
)
def test_json_by_other_names_is_fine(caller: Caller, media: str) -> None:
    answer = caller.call("POST", "/jobs", data=json.dumps({"name": "x"}), headers={"Content-Type": media})
    assert answer.status_code == 201


def test_a_body_that_is_too_large(caller: Caller) -> None:
    answer = caller.call("POST", "/jobs", data=b" " * 1_000_001, headers=JSON)
    assert answer.status_code == 413
    assert "too large" in answer.json()["error"]["message"]


def test_an_accident_is_told_without_its_details(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = serve()

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("sandbox.web.api.read_page", fail)
    answer = caller.get("/jobs")
    assert error(answer) == (500, "server_error")
    assert "secret" not in answer.text
    monkeypatch.undo()
    assert caller.get("/jobs").status_code == 200

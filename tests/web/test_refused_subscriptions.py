"""What cannot be subscribed to is refused, with the key that is wrong and what to do about it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from hub.services import Services
from tests.web.program import Program, make_token

URL = "https://zap.example.com/in?k=1"


@pytest.fixture
def program(app: Flask, services: Services) -> Program:
    """A program that may subscribe."""
    return Program(app, make_token(services))


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({}, "url", "`url` is missing"),
        ({"url": 5}, "url", "must be a text"),
        ({"url": URL}, "events", "`events` is missing"),
        ({"url": URL, "events": []}, "events", "`events` is missing"),
        ({"url": URL, "events": ["job.created"]}, "events", "cannot hold 'job.created'"),
        ({"url": URL, "events": [1]}, "events", "list of at most 50 texts"),
        ({"url": URL, "events": ["jobs.created"] * 51}, "events", "list of at most 50 texts"),
        ({"url": URL, "events": "jobs.created", "eventz": 1}, "eventz", "no key 'eventz'"),
        ({"url": URL, "events": "jobs.created", "fields": ["a b"]}, "fields", "'a b' is no field"),
        ({"url": URL, "events": "jobs.created", "where": "a\nb"}, "where", "one line"),
        ({"url": URL, "events": "jobs.created", "where": "x" * 2001}, "where", "at most 2000"),
        ({"url": URL, "events": "jobs.created", "secret": "hush"}, "secret", "must be whsec_"),
        ({"url": URL, "events": "jobs.created", "secret": "whsec_c2hvcnQ="}, "secret", "must be whsec_"),
        ({"url": "http://example.com", "events": "jobs.created"}, "url", "must start with https://"),
        ({"url": "https://10.0.0.1/x", "events": "jobs.created"}, "url", "private address"),
        ({"url": "https://[::1]/x", "events": "jobs.created"}, "url", "private address"),
        ({"url": "ftp://example.com", "events": "jobs.created"}, "url", "no web address"),
        ({"url": "https://user:pw@example.com", "events": "jobs.created"}, "url", "no web address"),
        ({"url": "https://example.com/#x", "events": "jobs.created"}, "url", "no web address"),
        ({"url": "https://example.com/{{ secrets.CRM }}", "events": "jobs.created"}, "url", "no web address"),
        ({"url": "https://example.com/\u00fc", "events": "jobs.created"}, "url", "no web address"),
        ({"url": "https://example.com:99999", "events": "jobs.created"}, "url", "no web address"),
        ({"url": "https://" + "x" * 2000, "events": "jobs.created"}, "url", "at most 2000"),
    ],
)
def test_what_cannot_be_subscribed_to_is_refused_with_the_key(
    program: Program, body: dict[str, Any], field: str, says: str
) -> None:
    answer = program.call("POST", "/hooks", body)
    assert answer.status_code == 422, answer.text
    assert answer.json["error"]["field"] == field
    assert says in answer.json["error"]["message"]
    assert program.call("GET", "/hooks").json == {"hooks": []}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"where": "record.stge == 'x'"}, "Did you mean"),
        ({"where": "record.name ==="}, ""),
        ({"where": "{{ record.name }}"}, "Write it without braces"),
        ({"where": "secrets.CRM == 'x'"}, ""),
    ],
)
def test_a_condition_that_cannot_work_is_refused_with_the_reason(
    program: Program, more: dict[str, Any], says: str
) -> None:
    answer = program.call("POST", "/hooks", {"url": URL, "events": ["jobs.created"], **more})
    assert answer.status_code == 422
    problem = answer.json["error"]["problems"][0]
    assert problem["message"] in answer.json["error"]["message"]
    assert says in problem["hint"]


def test_a_field_that_is_not_there_is_refused(program: Program) -> None:
    answer = program.call("POST", "/hooks", {"url": URL, "events": ["jobs.created"], "fields": ["stage", "po_nubmer"]})
    assert answer.status_code == 422
    assert answer.json["error"]["message"] == "The jobs have no field `po_nubmer`."
    assert answer.json["error"]["hint"] == "Did you mean `po_number`?"
    both = {"url": URL, "events": ["jobs.created", "contacts.created"], "fields": ["name"]}
    assert "The contacts have no field `name`." in program.call("POST", "/hooks", both).text


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"url": 1, "url": 2}', "application/json", 400),
        (b"[]", "application/json", 422),
        (b"\xff", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b"url=x", "application/x-www-form-urlencoded", 415),
        (b"x" * 70_000, "application/json", 413),
    ],
)
def test_a_body_that_is_no_object_is_refused(program: Program, raw: bytes, kind: str, status: int) -> None:
    answer = program.call("POST", "/hooks", data=raw, content_type=kind)
    assert answer.status_code == status
    assert answer.json["error"]["message"]

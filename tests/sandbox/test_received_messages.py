"""The stand-in for a team chat takes what is sent and shows it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.caller import Caller


def send(caller: Caller, room: str = "", **options: Any) -> int:
    answer = caller.session.post(f"{caller.server.root}/sandbox/messages{room}", timeout=10, **options)
    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    number: int = answer.json()["id"]
    return number


def received(caller: Caller, **parameters: Any) -> list[dict[str, Any]]:
    answer = caller.session.get(f"{caller.server.root}/sandbox/messages", params=parameters, timeout=10)
    messages: list[dict[str, Any]] = answer.json()["data"]
    return messages


@pytest.mark.parametrize(
    ("options", "title", "text"),
    [
        ({"json": {"text": "Job won"}}, "", "Job won"),
        ({"json": {"title": "Won", "message": "Fence"}}, "Won", "Fence"),
        ({"json": {"subject": "Won", "body": "Fence", "type": "info"}}, "Won", "Fence"),
        ({"json": {"a": 1}}, "", '{\n  "a": 1\n}'),
        ({"json": ["x"]}, "", '[\n  "x"\n]'),
        ({"json": "plain"}, "", "plain"),
        ({"data": {"text": "From a form"}}, "", "From a form"),
        ({"data": b"just text"}, "", "just text"),
        ({"data": b"\xff\x00{"}, "", "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}{"),
        ({"data": b'{"text": "\\ud800"}'}, "", "?"),
        ({"data": b""}, "", ""),
    ],
)
def test_any_kind_of_body_is_taken(caller: Caller, options: dict[str, Any], title: str, text: str) -> None:
    number = send(caller, **options)
    (message,) = received(caller)
    assert (message["id"], message["title"], message["text"]) == (number, title, text)


def test_rooms_and_places(caller: Caller) -> None:
    first = send(caller, room="/production/crew", json={"text": "one"})
    send(caller, json={"text": "two"})
    assert [message["room"] for message in received(caller)] == ["production/crew", ""]
    assert [message["text"] for message in received(caller, since=first)] == ["two"]


def test_the_page_shows_them_newest_first_and_harmless(caller: Caller) -> None:
    page = f"{caller.server.root}/sandbox/chat"
    assert "No message has arrived yet" in caller.session.get(page, timeout=10).text
    send(caller, json={"text": "<script>alert(1)</script>"})
    send(caller, json={"title": "Second", "text": "newer"})
    shown = caller.session.get(page, timeout=10).text
    assert "<script>alert" not in shown
    assert shown.index("newer") < shown.index("&lt;script&gt;")

"""The page Connections: how the key stands, a new one, and secrets that can be set and never read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from hub.services import Services
from hub.web import create_app
from sandbox.account.keys import ACCOUNT, USER, create_key, end_key
from sandbox.account.sealing import Seal
from sandbox.server import Server
from tests.web import scenes
from tests.web.conftest import NOON, make_user
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]
CANARY_KEY = "wga_canary-of-a-key-that-nobody-may-see-0042"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The Public API."""
    with Server(tmp_path_factory.mktemp("sandbox") / "s.db", jobs=0, today=date(2026, 3, 31), rate_per_minute=0) as it:
        yield it


@pytest.fixture
def services(make_services: Callable[..., Services], sandbox: Server) -> Services:
    """Services that reach the sandbox; the environment gives them a key that does not work there."""
    made = make_services(WORKGLUE_API_URL=sandbox.url)
    made.publish_recipes()
    assert made.api
    return made


def enter(visitor: Visitor, key: str, **more: str) -> str:
    answer = visitor.send("/connections/key", {"key": key, **more}, page="/connections")
    assert answer.status_code == 303
    return visitor.words("/connections")


def test_a_key_is_tried_and_put_in_force_and_what_waited_goes_on(
    visit: Enter, services: Services, sandbox: Server
) -> None:
    parked = scenes.park(services)
    services.live_key.refused(1)
    visitor = visit("admin")
    text = visitor.words("/connections")
    assert "Refused" in text
    assert "Waits for it 1 run" in text
    assert "Workglue refuses the API key. Enter the key" in visitor.words("/")
    text = enter(visitor, f"  {sandbox.key} ")
    assert "The key works. It is in force now" in text
    assert f"Ends in …{sandbox.key[-4:]} Comes from entered by admin@example.com" in text
    assert "Waits for it nothing" in text
    assert "refuses the API key" not in visitor.words("/")
    found = services.views.run(parked)
    assert found is not None and found.run.status == "queued"
    assert services.api.catalogue().names["job_stages"], "this process uses it at once"
    row = services.keys.row()
    assert row is not None and (row.version, row.state) == (2, "ok")
    newest = services.views.audit_log().items[0]
    assert (newest.who, newest.what) == ("admin@example.com", "key.set")
    assert sandbox.key not in repr(services.views.audit_log().items) + visitor.read("/connections")


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "No key was entered"),
        ("two words", "This is not a key"),
        ("ключ", "This is not a key"),
        ("x" * 501, "This is not a key"),
        (CANARY_KEY, "Workglue does not accept this key: This API key is not known."),
    ],
)
def test_a_key_that_does_not_work_is_not_kept(visit: Enter, services: Services, key: str, says: str) -> None:
    before = services.keys.row()
    text = enter(visit("admin"), key, untested="1")
    assert says in text
    assert services.keys.row() == before
    assert CANARY_KEY not in text


def test_reset_and_personal_keys_are_told_apart(visit: Enter, services: Services, sandbox: Server) -> None:
    old = sandbox.key
    with sandbox.database.writing() as connection:
        end_key(connection, now=NOON, by="reset")
        seal = Seal(sandbox.database.path)
        create_key(connection, seal, now=NOON, kind=ACCOUNT)
        personal = create_key(connection, seal, now=NOON, kind=USER, employee=1)
    visitor = visit("admin")
    assert "This API key was reset at" in enter(visitor, old)
    assert "This is the wrong kind of key. This is a User Personal API Key." in enter(visitor, personal)


def test_while_workglue_is_away_a_key_is_kept_only_on_demand(make_services: Callable[..., Services]) -> None:
    services = make_services(WORKGLUE_API_URL="http://127.0.0.1:9/api/v1")
    make_user(services, "admin@example.com", "admin")
    visitor = Visitor(create_app(services).test_client())
    visitor.log_in("admin@example.com")
    assert "could not be tried" in enter(visitor, CANARY_KEY)
    assert services.keys.row() is None
    assert "It is in force now" in enter(visitor, CANARY_KEY, untested="1")
    row = services.keys.row()
    assert row is not None and row.tail == "0042"
    files = [each for each in Path(services.settings.home).iterdir() if each.is_file()]
    assert not any(CANARY_KEY.encode() in each.read_bytes() for each in files)


def test_a_key_may_be_forgotten_and_the_environments_counts_again(
    visit: Enter, services: Services, sandbox: Server
) -> None:
    visitor = visit("admin")
    enter(visitor, sandbox.key)
    assert visitor.send("/connections/key/forget", page="/connections").status_code == 303
    text = visitor.words("/connections")
    assert "Comes from WORKGLUE_API_KEY" in text
    visitor.send("/connections/key/forget", page="/connections")
    assert "This key comes from WORKGLUE_API_KEY." in visitor.words("/connections")


@pytest.mark.parametrize("role", ["viewer", "operator", "editor"])
def test_others_see_how_it_stands_and_change_nothing(visit: Enter, services: Services, role: str) -> None:
    visitor = visit(role)
    page = visitor.read("/connections")
    assert "In force" in page
    assert "TEAM_CHAT_URL" not in page
    before = services.views.audit_log().items
    for deed in ("key", "key/forget", "secrets", "secrets/delete", "secrets/end"):
        answer = visitor.send(f"/connections/{deed}", {"name": "A", "value": "b", "key": "c"})
        assert answer.status_code == 403, deed
    assert services.views.audit_log().items == before


def test_forms_need_their_token(visit: Enter, services: Services) -> None:
    visitor = visit("admin")
    before = services.views.audit_log().items
    for deed in ("key", "key/forget", "secrets", "secrets/delete", "secrets/end"):
        assert visitor.client.post(f"/connections/{deed}", data={"name": "A", "value": "b"}).status_code == 400
    assert services.views.audit_log().items == before


def test_secrets_are_set_replaced_and_deleted_without_being_shown(visit: Enter, services: Services) -> None:
    visitor = visit("admin")
    fields = {"name": "CHAT", "value": "canary-one-1234"}
    visitor.send("/connections/secrets", fields, page="/connections")
    assert services.secrets()["CHAT"] == "canary-one-1234"
    fields = {"name": "CHAT", "value": "canary-two-1234", "keep": "24h"}
    visitor.send("/connections/secrets", fields, page="/connections")
    assert services.secrets()["CHAT"] == "canary-two-1234"
    assert services.secrets()["CHAT (previous)"] == "canary-one-1234"
    assert "CHAT (previous)" not in (services.secret_names() or ())
    text = visitor.words("/connections")
    assert "CHAT changed Today 12:00 by admin@example.com No recipe that is on uses it." in text
    assert "believed until Tomorrow 12:00 . None has come since the change." in text
    assert "TEAM_CHAT_URL given by HUB_SECRET_TEAM_CHAT_URL Used by" in text
    assert "canary" not in visitor.read("/connections")
    visitor.send("/connections/secrets/end", {"name": "CHAT"}, page="/connections")
    assert "CHAT (previous)" not in services.secrets()
    visitor.send("/connections/secrets/delete", {"name": "CHAT"}, page="/connections")
    assert "CHAT" not in services.secrets()
    whats = [each.what for each in services.views.audit_log().items]
    assert whats[:4] == ["secret.drop", "secret.drop_previous", "secret.put", "secret.put"]
    assert "canary" not in repr(services.views.audit_log().items)


@pytest.mark.parametrize(
    ("name", "value"), [("two words", "x"), ("", "x"), ("1A", "x"), ("A", ""), ("A", "  "), ("A", "x" * 10_001)]
)
def test_what_is_no_secret_is_refused(visit: Enter, services: Services, name: str, value: str) -> None:
    visitor = visit("admin")
    visitor.send("/connections/secrets", {"name": name, "value": value}, page="/connections")
    assert services.ledger.secret_names() == []
    assert "letters, digits" in (text := visitor.words("/connections")) or "was not saved" in text


def test_calls_of_the_last_minute_are_counted(services: Services) -> None:
    services.ledger.count_calls("workglue", version=1, calls=7, now=NOON + 5)
    services.ledger.count_calls("workglue", version=1, calls=5, now=NOON + 59)
    row = services.keys.row()
    assert row is not None
    assert [row.calls_in_last_minute(NOON + at) for at in (59, 60, 119, 120)] == [0, 12, 12, 0]
    services.ledger.count_calls("workglue", version=1, calls=3, now=NOON + 61)
    row = services.keys.row()
    assert row is not None
    assert [row.calls_in_last_minute(NOON + at) for at in (61, 120, 180)] == [12, 3, 0]
    assert replace(row, used_minute=0).calls_in_last_minute(NOON) == 0


def test_a_hub_without_any_key_says_so(make_services: Callable[..., Services]) -> None:
    services = make_services(WORKGLUE_API_KEY="")
    make_user(services, "ana@example.com", "viewer")
    app: Flask = create_app(services)
    visitor = Visitor(app.test_client())
    visitor.log_in("ana@example.com")
    assert "There is no key yet" in visitor.words("/connections")
    assert "There is no Workglue API key" in visitor.words("/")

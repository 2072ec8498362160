"""The page about programs: how subscriptions are going, who may pause and end them, and tokens for admins."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from hub.services import Services
from hub.store.subscribers import SubscriptionState
from tests.web.program import Program, happen, make_token
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]
URL = "https://zap.example.com/in/canary?k=1"
PAGE = "/subscriptions"


@pytest.fixture
def hook(app: Flask, services: Services) -> str:
    """The id of a subscription."""
    return str(Program(app, make_token(services)).subscribe(URL, "jobs.created", where="record.name != 'x'")["id"])


def state(services: Services, hook: str) -> SubscriptionState:
    line = services.views.subscription(hook)
    assert line is not None
    return line.subscription.state


def test_the_page_says_what_is_told_to_whom_and_not_the_way_in(visit: Enter, services: Services, hook: str) -> None:
    happen(services, "jobs.created", {"id": "j", "name": "a"})
    text = visit("viewer").words(PAGE)
    assert "Zap: https://zap.example.com/…" in text
    assert "jobs.created , if record.name != 'x'" in text
    assert "1 on their way" in text
    assert "canary" not in text
    assert not any(word in text for word in ("Pause", "End it", "Tokens"))


def test_without_subscriptions_it_says_how_to_make_one(visit: Enter) -> None:
    assert "POST http://localhost/api/v1/hooks" in visit().words(PAGE)


def test_an_operator_may_pause_and_resume(visit: Enter, services: Services, hook: str) -> None:
    visitor = visit("operator")
    answer = visitor.send(f"{PAGE}/{hook}/move", {"state": "paused"}, page=PAGE, follow_redirects=True)
    assert "It is paused." in answer.text
    assert "Paused by operator@example.com." in visitor.words(PAGE)
    assert state(services, hook) is SubscriptionState.PAUSED
    visitor.send(f"{PAGE}/{hook}/move", {"state": "active"}, page=PAGE)
    assert state(services, hook) is SubscriptionState.ACTIVE
    assert visitor.send(f"{PAGE}/{hook}/move", {"state": "deleted"}, page=PAGE).status_code == 403
    assert state(services, hook) is SubscriptionState.ACTIVE
    row = services.views.audit_log().items[0]
    assert (row.who, row.what, row.where) == ("operator@example.com", "subscription.change", "127.0.0.1")
    assert row.after == {"subscription": hook, "state": "active"}


def test_an_admin_may_end_it(visit: Enter, services: Services, hook: str) -> None:
    visitor = visit("admin")
    visitor.send(f"{PAGE}/{hook}/move", {"state": "deleted"}, page=PAGE)
    assert state(services, hook) is SubscriptionState.DELETED
    assert "zap.example.com" not in visitor.words(PAGE)
    answer = visitor.send(f"{PAGE}/{hook}/move", {"state": "active"}, page=PAGE, follow_redirects=True)
    assert "has changed meanwhile" in answer.text
    assert state(services, hook) is SubscriptionState.DELETED


@pytest.mark.parametrize("wanted", ["ended", "", "nonsense"])
def test_other_states_are_refused(visit: Enter, services: Services, hook: str, wanted: str) -> None:
    assert visit("admin").send(f"{PAGE}/{hook}/move", {"state": wanted}, page=PAGE).status_code == 400
    assert visit("admin").send(f"{PAGE}/hook-1/move", {"state": "paused"}, page=PAGE).status_code == 404


def test_a_viewer_may_do_nothing(visit: Enter, services: Services, hook: str) -> None:
    visitor = visit("viewer")
    token = services.views.tokens()[0].id
    for address in (f"{PAGE}/{hook}/move", "/tokens/create", f"/tokens/{token}/revoke"):
        assert visitor.send(address, {"state": "paused", "name": "x", "scope": "admin"}).status_code == 403
    assert state(services, hook) is SubscriptionState.ACTIVE
    assert len(services.views.tokens()) == 1


def test_a_form_without_its_token_is_refused(visit: Enter, services: Services, hook: str) -> None:
    assert visit("admin").client.post(f"{PAGE}/{hook}/move", data={"state": "deleted"}).status_code == 400
    assert state(services, hook) is SubscriptionState.ACTIVE


def test_its_recipe_is_no_recipe_to_look_at_or_switch(visit: Enter, services: Services, hook: str) -> None:
    visitor = visit("admin")
    assert visitor.client.get(f"/recipes/{hook}").location == f"{PAGE}#{hook}"
    assert hook not in visitor.read("/recipes")
    assert visitor.send(f"/recipes/{hook}/switch", {"on": "0"}).status_code == 404
    (run,) = happen(services, "jobs.created", {"id": "j", "name": "a"})
    assert "jobs.created for Zap" in visitor.words(f"/runs/{run}")
    assert hook in visitor.read(f"/runs?recipe={hook}")


def test_an_admin_makes_a_token_that_is_shown_once(visit: Enter, app: Flask, services: Services) -> None:
    visitor = visit("admin")
    answer = visitor.send("/tokens/create", {"name": " Zapier  office ", "scope": ["hooks", "read", "odd"]}, page=PAGE)
    found = re.search(r"hub_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", answer.text)
    assert found
    assert answer.headers["Cache-Control"] == "no-store"
    assert Program(app, found[0]).call("GET", "/me").json["scopes"] == ["read", "hooks"]
    page = visitor.read(PAGE)
    assert found[0] not in page
    assert "Zapier office" in page
    token = services.views.tokens()[0]
    assert token.created_by == "admin@example.com"
    assert "Revoked" in visitor.send(f"/tokens/{token.id}/revoke", page=PAGE, follow_redirects=True).text
    assert Program(app, found[0]).call("GET", "/me").status_code == 401
    assert visitor.send(f"/tokens/{token.id}/revoke", page=PAGE).status_code == 404


@pytest.mark.parametrize(
    "fields", [{"name": "", "scope": "hooks"}, {"name": "x"}, {"name": "x" * 101, "scope": "read"}]
)
def test_a_token_needs_a_name_and_something_to_do(visit: Enter, services: Services, fields: dict[str, str]) -> None:
    answer = visit("admin").send("/tokens/create", fields, page=PAGE, follow_redirects=True)
    assert "A token needs a name" in answer.text
    assert services.views.tokens() == []

"""Who may do what: a viewer looks, an operator acts; editor and admin may do that, too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.model import RunStatus
from hub.services import Services
from tests.web import scenes
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]
ACTING = ["operator", "editor", "admin"]
BUTTONS = ("Run again", "Cancel", "Do it again", "Count as done", "Skip it", "Try again now")


@pytest.mark.parametrize("role", ["viewer", *ACTING])
def test_everybody_with_a_login_may_look(visit: Enter, services: Services, role: str) -> None:
    run = scenes.fail(services)
    visitor = visit(role)
    for page in ("/", "/recipes", "/recipes/website-lead", "/runs", f"/runs/{run}", "/inbox"):
        visitor.read(page)


@pytest.mark.parametrize("role", ["viewer", "nonsense", ""])
def test_others_may_do_nothing(visit: Enter, services: Services, role: str) -> None:
    held, parked, failed = scenes.hold(services), scenes.park(services), scenes.fail(services)
    visitor = visit(role)
    deeds = [
        ("/recipes/website-lead/switch", {"on": "0"}),
        (f"/runs/{failed}/replay", {"number": "1"}),
        (f"/runs/{held}/cancel", {}),
        (f"/runs/{held}/decide", {"decision": "skip"}),
        (f"/runs/{parked}/release", {}),
    ]
    before = services.views.audit_log().items
    for address, fields in deeds:
        answer = visitor.send(address, fields)
        assert answer.status_code == 403
        assert "not allowed" in answer.text
    assert services.views.audit_log().items == before
    assert services.views.counts()[RunStatus.HELD] == 1
    assert services.views.counts()[RunStatus.PARKED] == 1


def test_a_viewer_sees_no_buttons(visit: Enter, services: Services) -> None:
    visitor = visit("viewer")
    for run in (scenes.hold(services), scenes.park(services), scenes.fail(services)):
        text = visitor.words(f"/runs/{run}")
        assert not any(button in text for button in BUTTONS)
    assert 'role="switch"' not in visitor.read("/recipes")


@pytest.mark.parametrize("role", ACTING)
def test_the_others_may_act(visit: Enter, services: Services, role: str) -> None:
    visitor = visit(role)
    assert visitor.send("/recipes/website-lead/switch", {"on": "0"}).status_code == 303
    assert visitor.send(f"/runs/{scenes_run(services)}/cancel").status_code == 303
    assert 'role="switch"' in visitor.read("/recipes")


def scenes_run(services: Services) -> str:
    services.ledger.switch("website-lead", on=True, by="the test", now=services.clock())
    services.shelf._looked_at = float("-inf")
    return scenes.hold(services)

"""The office's switch: it counts at once, says what follows, and leaves an audit row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hub.services import Services
from tests.web.scenes import send_lead
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


def test_off_means_that_nothing_starts(visit: Enter, app: Flask, services: Services) -> None:
    answer = visit().send("/recipes/website-lead/switch", {"on": "0"}, follow_redirects=True)
    assert "“Website lead” is off." in answer.text
    services.shelf._looked_at = float("-inf")  # it looks twice a second
    assert send_lead(app).status_code == 404


def test_on_again(visit: Enter, services: Services) -> None:
    visitor = visit()
    for on in ("0", "1"):
        answer = visitor.send("/recipes/website-lead/switch", {"on": on, "back": "recipe"})
        assert answer.location == "/recipes/website-lead"
    assert services.views.recipe("website-lead").line.enabled  # type: ignore[union-attr]
    assert "Switched on by operator@example.com, just now ." in visitor.words("/recipes/website-lead")


def test_who_did_it_is_kept(visit: Enter, services: Services) -> None:
    visit().send("/recipes/website-lead/switch", {"on": "0"})
    row = services.views.audit_log().items[0]
    assert (row.who, row.what, row.where) == ("operator@example.com", "recipe.switch", "127.0.0.1")
    assert row.before == {"recipe": "website-lead", "on": True}
    assert row.after == {"recipe": "website-lead", "on": False}
    assert services.views.find_audit_break() is None


@pytest.mark.parametrize("on", ["", "2", "true", "on"])
def test_an_odd_wish_changes_nothing(visit: Enter, services: Services, on: str) -> None:
    assert visit().send("/recipes/website-lead/switch", {"on": on}).status_code == 400
    assert services.views.recipe("website-lead").line.enabled  # type: ignore[union-attr]


def test_an_unknown_recipe_is_a_404(visit: Enter) -> None:
    assert visit().send("/recipes/none/switch", {"on": "0"}).status_code == 404


def test_a_broken_recipe_has_no_switch(visit: Enter) -> None:
    html = visit().read("/recipes/broken")
    assert 'role="switch"' not in html

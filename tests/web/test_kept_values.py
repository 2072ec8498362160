"""A recipe's page shows what it keeps between runs; an operator may delete an entry, and that is audited."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.services import Services
from hub.stored import Cell, Held
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]
PAGE = "/recipes/website-lead"
COUNT = Cell("website-lead", "value", "count <b>")


def keep(services: Services, cell: Cell, value: object, until: float | None = None) -> None:
    services.ledger.put_held(cell, Held(value, until), now=services.clock(), by="ana")


def test_a_page_shows_values_digests_and_turns(visit: Enter, services: Services) -> None:
    keep(services, COUNT, {"n": "<script>"})
    keep(services, Cell("website-lead", "digest", "quiet"), [["", "one"], ["k", {"id": 2}]])
    keep(services, Cell("website-lead", "turns", "leads"), {"ana": 1, "sam": 2})
    keep(services, Cell("other", "value", "not mine"), 1)
    keep(services, Cell("", "value", "of all"), 1)
    keep(services, Cell("website-lead", "value", "gone"), 1, until=services.clock() - 1)
    words = visit().words(PAGE)
    assert 'count <b> Value {"n": "<script>"}' in words
    assert 'quiet Digest 2 items: ["one", {"id": 2}]' in words
    assert "leads Turns Last turns, newest first: sam, ana" in words
    assert "Changed by ana just now" in words
    assert not any(name in words for name in ("not mine", "of all", "gone"))
    html = visit().read(PAGE)
    assert "count &lt;b&gt;" in html
    assert "<script>" not in html.replace("<script src", "")


def test_without_anything_kept_there_is_no_section(visit: Enter) -> None:
    assert "What it keeps between runs" not in visit().words(PAGE)


def test_deleting_is_a_deed_with_a_row_in_the_trail(visit: Enter, services: Services) -> None:
    keep(services, COUNT, 1)
    fields = {"kind": "value", "name": COUNT.name, "shared": "0"}
    answer = visit().send("/recipes/website-lead/forget", fields)
    assert answer.location == "/recipes/website-lead#kept"
    assert services.ledger.held(COUNT, now=services.clock()) is None
    row = services.views.audit_log().items[0]
    assert (row.who, row.what) == ("operator@example.com", "stored.delete")
    assert row.after == {"recipe": "website-lead", "kind": "value", "name": COUNT.name}
    again = visit().send("/recipes/website-lead/forget", fields, follow_redirects=True)
    assert "was gone already" in again.text


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "secret", "name": "x", "shared": "0"},
        {"kind": "value", "name": "x", "shared": "yes"},
        {"kind": "value", "name": "x"},
    ],
)
def test_an_odd_wish_is_refused(visit: Enter, fields: dict[str, str]) -> None:
    assert visit().send("/recipes/website-lead/forget", fields).status_code == 400
    assert visit().send("/recipes/none/forget", {**fields, "kind": "value", "shared": "0"}).status_code == 400


def test_a_viewer_sees_and_cannot_delete(visit: Enter, services: Services) -> None:
    keep(services, COUNT, 1)
    viewer = visit("viewer")
    assert "What it keeps between runs" in viewer.words(PAGE)
    assert "Yes, delete" not in viewer.read(PAGE)
    assert (
        viewer.send("/recipes/website-lead/forget", {"kind": "value", "name": COUNT.name, "shared": "0"}).status_code
        == 403
    )
    assert services.ledger.held(COUNT, now=services.clock()) == Held(1)

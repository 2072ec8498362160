"""Run again: a new run of the same event, once for each wish."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from hub.model import RunStatus
from hub.services import Services
from tests.web import scenes
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


def number_on(visitor: Visitor, run: str) -> str:
    found = re.search(r'name="number" value="(\d+)"', visitor.read(f"/runs/{run}"))
    assert found
    return found[1]


def test_a_new_run_of_the_same_event_is_made(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit()
    answer = visitor.send(f"/runs/{run}/replay", {"number": number_on(visitor, run)})
    new = answer.location.rsplit("/", 1)[1]
    before, after = services.views.run(run), services.views.run(new)
    assert before is not None
    assert after is not None
    assert after.run.status is RunStatus.QUEUED
    assert (after.run.replay_of, after.run.replay_no) == (run, 1)
    assert after.run.root_id == new
    assert after.event == before.event
    assert after.run.recipe_version == services.views.recipe("website-lead").line.version  # type: ignore[union-attr]
    assert before.run.status is RunStatus.FAILED
    assert services.bell.rings == 1  # type: ignore[attr-defined]


def test_who_did_it_is_kept(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit()
    new = visitor.send(f"/runs/{run}/replay", {"number": "1"}).location.rsplit("/", 1)[1]
    row = services.views.audit_log().items[0]
    assert (row.who, row.what, row.after) == ("operator@example.com", "run.replay", {"run": run, "new_run": new})


def test_a_double_click_is_one_wish(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit()
    number = number_on(visitor, run)
    first = visitor.send(f"/runs/{run}/replay", {"number": number})
    second = visitor.send(f"/runs/{run}/replay", {"number": number})
    assert second.location == first.location
    assert len(services.views.runs().items) == 2


def test_two_people_at_the_same_moment_are_one_wish(
    visit: Enter, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, visitor = scenes.fail(services), visit()
    first = services.resuming.replay(run)
    monkeypatch.setattr(services.views, "next_replay_no", lambda *_: 1)  # as both have read it
    answer = visitor.send(f"/runs/{run}/replay", {"number": "1"})
    assert answer.location == f"/runs/{first}"
    assert len(services.views.runs().items) == 2
    assert [row.what for row in services.views.audit_log().items].count("run.replay") == 1


def test_it_can_be_done_again_and_again(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit()
    for _ in range(3):
        visitor.send(f"/runs/{run}/replay", {"number": number_on(visitor, run)})
    assert sorted(each.replay_no for each in services.views.runs().items) == [0, 1, 2, 3]
    text = visitor.words(f"/runs/{run}")
    assert "Other runs for the same event" in text


def test_the_page_says_that_messages_go_out_again(visit: Enter, services: Services) -> None:
    assert "messages are sent again" in visit().words(f"/runs/{scenes.succeed(services)}")


def test_a_recipe_that_cannot_run_is_not_run_again(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit()
    services.ledger.publish([], now=services.clock())
    answer = visitor.send(f"/runs/{run}/replay", {"number": "1"})
    assert answer.status_code == 409
    assert "no version that can run" in answer.text
    assert len(services.views.runs().items) == 1


def test_an_unknown_run_is_a_404(visit: Enter) -> None:
    assert visit().send("/runs/run_none/replay", {"number": "1"}).status_code == 404

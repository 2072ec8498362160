"""Held, parked and unfinished runs: what a person decides happens once, and is audited."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.model import RunStatus, StepStatus
from hub.ports import RunChange
from hub.services import Services
from tests.web import scenes
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


def status(services: Services, run: str) -> RunStatus:
    page = services.views.run(run)
    assert page is not None
    return page.run.status


@pytest.mark.parametrize("decision", ["repeat", "done", "skip"])
def test_a_decision_lets_a_held_run_go_on(visit: Enter, services: Services, decision: str) -> None:
    run = scenes.hold(services)
    answer = visit().send(f"/runs/{run}/decide", {"decision": decision}, follow_redirects=True)
    assert answer.status_code == 200
    page = services.views.run(run)
    assert page is not None
    assert page.run.status is RunStatus.QUEUED
    assert page.run.due_at == services.clock()
    assert page.run.variables == {"decision": decision}
    assert services.bell.rings == 1  # type: ignore[attr-defined]
    row = services.views.audit_log().items[0]
    assert (row.who, row.what) == ("operator@example.com", "run.decide")
    assert (row.before, row.after) == ({"status": "held"}, {"run": run, "decision": decision})


def test_a_decision_counts_once(visit: Enter, services: Services) -> None:
    run, visitor = scenes.hold(services), visit()
    visitor.send(f"/runs/{run}/decide", {"decision": "skip"})
    answer = visitor.send(f"/runs/{run}/decide", {"decision": "repeat"}, follow_redirects=True)
    assert "does not wait for this decision any more" in answer.text
    assert services.views.run(run).run.variables == {"decision": "skip"}  # type: ignore[union-attr]


@pytest.mark.parametrize("decision", ["repeat", "done", "skip"])
def test_a_step_that_failed_for_sure_can_be_tried_again_counted_as_done_or_skipped(
    visit: Enter, services: Services, decision: str
) -> None:
    run, at = scenes.add_run(services), services.clock()
    step = scenes.add_step(
        run, "job", "jobs.create", at, StepStatus.ERROR, error=scenes.NO_SUCH_STAGE, finished_at=None
    )
    scenes.work(
        services, run, RunChange(RunStatus.HELD, reason="A person must decide.", error=scenes.NO_SUCH_STAGE), [step]
    )
    visitor = visit()
    text = visitor.words(f"/runs/{run}")
    for words in ("Try again", "Count as done", "You have done it by hand.", "Skip it"):
        assert words in text
    assert "Do it again" not in text  # nobody doubts that it did not happen
    visitor.send(f"/runs/{run}/decide", {"decision": decision})
    assert status(services, run) is RunStatus.QUEUED
    assert services.views.run(run).run.variables == {"decision": decision}  # type: ignore[union-attr]


def test_a_run_that_is_held_on_purpose_is_done_or_skipped(visit: Enter, services: Services) -> None:
    run, at = scenes.add_run(services), services.clock()
    step = scenes.add_step(run, "call", "hold", at, StepStatus.WAITING, finished_at=None)
    scenes.work(services, run, RunChange(RunStatus.HELD, reason="Call Miller first."), [step])
    visitor = visit()
    text = visitor.words(f"/runs/{run}")
    assert "Call Miller first." in text
    assert "You have done what the message says." in text
    assert "Try again" not in text
    visitor.send(f"/runs/{run}/decide", {"decision": "repeat"})
    assert status(services, run) is RunStatus.HELD
    visitor.send(f"/runs/{run}/decide", {"decision": "done"})
    assert status(services, run) is RunStatus.QUEUED


@pytest.mark.parametrize("decision", ["", "maybe", "REPEAT"])
def test_an_odd_decision_changes_nothing(visit: Enter, services: Services, decision: str) -> None:
    run = scenes.hold(services)
    assert visit().send(f"/runs/{run}/decide", {"decision": decision}).status_code == 400
    assert status(services, run) is RunStatus.HELD


def test_a_run_that_is_not_held_is_not_decided_about(visit: Enter, services: Services) -> None:
    parked, failed = scenes.park(services), scenes.fail(services)
    visitor = visit()
    for run in (parked, failed):
        visitor.send(f"/runs/{run}/decide", {"decision": "repeat"})
    assert (status(services, parked), status(services, failed)) == (RunStatus.PARKED, RunStatus.FAILED)


def test_a_parked_run_is_tried_again_now(visit: Enter, services: Services) -> None:
    run, visitor = scenes.park(services), visit()
    assert "Try again now" in visitor.words(f"/runs/{run}")
    answer = visitor.send(f"/runs/{run}/release", follow_redirects=True)
    assert "It is tried again now." in answer.text
    assert status(services, run) is RunStatus.QUEUED
    assert services.views.audit_log().items[0].what == "run.release"
    again = visitor.send(f"/runs/{run}/release", follow_redirects=True)
    assert "does not wait for a key any more" in again.text


def test_a_held_run_is_not_let_go_without_a_decision(visit: Enter, services: Services) -> None:
    run = scenes.hold(services)
    visit().send(f"/runs/{run}/release")
    assert status(services, run) is RunStatus.HELD


@pytest.mark.parametrize("scene", [scenes.hold, scenes.park, scenes.add_run])
def test_a_run_that_is_not_over_can_be_cancelled(
    visit: Enter, services: Services, scene: Callable[[Services], str]
) -> None:
    run, visitor = scene(services), visit()
    answer = visitor.send(f"/runs/{run}/cancel", follow_redirects=True)
    assert "The run is cancelled." in answer.text
    assert status(services, run) is RunStatus.CANCELLED
    assert services.views.audit_log().items[0].what == "run.cancel"
    again = visitor.send(f"/runs/{run}/cancel", follow_redirects=True)
    assert "The run was over already." in again.text


def test_a_run_that_is_over_has_no_cancel_button(visit: Enter, services: Services) -> None:
    assert "Yes, cancel it" not in visit().words(f"/runs/{scenes.fail(services)}")


def test_unknown_runs_are_404s(visit: Enter) -> None:
    visitor = visit()
    for deed in ("cancel", "decide", "release"):
        assert visitor.send(f"/runs/run_none/{deed}", {"decision": "skip"}).status_code == 404

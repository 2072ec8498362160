"""One run taken up again from its page: from the failed step, from the start, as it was or changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from hub.model import RunStatus, StepStatus
from hub.ports import RunChange
from hub.services import Services
from hub.store.views.shapes import RunPage
from tests.web import scenes
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


def page_of(services: Services, run: str) -> RunPage:
    page = services.views.run(run)
    assert page is not None
    return page


def new_run(location: str) -> str:
    return location.rsplit("/", 1)[1]


def test_a_failed_run_goes_on_from_the_failed_step(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit()
    assert "Yes, from the failed step" in visitor.words(f"/runs/{run}")
    answer = visitor.send(f"/runs/{run}/resume", {"number": "1", "way": "step"})
    new = page_of(services, new_run(answer.location))
    assert (new.run.status, new.run.root_id, new.run.replay_of) == (RunStatus.QUEUED, run, run)
    assert [each.step.path for each in new.steps] == ["customer", "tell"]
    assert services.bell.rings == 1  # type: ignore[attr-defined]
    row = services.views.audit_log().items[0]
    assert (row.who, row.what, row.after) == (
        "operator@example.com",
        "run.resume",
        {"run": run, "new_run": new.run.id},
    )
    assert "What that one had done is taken over and not done again." in visitor.words(f"/runs/{new.run.id}")
    assert "It was resumed." in visitor.words(f"/runs/{run}")
    assert "Yes, from the failed step" not in visitor.words(f"/runs/{run}")


def test_a_double_click_is_one_run(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit()
    first = visitor.send(f"/runs/{run}/resume", {"number": "1"})
    second = visitor.send(f"/runs/{run}/resume", {"number": "1"})
    assert first.location == second.location
    assert len(services.views.runs().items) == 2


def test_what_the_step_sends_is_changed_for_this_run(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit("editor")
    assert "Good Leed" in visitor.read(f"/runs/{run}").split('id="edit-request-1"')[1].split("</textarea>")[0]
    edited = json.dumps({"name": "Lead: Miller", "stage": "Good Lead"})
    answer = visitor.send(f"/runs/{run}/resume", {"number": "1", "path": "job", "request": edited})
    new = new_run(answer.location)
    steps = {each.step.path: each.step for each in page_of(services, new).steps}
    assert (steps["job"].request, steps["job"].status) == (json.loads(edited), StepStatus.STARTED)
    text = visitor.words(f"/runs/{new}")
    assert "What the step job sends was changed." in text
    assert "Good Leed" in text
    assert services.views.audit_log().items[0].after["edited"] is True


@pytest.mark.parametrize(("text", "words"), [("{", "is no JSON"), ("[]", "must be an object"), ("", "is no JSON")])
def test_an_edit_that_cannot_be_is_refused_in_words(visit: Enter, services: Services, text: str, words: str) -> None:
    run, visitor = scenes.fail(services), visit("editor")
    run_steps = {"number": "1", "path": "job", "request": text}
    answer = visitor.send(f"/runs/{run}/resume", run_steps, follow_redirects=True)
    assert words in answer.text
    assert len(services.views.runs().items) == 1


def test_only_an_editor_changes_what_is_sent(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit()
    assert "edit-request" not in visitor.read(f"/runs/{run}")
    for deed, field in (("resume", "request"), ("replay", "data")):
        assert visitor.send(f"/runs/{run}/{deed}", {"number": "1", field: "{}"}).status_code == 403
    assert len(services.views.runs().items) == 1


def test_what_started_it_is_changed_for_a_run_from_the_start(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit("editor")
    assert "whsec" not in visitor.read(f"/runs/{run}")
    data = json.dumps({"body": {"name": "Miller"}})
    answer = visitor.send(f"/runs/{run}/replay", {"number": "1", "data": data})
    new = page_of(services, new_run(answer.location))
    assert new.event.data["body"] == {"name": "Miller"}
    assert new.event.source == "webhook:website-lead"
    assert (new.run.root_id, new.run.replay_of) == (new.run.id, run)
    assert "The data of the event was changed." in visitor.words(f"/runs/{new.run.id}")
    assert page_of(services, run).event.data["body"]["name"] == "Miller & Sons"


def test_from_the_start_by_the_version_that_it_had(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit()
    answer = visitor.send(f"/runs/{run}/replay", {"number": "1", "way": "start"})
    assert page_of(services, new_run(answer.location)).run.recipe_version == page_of(services, run).run.recipe_version
    assert visitor.send(f"/runs/{run}/replay", {"number": "2", "way": "step"}).status_code == 400
    assert visitor.send(f"/runs/{run}/resume", {"number": "2", "way": "start"}).status_code == 400


def test_a_run_that_its_recipe_has_ended_is_not_resumed(visit: Enter, services: Services) -> None:
    run = scenes.add_run(services)
    error = {"kind": "Stop", "code": "RUN700", "message": "Not ours."}
    scenes.work(services, run, RunChange(RunStatus.FAILED, error=error, finished_at=services.clock()))
    visitor = visit()
    assert "ended it with a" in visitor.words(f"/runs/{run}")
    answer = visitor.send(f"/runs/{run}/resume", {"number": "1"}, follow_redirects=True)
    assert "no failed step to go on from" in answer.text
    assert len(services.views.runs().items) == 1


def test_a_run_that_takes_workers_down_is_shown_as_that(visit: Enter, services: Services) -> None:
    run = scenes.add_run(services)
    reason = "This run has taken 5 workers down with it and is given up."
    error = {"kind": "Crash", "code": "RUN600", "message": reason}
    change = RunChange(RunStatus.FAILED, reason=reason, error=error, crashes=5, finished_at=services.clock())
    scenes.work(services, run, change)
    visitor = visit()
    text = visitor.words(f"/runs/{run}")
    assert "This run has taken 5 workers down. Look at the log of the worker before you resume it" in text
    assert "Yes, from the failed step" in text
    assert "It takes its worker down each time." in visitor.words("/failures")


def test_a_wait_is_ended(visit: Enter, services: Services) -> None:
    run, now = scenes.add_run(services), services.clock()
    step = scenes.add_step(run, "rest", "wait", now, StepStatus.WAITING, due_at=now + 9_000)
    scenes.work(services, run, RunChange(RunStatus.QUEUED, due_at=now + 9_000, reason="Waiting."), [step])
    visitor = visit()
    assert "Do not wait any longer" in visitor.words(f"/runs/{run}")
    answer = visitor.send(f"/runs/{run}/skip-wait", {"path": "rest"}, follow_redirects=True)
    assert "It waits no longer, and goes on." in answer.text
    page = page_of(services, run)
    assert (page.run.due_at, page.steps[0].step.status) == (now, StepStatus.SKIPPED)
    again = visitor.send(f"/runs/{run}/skip-wait", {"path": "rest"}, follow_redirects=True)
    assert "does not wait there any more" in again.text
    assert "Do not wait any longer" not in again.text


def test_viewers_and_strangers_take_nothing_up(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit("viewer")
    for deed in ("resume", "skip-wait"):
        assert visitor.send(f"/runs/{run}/{deed}", {"number": "1"}, page="/runs").status_code == 403
        assert visit("operator").send(f"/runs/run_none/{deed}", {"number": "1"}).status_code == 404


def test_the_current_version_is_refused_in_words_when_it_differs(visit: Enter, services: Services) -> None:
    run, visitor = scenes.fail(services), visit()
    published = [each for each in services.views.current_recipes() if each.recipe_id == "website-lead"]
    changed = published[0].source.replace("id: customer", "id: client")
    services.ledger.publish([replace(published[0], source=changed, version="v9")], now=services.clock())
    answer = visitor.send(f"/runs/{run}/resume", {"number": "1", "way": "step-current"}, follow_redirects=True)
    assert "The step customer has begun, and that version has no such step there." in answer.text
    assert len(services.views.runs().items) == 1


def test_data_in_which_a_secret_stands_is_not_put_into_a_form(visit: Enter, services: Services) -> None:
    secret = services.secrets()["TEAM_CHAT_URL"]
    assert "edit-data" not in visit("editor").read(f"/runs/{scenes.fail(services, secret)}")
    assert "edit-data" in visit("editor").read(f"/runs/{scenes.fail(services)}")

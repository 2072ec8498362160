"""Floods, records from before a recipe and lists that are held: shown on the home page, decided by an operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from hub.model import Event, RunStatus, new_id
from hub.ports import Arrival, Backlog, Passing, SeenRecord
from hub.services import Services
from tests.web.conftest import NOON
from tests.web.program import Program, make_token
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


@pytest.fixture
def held(services: Services) -> str:
    """Three new jobs at once, two of which are one too many; the flood's id."""
    recipe = next(each for each in services.shelf.enabled() if each.id == "job-won")
    cursor = services.ledger.take_cursor("jobs", owner="the test", now=NOON, lease=60)
    assert cursor is not None
    seen = []
    for name in ("Miller house", "Oak Street", "Harbor View"):
        event_id = new_id("evt", NOON)
        data = {"resource": "jobs", "record_id": name, "record": {"id": name, "name": name}, "before": None}
        event = Event(event_id, "jobs.created", "poll:jobs", name, NOON, data)
        run = services.intake.begin(recipe, recipe.triggers[0].id, event)
        seen.append(SeenRecord(name, 1, dict(data["record"]), Arrival(event, (run,))))  # type: ignore[call-overload]
    passing = Passing(1, NOON, flood=2)
    assert services.ledger.poll_page("jobs", cursor.claim, seen, shown=[], passing=passing, until=NOON + 60)
    services.ledger.poll_done(replace(cursor, passes=1, baseline_at=NOON, last_ok_at=NOON, last_full_at=NOON))
    return services.views.floods()[0].id


@pytest.fixture
def backlog(services: Services) -> tuple[str, str]:
    """Records from before a recipe, counted."""
    recipe = next(each for each in services.shelf.enabled() if each.id == "job-won")
    cursor = services.ledger.take_cursor("jobs", owner="the test", now=NOON, lease=60)
    assert cursor is not None
    counted = Backlog("job-won", recipe.triggers[0].id, "jobs", "all", "waiting", 1, NOON, counted=1204)
    assert services.ledger.open_backlog(replace(counted, preview=("Miller house",)), claim=cursor.claim)
    return counted.recipe_id, counted.trigger_id


def states(services: Services) -> set[RunStatus]:
    return {each.status for each in services.views.runs().items}


@pytest.mark.parametrize("page", ["/", "/recipes/job-won"])
def test_a_flood_is_shown_with_its_first_runs(visit: Enter, services: Services, held: str, page: str) -> None:
    text = visit().words(page)
    assert "3 runs wait for you" in text
    assert "One look at jobs started 3 runs of this recipe at once." in text
    assert "New job: Miller House" in text


def test_it_is_released_at_once_or_at_a_pace(visit: Enter, services: Services, held: str) -> None:
    answer = visit().send(f"/floods/{held}/release", {"per_minute": "30"})
    assert answer.status_code == 303
    assert states(services) == {RunStatus.QUEUED}
    assert sorted(each.due_at - NOON for each in services.views.runs().items) == [0.0, 2.0, 4.0]
    assert services.views.audit_log().items[0].what == "flood.release"
    assert "wait for you" not in visit().words("/")


def test_or_dropped(visit: Enter, services: Services, held: str) -> None:
    assert visit().send(f"/floods/{held}/drop").status_code == 303
    assert states(services) == {RunStatus.CANCELLED}


@pytest.mark.parametrize("pace", ["0", "601", "-1", "fast", "1.5"])
def test_a_pace_that_is_none_is_refused(visit: Enter, services: Services, held: str, pace: str) -> None:
    assert visit().send(f"/floods/{held}/release", {"per_minute": pace}).status_code == 400
    assert states(services) == {RunStatus.HELD}


def test_a_viewer_sees_it_and_may_not_decide(visit: Enter, services: Services, held: str) -> None:
    viewer = visit("viewer")
    text = viewer.words("/")
    assert "3 runs wait for you" in text
    assert "Release all" not in text
    for deed in (f"/floods/{held}/release", f"/floods/{held}/drop", "/lists/jobs/accept"):
        assert viewer.send(deed).status_code == 403
    assert states(services) == {RunStatus.HELD}


def test_records_from_before_a_recipe_are_counted_and_released(
    visit: Enter, services: Services, backlog: tuple[str, str]
) -> None:
    text = visit().words("/")
    assert "This recipe also wants the jobs that are there already. This would start 1,204 runs." in text
    recipe, trigger = backlog
    assert visit().send(f"/recipes/{recipe}/backlog/{trigger}/release", {"per_minute": ""}).status_code == 303
    assert services.ledger.backlogs("jobs")[0].state == "released"
    assert "are being started" in visit().words("/recipes/job-won")


def test_or_left_alone(visit: Enter, services: Services, backlog: tuple[str, str]) -> None:
    recipe, trigger = backlog
    visit().send(f"/recipes/{recipe}/backlog/{trigger}/drop")
    assert services.ledger.backlogs("jobs")[0].state == "dropped"
    assert "1,204" not in visit().words("/")


def test_a_list_that_is_held_is_asked_about(visit: Enter, services: Services) -> None:
    cursor = services.ledger.take_cursor("jobs", owner="the test", now=NOON, lease=60)
    assert cursor is not None
    why = "The list of jobs came back empty, and 30 were known. Nothing is believed."
    services.ledger.poll_done(replace(cursor, passes=1, baseline_at=NOON, last_ok_at=NOON, held=why))
    text = visit().words("/")
    assert "Were so many jobs deleted?" in text
    assert why in text
    assert visit().send("/lists/jobs/accept").status_code == 303
    assert services.views.cursors()[0].full_wanted
    assert "Were so many" not in visit().words("/")


def test_the_coverage_is_there_for_machines(app: Flask, visit: Enter, services: Services, held: str) -> None:
    program = Program(app, make_token(services, "read"))
    found = program.call("GET", "/coverage").json
    assert found["ok"] is True
    assert found["lists"][0]["list"] == "jobs"
    with services.database.write() as link:
        link.exec_driver_sql("UPDATE cursor SET unexplained = 1")
    assert program.call("GET", "/coverage").status_code == 503
    assert Program(app, make_token(services, "hooks")).call("GET", "/coverage").status_code == 403
    assert "1 change has been seen in jobs that nothing accounts for." in visit().words("/")

"""Failures by what caused them, and what people do about all of them at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from hub.model import RunStatus
from hub.ports import RunChange
from hub.services import Services
from hub.services.resuming import Way
from tests.web import scenes
from tests.web.conftest import Time
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


def status(services: Services, run: str) -> RunStatus:
    page = services.views.run(run)
    assert page is not None
    return page.run.status


def group_on(visitor: Visitor) -> str:
    found = re.search(r'name="group" value="([0-9a-f]+)"', visitor.read("/failures"))
    assert found
    return found[1]


def successor(services: Services, run: str) -> str:
    return services.views.taken_up_by(run)


def test_runs_that_one_thing_has_stopped_are_one_line(visit: Enter, services: Services, clock: Time) -> None:
    for name in ("Miller & Sons", "Ana Ruiz", "Miller & Sons"):
        scenes.fail(services, name)
        clock.now += 60
    text = visit().words("/failures")
    assert text.count("There is no stage called “Good Leed”.") == 1
    assert "3 failed" in text
    about = text[text.index("About: ") : text.index("Correct the recipe")].casefold()
    assert (about.count("miller & sons"), about.count("ana ruiz")) == (1, 1)
    assert "Correct the recipe, the record or the account." in text
    assert "Resume all 3" in text


def test_what_is_held_is_a_line_of_its_own(visit: Enter, services: Services) -> None:
    scenes.fail(services)
    scenes.hold(services)
    text = visit().words("/failures")
    assert "1 failed" in text
    assert "1 held" in text
    assert "A person must decide about each of them." in text


def test_nothing_failed(visit: Enter, services: Services) -> None:
    scenes.succeed(services)
    assert "Nothing has failed" in visit().words("/failures")


def test_after_thirty_days_it_is_not_shown(visit: Enter, services: Services, clock: Time) -> None:
    scenes.fail(services)
    clock.now += 29 * 86_400
    visitor = visit()
    assert "Good Leed" in visitor.words("/failures")
    clock.now += 2 * 86_400
    assert "Good Leed" not in visit().words("/failures")


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("recipe=website-lead", True),
        ("recipe=job-won", False),
        ("q=good+leed", True),
        ("q=other", False),
        ("since=2026-11-24T11:00", True),
        ("since=2026-11-24T13:00", False),
        ("until=2026-11-24T11:00", False),
        ("version=zzz", False),
        ("since=nonsense", True),
    ],
)
def test_they_can_be_narrowed(visit: Enter, services: Services, query: str, fits: bool) -> None:
    scenes.fail(services)
    assert ("Good Leed" in visit().words(f"/failures?{query}")) is fits


def test_all_of_a_group_are_resumed_the_oldest_first(visit: Enter, services: Services, clock: Time) -> None:
    runs = []
    for number in range(3):
        runs.append(scenes.fail(services, f"Lead {number}"))
        clock.now += 60
    visitor = visit()
    answer = visitor.send("/failures/resume", {"group": group_on(visitor), "way": "step", "canary": "1"})
    place = answer.location
    assert "Resuming 3 runs" in visitor.words(place)
    services.inbox.work()
    services.inbox.work()
    first = successor(services, runs[0])
    assert first
    assert not successor(services, runs[1])
    page = services.views.run(first)
    assert page is not None
    assert (page.run.root_id, page.run.replay_of) == (runs[0], runs[0])
    assert [each.step.path for each in page.steps] == ["customer", "tell"]
    scenes.work(services, first, RunChange(RunStatus.SUCCEEDED, finished_at=clock.now))
    for _ in range(3):
        services.inbox.work()
    assert all(successor(services, each) for each in runs)
    assert "All done." in visitor.words(place)
    assert "Good Leed" not in visitor.words("/failures")
    row = next(each for each in services.views.audit_log().items if each.what == "runs.resume")
    assert (row.who, row.after["runs"]) == ("operator@example.com", 3)


def test_when_the_first_one_fails_again_the_others_wait(visit: Enter, services: Services, clock: Time) -> None:
    runs = [scenes.fail(services, f"Lead {number}") for number in range(2)]
    visitor = visit()
    place = visitor.send("/failures/resume", {"group": group_on(visitor), "way": "step", "canary": "1"}).location
    services.inbox.work()
    first = next(new for new in (successor(services, each) for each in runs) if new)
    change = RunChange(RunStatus.FAILED, finished_at=clock.now, error=scenes.NO_SUCH_STAGE)
    scenes.work(services, first, change)
    services.inbox.work()
    assert "Look at it before the others follow." in visitor.words(place)
    assert [bool(successor(services, each)) for each in runs].count(True) == 1
    visitor.send(f"{place}/move", {"to": "go"})
    while services.inbox.work():
        pass
    assert all(successor(services, each) for each in runs)


def test_without_a_canary_all_go_at_once(visit: Enter, services: Services) -> None:
    runs = [scenes.fail(services, f"Lead {number}") for number in range(3)]
    visitor = visit()
    visitor.send("/failures/resume", {"group": group_on(visitor), "way": "start-current"})
    while services.inbox.work():
        pass
    made = [each for each in services.views.runs().items if each.replay_of]
    assert {each.replay_of for each in made} == set(runs)
    page = services.views.run(made[0].id)
    assert page is not None
    assert page.run.root_id == page.run.id


def test_what_was_taken_up_meanwhile_is_passed_over(visit: Enter, services: Services) -> None:
    runs = [scenes.fail(services, f"Lead {number}") for number in range(2)]
    visitor = visit()
    place = visitor.send("/failures/resume", {"group": group_on(visitor), "way": "step"}).location
    services.resuming.resume(runs[0], way=Way(), by="ana")
    while services.inbox.work():
        pass
    assert "1 of them could not be run" in visitor.words(place)
    assert len([each for each in services.views.runs().items if each.replay_of]) == 2


def test_what_a_limit_holds_goes_on_and_what_is_in_doubt_does_not(visit: Enter, services: Services) -> None:
    over = scenes.add_run(services)
    scenes.work(services, over, RunChange(RunStatus.HELD, reason="Its limit is reached.", over="messages_per_hour"))
    doubt = scenes.hold(services)
    visitor = visit()
    place = visitor.send("/failures/resume", {"way": "step", "recipe": "website-lead"}).location
    while services.inbox.work():
        pass
    assert (status(services, over), status(services, doubt)) == (RunStatus.QUEUED, RunStatus.HELD)
    assert "A person must decide about it." in visitor.words(place)


def test_those_that_are_held_can_be_cancelled_together(visit: Enter, services: Services) -> None:
    held, failed = [scenes.hold(services) for _ in range(2)], scenes.fail(services)
    answer = visit().send("/failures/cancel", {"recipe": "website-lead"}, follow_redirects=True)
    assert "2 runs are cancelled." in answer.text
    assert {status(services, each) for each in held} == {RunStatus.CANCELLED}
    assert status(services, failed) is RunStatus.FAILED


def test_all_runs_of_a_recipe_in_a_state_can_be_cancelled(visit: Enter, services: Services) -> None:
    queued, parked = scenes.add_run(services), scenes.park(services)
    visitor = visit()
    assert "Cancel all of these" in visitor.words("/runs?status=parked&recipe=website-lead")
    assert "Cancel all of these" not in visitor.words("/runs?status=parked")
    visitor.send("/runs/cancel", {"status": "parked", "recipe": "website-lead"})
    assert status(services, parked) is RunStatus.CANCELLED
    assert status(services, queued) is RunStatus.QUEUED
    for odd in ({"status": "failed", "recipe": "website-lead"}, {"status": "parked"}):
        assert visitor.send("/runs/cancel", odd).status_code == 400


def test_an_odd_way_is_refused_and_nothing_is_nothing(visit: Enter, services: Services) -> None:
    visitor = visit()
    assert visitor.send("/failures/resume", {"way": "sideways"}).status_code == 400
    answer = visitor.send("/failures/resume", {"way": "step"}, follow_redirects=True)
    assert "No run that could be taken up again fits." in answer.text


def test_a_viewer_may_look_and_do_nothing(visit: Enter, services: Services) -> None:
    scenes.fail(services)
    visitor = visit("viewer")
    text = visitor.words("/failures")
    assert "Good Leed" in text
    assert "Resume all" not in text
    for deed, fields in (("resume", {"way": "step"}), ("cancel", {})):
        assert visitor.send(f"/failures/{deed}", fields, page="/failures").status_code == 403


def test_the_log_speaks_of_a_cause_once_an_hour(
    services: Services, clock: Time, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(5):
        scenes.fail(services, f"Lead {number}")
    for _ in range(3):
        services.resuming.tell_of_failures()
        clock.now += 60
    lines = [each.getMessage() for each in caplog.records if "failures group" in each.getMessage()]
    assert len(lines) == 1
    assert lines[0].startswith("5 runs have stopped within the hour: “Website lead” at the step job: There is no stage")
    clock.now += 3_600
    services.resuming.tell_of_failures()
    scenes.fail(services)
    services.resuming.tell_of_failures()
    assert len([each for each in caplog.records if "failures group" in each.getMessage()]) == 2


def test_nobody_has_to_wait_for_a_first_one_that_takes_long(visit: Enter, services: Services) -> None:
    runs = [scenes.fail(services, f"Lead {number}") for number in range(2)]
    visitor = visit()
    place = visitor.send("/failures/resume", {"group": group_on(visitor), "way": "step", "canary": "1"}).location
    services.inbox.work()
    services.inbox.work()
    assert [bool(successor(services, each)) for each in runs].count(True) == 1
    assert "Do not wait for the first one" in visitor.words(place)
    visitor.send(f"{place}/move", {"to": "go"})
    while services.inbox.work():
        pass
    assert all(successor(services, each) for each in runs)

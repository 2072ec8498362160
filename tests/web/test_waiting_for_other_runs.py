"""Runs that wait for others or are held by a limit: the page says for whom and why, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable

from hub.model import Run, RunStatus
from hub.ports import RunChange
from hub.services import Services
from tests.web import scenes
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


def run_of(services: Services, run_id: str) -> Run:
    page = services.views.run(run_id)
    assert page is not None
    return page.run


def test_the_page_names_the_run_in_front_and_why_it_stands_there(visit: Enter, services: Services) -> None:
    lane = {"mode": "queued", "lane": "website-lead"}
    first = scenes.add_run(services, about="First", **lane)
    second, third = scenes.add_run(services, about="Second", **lane), scenes.add_run(services, about="Third", **lane)
    scenes.work(services, first, RunChange(RunStatus.HELD, reason="Somebody must look at it."), [])
    assert services.ledger.claim("worker", limit=5, now=services.clock(), lease=60) == []
    assert run_of(services, second).reason == f"It waits for its turn behind run {first}."
    for waiting in (second, third):
        page = visit().read(f"/runs/{waiting}")
        assert f'href="/runs/{first}"' in page
        assert "Somebody must look at it." in page
        assert "It goes on" not in page


def test_a_run_that_waits_for_nobody_says_nothing_of_it(visit: Enter, services: Services) -> None:
    run = scenes.add_run(services, mode="queued", lane="website-lead")
    assert "In front of it" not in visit().read(f"/runs/{run}")


def test_a_limit_holds_it_and_a_person_lets_it_go_on(visit: Enter, services: Services) -> None:
    run = scenes.add_run(
        services, status=RunStatus.HELD, over="runs_per_hour", reason="This recipe has begun 5 runs within an hour."
    )
    visitor = visit()
    text = visitor.words(f"/runs/{run}")
    assert "Let it go on" in text
    assert "Count as done" not in text
    visitor.send(f"/runs/{run}/decide", {"decision": "repeat"}, follow_redirects=True)
    found = run_of(services, run)
    assert (found.status, found.over, found.let_through) == (RunStatus.QUEUED, "", "runs_per_hour ")
    assert found.variables == {}
    assert services.views.audit_log().items[0].what == "run.release"

"""One run, step by step: what happened, what it saw, why it ended as it did."""

from __future__ import annotations

from collections.abc import Callable

from hub.model import RunStatus, StepStatus
from hub.ports import RunChange
from hub.services import Services
from tests.web import scenes
from tests.web.conftest import Time
from tests.web.visitor import Visitor, told

Enter = Callable[..., Visitor]


def test_a_run_that_went_well_tells_its_steps(visit: Enter, services: Services) -> None:
    text = visit().words(f"/runs/{scenes.succeed(services)}")
    assert "Website lead Succeeded Webhook: Ana Ruiz Every step is done." in text
    assert 'Holds body.name != "" body.name "Ana Ruiz"' in text
    assert "Find or create the customer Done, 400 ms customers.upsert" in text
    assert "A new customer." in text
    assert '"created": true' in text
    assert "Skipped: its condition does not hold." in text
    assert "Does not hold body.message is defined body.message null" in text
    assert "Not reached" not in text


def test_a_failed_run_says_why_and_where(visit: Enter, services: Services) -> None:
    run = scenes.fail(services)
    visitor = visit()
    text, html = visitor.words(f"/runs/{run}"), visitor.read(f"/runs/{run}")
    assert "There is no stage called “Good Leed”. Did you mean Good Lead?" in text
    assert "line 24 of website-lead.yaml" in text
    version = services.views.run(run).run.recipe_version  # type: ignore[union-attr]
    assert f'href="/recipes/website-lead?version={version}#L24"' in html
    assert "2 attempts" in text
    assert "200 ms Error: Workglue answered 502." in text
    assert "422 from POST /jobs" in text
    assert '"stage": "Good Leed"' in text


def test_steps_that_were_not_reached_are_named(visit: Enter, services: Services) -> None:
    run = scenes.add_run(services)
    at = services.clock()
    step = scenes.add_step(run, "customer", "customers.upsert", at, StepStatus.ERROR, error=scenes.NO_SUCH_STAGE)
    scenes.work(services, run, RunChange(RunStatus.FAILED, error=scenes.NO_SUCH_STAGE, finished_at=at), [step])
    text = visit().words(f"/runs/{run}")
    assert "Tell the team Not reached" in text
    assert "Create the job Not reached" in text


def test_a_step_without_a_name_is_called_by_what_it_does(visit: Enter, services: Services) -> None:
    run, at = scenes.add_run(services), services.clock()
    steps = [
        scenes.add_step(run, "step_4", "jobs.get", at, StepStatus.OK),
        scenes.add_step(run, "step_5_1", "wait", at, StepStatus.OK),
        scenes.add_step(run, "after_7", "jobs.get", at, StepStatus.OK),
    ]
    scenes.work(services, run, RunChange(RunStatus.SUCCEEDED, finished_at=at), steps)
    text = visit().words(f"/runs/{run}")
    assert "Jobs get Done" in text
    assert "Wait Done" in text
    assert "after_7 Done" in text


def test_a_waiting_run_says_until_when(visit: Enter, services: Services, clock: Time) -> None:
    run = scenes.add_run(services)
    step = scenes.add_step(run, "customer", "wait", clock.now, StepStatus.WAITING, due_at=clock.now + 7200)
    change = RunChange(RunStatus.QUEUED, due_at=clock.now + 7200, reason="Waiting, as the recipe says.")
    scenes.work(services, run, change, [step])
    text = visit().words(f"/runs/{run}")
    assert "Waiting, as the recipe says. It goes on in 2 hours ." in text
    assert "Waiting until Today 14:00 , in 2 hours ." in text
    assert "Create the job Not yet" in text


def test_loops_and_groups_of_conditions_are_told(visit: Enter, services: Services) -> None:
    run, at = scenes.add_run(services), services.clock()
    inner = [
        {"value": True, "text": "record.city == 'Austin'", "saw": {"record.city": "Austin"}},
        {"value": False, "text": "record.total > 100", "saw": {"record.total": 7}},
    ]
    verdict = {"value": False, "parts": [{"value": False, "text": "all of", "parts": inner}]}
    steps = [
        scenes.add_step(run, "tell", "notify.send", at, StepStatus.OK, path="tell[0]"),
        scenes.add_step(run, "tell", "notify.send", at, StepStatus.OK, path="tell[11]"),
    ]
    scenes.work(services, run, RunChange(RunStatus.SKIPPED, verdict=verdict, finished_at=at), steps)
    text = visit().words(f"/runs/{run}")
    assert "Does not hold all of" in text
    assert "Holds record.city == 'Austin' record.city \"Austin\"" in text
    assert "Does not hold record.total > 100 record.total 7" in text
    assert "Tell the team, item 1 " in text
    assert "Tell the team, item 12 " in text


def test_the_event_and_its_delivery_are_linked(visit: Enter, services: Services, app: object) -> None:
    answer = scenes.send_lead(app)  # type: ignore[arg-type]
    run = services.views.event(told(answer)["id"]).runs[0].id  # type: ignore[union-attr]
    [line] = services.views.deliveries().items
    html = visit().read(f"/runs/{run}")
    assert f'href="/inbox/{line.id}"' in html
    assert "&#34;Two bedrooms, please call.&#34;" in html


def test_a_run_of_a_recipe_that_is_gone_can_still_be_read(visit: Enter, services: Services) -> None:
    run = scenes.fail(services)
    services.ledger.publish([], now=services.clock())
    text = visit().words(f"/runs/{run}")
    assert "Create the job" in text
    assert "It cannot be run again: the recipe's file is gone." in text


def test_a_run_whose_version_cannot_be_read_falls_back_on_the_journal(visit: Enter, services: Services) -> None:
    run = scenes.add_run(services, recipe_version="unreadable")
    step = scenes.add_step(run, "customer", "customers.upsert", services.clock(), StepStatus.OK)
    scenes.work(services, run, RunChange(RunStatus.SUCCEEDED, finished_at=services.clock()), [step])
    assert "customer Done, 400 ms" in visit().words(f"/runs/{run}")


def test_a_run_that_is_over_does_not_refresh_itself(visit: Enter, services: Services) -> None:
    visitor = visit()
    assert "hx-get" not in visitor.read(f"/runs/{scenes.fail(services)}")
    assert "hx-get" in visitor.read(f"/runs/{scenes.hold(services)}")


def test_an_unknown_run_is_a_404(visit: Enter) -> None:
    visit().read("/runs/run_none", status=404)

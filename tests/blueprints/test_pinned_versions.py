"""A run goes on by the very texts that it began with, whatever becomes of the blueprint, in any process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.model import Event, RunStatus, new_id
from hub.ports import Arrival
from hub.services import Services, open_services
from hub.settings import read_settings
from hub.store.migrate import upgrade
from tests.blueprints.samples import write
from tests.services.bell import StillBell
from workers.drain import Drain

BLUEPRINT = """\
recipe: 1
blueprint: 1
name: Two words
inputs: {word: text, pause: {type: duration, default: 2h}}
trigger: {type: manual}
steps:
  - {id: first, action: set, with: {said: "{{ inputs.word }} at first"}}
  - {action: wait, with: {for: "{{ inputs.pause }}"}}
  - {id: second, action: set, with: {said: "{{ inputs.word }} at last"}}
"""
INSTANCE = "recipe: 1\nblueprint: two-words\nversion: 1\ninputs: {word: hello}\n"


class Clock:
    """A clock that is moved by hand."""

    now = 1_774_958_400.0

    def __call__(self) -> float:
        return self.now


class Hub:
    """One database and one folder; each use of it is a process of its own."""

    def __init__(self, home: Path) -> None:
        self.clock = Clock()
        self.folder = home / "recipes"
        self._home = home
        self._opened: list[Services] = []
        self.folder.mkdir()
        upgrade(self.process().database)

    def process(self) -> Services:
        """Fresh services, as another process would have them: nothing is remembered but what the ledger holds."""
        environment = {"HUB_HOME": str(self._home), "HUB_RECIPES": str(self.folder), "WORKGLUE_API_KEY": "k"}
        services = open_services(read_settings(environment), clock=self.clock)
        services.bell = StillBell()  # type: ignore[assignment]
        self._opened.append(services)
        return services

    def publish(self, **files: str) -> None:
        """Put these texts in force: `blueprint` and `instance`; None takes a file away."""
        names = {"blueprint": "blueprints/two-words.yaml", "instance": "mine.yaml"}
        write(self.folder, {names[key]: text for key, text in files.items()})
        self.process().publish_recipes()

    def begin(self) -> str:
        """A run that is due now; its id."""
        services = self.process()
        (recipe,) = services.shelf.enabled()
        event = Event(new_id("evt", self.clock.now), "manual", "manual:mine", new_id("k", 0), self.clock.now, {})
        run = services.intake.begin(recipe, recipe.triggers[0].id, event)
        services.ledger.admit([Arrival(event, (run,))])
        return run.id

    def work(self, run_id: str) -> tuple[RunStatus, dict[str, str]]:
        """Do what is due; the state of a run, and what its steps said."""
        services = self.process()
        Drain(services, owner="test").work(seconds=30, linger=0.0)
        page = services.views.run(run_id)
        assert page is not None
        said = {each.step.path: each.step.output["said"] for each in page.steps if each.step.action == "set"}
        return page.run.status, said

    def close(self) -> None:
        """Give everything back."""
        for each in self._opened:
            each.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub with an instance in force."""
    hub = Hub(tmp_path)
    hub.publish(blueprint=BLUEPRINT, instance=INSTANCE)
    yield hub
    hub.close()


def test_a_blueprint_that_changes_in_the_middle_of_a_run_changes_only_later_runs(hub: Hub) -> None:
    old = hub.begin()
    assert hub.work(old) == (RunStatus.QUEUED, {"first": "hello at first"})
    hub.publish(blueprint=BLUEPRINT.replace("at last", "for ever").replace("default: 2h", "default: 1s"))
    new = hub.begin()
    hub.work(new)
    hub.clock.now += 3 * 3600
    assert hub.work(old) == (RunStatus.SUCCEEDED, {"first": "hello at first", "second": "hello at last"})
    assert hub.work(new) == (RunStatus.SUCCEEDED, {"first": "hello at first", "second": "hello for ever"})


def test_other_values_in_the_middle_of_a_run_change_only_later_runs(hub: Hub) -> None:
    old = hub.begin()
    hub.work(old)
    hub.publish(instance=INSTANCE.replace("hello", "bye"))
    hub.clock.now += 3 * 3600
    assert hub.work(old)[1]["second"] == "hello at last"


def test_a_run_ends_although_both_files_are_gone(hub: Hub) -> None:
    run = hub.begin()
    hub.work(run)
    for file in hub.folder.rglob("*.yaml"):
        file.unlink()
    hub.process().publish_recipes()
    assert hub.process().shelf.enabled() == ()
    hub.clock.now += 3 * 3600
    assert hub.work(run) == (RunStatus.SUCCEEDED, {"first": "hello at first", "second": "hello at last"})


def test_a_blueprint_that_breaks_stops_its_instances_and_is_shown_in_them(hub: Hub) -> None:
    run = hub.begin()
    hub.work(run)
    hub.publish(blueprint=BLUEPRINT.replace("action: wait", "action: weight"))
    assert hub.process().shelf.enabled() == ()
    page = hub.process().views.recipe("mine")
    assert page is not None
    assert [each["code"] for each in page.line.problems] == ["RCP433"]
    hub.clock.now += 3 * 3600
    assert hub.work(run)[0] is RunStatus.SUCCEEDED


def test_a_blueprint_alone_is_never_published(hub: Hub) -> None:
    (hub.folder / "mine.yaml").unlink()
    hub.process().publish_recipes()
    assert hub.process().views.recipes() == []


def test_a_blueprint_may_be_called_like_its_instance(hub: Hub) -> None:
    (hub.folder / "mine.yaml").rename(hub.folder / "two-words.yaml")
    hub.process().publish_recipes()
    assert [each.id for each in hub.process().shelf.enabled()] == ["two-words"]


def test_an_older_version_keeps_its_instances_beside_the_newest(hub: Hub) -> None:
    newer = BLUEPRINT.replace("blueprint: 1", "blueprint: 2").replace("at first", "newly")
    write(hub.folder, {"blueprints/two-words@1.yaml": BLUEPRINT})
    write(hub.folder, {"other.yaml": INSTANCE.replace("version: 1", "version: 2")})
    hub.publish(blueprint=newer)
    said = {each.id: each.steps[0].arguments["said"] for each in hub.process().shelf.enabled()}
    assert said == {"mine": "{{ inputs.word }} at first", "other": "{{ inputs.word }} newly"}
    page = hub.process().views.recipe("mine")
    assert page is not None
    assert [(each["code"], each["severity"]) for each in page.line.problems] == [("RCP432", "warning")]

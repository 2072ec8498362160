"""A package that brings an action and a trigger type: checked, explained and run like what comes with the hub."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hub.model import RunStatus
from sandbox.server import Server
from tests.plugins.conftest import Feed
from tests.services.processes import HubProcesses, wait_for

RECIPE = """\
recipe: 1
name: Tell of new entries
trigger: {{type: feed, url: "{url}", every: 1s}}
if: entry.id != 3
steps:
  - id: titles
    action: feed.titles
    with: {{url: "{url}", most: 2}}
  - action: set
    with: {{new: "{{{{ entry.title }}}}", latest: "{{{{ steps.titles | join(', ') }}}}"}}
"""


@pytest.fixture
def hub(tmp_path: Path, site: Path, feed: Feed) -> Iterator[HubProcesses]:
    """A released hub with the plug-in and one recipe that uses it."""
    recipes = tmp_path / "recipes"
    recipes.mkdir()
    (recipes / "entries.yaml").write_text(RECIPE.format(url=feed.url))
    with Server(tmp_path / "sandbox.db", jobs=5, today=date(2026, 3, 31), rate_per_minute=0) as sandbox:
        environment = {
            "HUB_RECIPES": str(recipes),
            "HUB_ALLOWED_PRIVATE_HOSTS": feed.host,
            "WORKGLUE_API_URL": sandbox.url,
            "WORKGLUE_API_KEY": sandbox.key,
            "PYTHONPATH": str(site),
        }
        with HubProcesses(tmp_path / "hub", environment) as processes:
            released = processes.cli("release")
            assert released.returncode == 0, released.stdout + released.stderr
            yield processes


def test_check_knows_its_action_and_its_trigger(hub: HubProcesses, tmp_path: Path, feed: Feed) -> None:
    assert "1 recipe checked, 0 errors." in hub.cli("check").stdout
    wrong = RECIPE.format(url="feed").replace("most: 2", "mots: 2").replace("entry.title", "entri.title")
    (tmp_path / "recipes" / "entries.yaml").write_text(wrong)
    shown = hub.cli("check").stdout
    assert "The url is no web address." in shown
    assert "Did you mean `most`?" in shown
    assert "Did you mean `entry`?" in shown


def test_explain_doctor_and_the_schema_know_it_too(hub: HubProcesses) -> None:
    assert "A JSON feed has a new entry" in hub.cli("explain", "entries").stdout
    assert "hub-feeds 1.2: feed.titles, feed" in hub.cli("doctor").stdout
    schema = hub.cli("schema").stdout
    assert '"feed.titles"' in schema
    assert "Where the feed is." in schema


def test_each_new_entry_starts_one_run_also_when_the_clock_is_killed(hub: HubProcesses, feed: Feed) -> None:
    hub.start("clock")
    hub.start("worker", "worker")
    with hub.services() as services:
        wait_for(
            lambda: services.ledger.watched("entries", "feed").state == [1], seconds=20, why="the first look remembers"
        )
        assert services.views.runs(limit=10).items == ()
        feed.add(2)
        wait_for(lambda: len(services.views.runs(limit=10).items) == 1, seconds=20, why="a new entry starts a run")
        hub.kill("clock")
        feed.add(3)
        feed.add(4)
        hub.start("clock")

        def finished() -> list[tuple[RunStatus, object]]:
            pages = [services.views.run(each.id) for each in services.views.runs(limit=10).items]
            return sorted(
                (page.run.status, (page.steps[-1].step.output or {}).get("new") if page.steps else None)
                for page in pages
                if page is not None and page.run.finished_at is not None
            )

        wanted = [
            (RunStatus.SKIPPED, None),
            (RunStatus.SUCCEEDED, "Entry 2"),
            (RunStatus.SUCCEEDED, "Entry 4"),
        ]
        wait_for(lambda: finished() == wanted, seconds=30, why="every entry has its run")


def test_a_look_that_fails_is_said_and_tried_again(hub: HubProcesses, feed: Feed) -> None:
    feed.status = 500
    hub.start("clock")
    with hub.services() as services:
        wait_for(lambda: "could not look: The feed answered 500." in hub.log("clock"), seconds=20, why="it is logged")
        assert "The feed answered 500." in hub.cli("doctor").stdout
        feed.status = 200
        wait_for(lambda: services.ledger.watched("entries", "feed").state == [1], seconds=20, why="it looks again")
        assert "The feed answered 500." not in hub.cli("doctor").stdout


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise RuntimeError('no licence')", "it cannot be loaded: RuntimeError: no licence"),
        ("titles = 'x'\nFEED = 'y'", "hub_feeds:titles is no Action but str"),
        (
            "from hub.registry import TriggerType\ntitles = []\n"
            "FEED = TriggerType('poll', 'x', (), {}, lambda t, e: True)",
            "there is already something called 'poll'",
        ),
        (
            "from hub.registry import TriggerType\ntitles = []\n"
            "FEED = TriggerType('feed', 'x', (), {'steps': 'x'}, lambda t, e: True)",
            "its trigger feed gives a name that has a meaning already: steps",
        ),
    ],
)
def test_one_that_cannot_be_used_is_named(hub: HubProcesses, site: Path, source: str, said: str) -> None:
    (site / "hub_feeds" / "__init__.py").write_text(source)
    refused = hub.cli("check")
    assert refused.returncode != 0
    assert f"The plug-in hub-feeds cannot be used: {said}" in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr

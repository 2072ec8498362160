"""The examples of docs/plug-ins.md are executed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from hub.context import Look
from hub.registry import Action, TriggerType

GUIDE = (Path(__file__).parents[2] / "docs" / "plug-ins.md").read_text()


def blocks(language: str) -> list[str]:
    """The code blocks of the guide in one language."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


class Web:
    """A web that answers every call with the same entries."""

    def __init__(self, *ids: int) -> None:
        self.entries = [{"id": each, "title": f"Entry {each}"} for each in ids]

    def request(self, *_: Any, **__: Any) -> dict[str, Any]:
        """The entries."""
        return {"status": 200, "body": self.entries}


class Context:
    """An action's context with nothing but the web."""

    http = Web(1, 2, 3)


def test_the_action_and_the_trigger_do_what_the_guide_says() -> None:
    names: dict[str, Any] = {}
    for source in blocks("python"):
        exec(compile(source, "docs/plug-ins.md", "exec"), names)  # noqa: S102
    titles, feed = names["titles"], names["FEED"]
    assert isinstance(titles, Action)
    assert isinstance(feed, TriggerType)
    assert titles.parameter("url").doc == "Where the feed is."
    assert titles.run(Context(), url="x", most=2).output == ["Entry 1", "Entry 2"]
    first = feed.watch(Look({"url": "x"}, None, Web(1), 0.0))
    assert (list(first.happenings), first.state) == ([], [1])
    [new] = feed.watch(Look({"url": "x"}, first.state, Web(2, 1), 0.0)).happenings
    assert (new.key, new.data) == ("2", {"entry": {"id": 2, "title": "Entry 2"}})


def test_the_entry_points_are_proper_toml() -> None:
    groups = tomllib.loads(blocks("toml")[0])["project"]["entry-points"]
    assert groups == {"hub.actions": {"titles": "hub_feeds:titles"}, "hub.triggers": {"feed": "hub_feeds:FEED"}}

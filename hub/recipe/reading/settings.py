"""`settings` of a recipe: how its runs live beside each other, and their limits."""

from __future__ import annotations

from typing import Any

from hub.model import RecipeSettings
from hub.recipe.node import Node
from hub.recipe.reading.draft import Draft
from hub.recipe.reading.outline import Spot
from hub.recipe.reading.retries import read_retry
from hub.recipe.reading.section import Section, expect

MODES = ("parallel", "queued", "single", "restart")
PRIORITIES = ("high", "normal", "low")
_COUNTS = ("runs_per_hour", "writes_per_run", "messages_per_hour")
_MOST = 1_000_000


def read_settings(node: Node, draft: Draft) -> RecipeSettings:
    """The settings; what cannot be used has its default (and a problem)."""
    section = Section(node, draft.findings, what="settings")
    mode = section.word("mode", MODES, default="parallel")
    key_node = section.take("key")
    key = ""
    if key_node is not None and expect(key_node, "text", findings=draft.findings, what="`key`"):
        key = draft.note_expression(key_node, "key", Spot(0))
    limits = section.take("limits")
    retry = section.take("retry")
    priority = section.word("priority", PRIORITIES, default="normal")
    timeout = section.duration("timeout")
    keep_history = section.duration("keep_history")
    section.close()
    for name, unkept in (("mode", mode != "parallel"), ("key", key), ("timeout", timeout), ("limits", limits)):
        if unkept:
            draft.outline.unkept.append((section.place(name), f"`settings.{name}`"))
    return RecipeSettings(
        mode=mode,
        key=key,
        priority=priority,
        timeout=timeout,
        retry=read_retry(retry, draft.findings) if retry else None,
        limits=_read_limits(limits, draft) if limits else {},
        keep_history=keep_history,
    )


def _read_limits(node: Node, draft: Draft) -> dict[str, Any]:
    section = Section(node, draft.findings, what="limits")
    counts = {key: section.whole(key, default=0, lowest=1, highest=_MOST) for key in _COUNTS}
    over = section.word("over", ("hold",), default="hold")
    section.close()
    return {**{key: count for key, count in counts.items() if count}, "over": over}

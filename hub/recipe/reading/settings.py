"""`settings` of a recipe: how its runs live beside each other, and their limits."""

from __future__ import annotations

from typing import Any

from hub.model import RecipeSettings
from hub.recipe.nearest import spell
from hub.recipe.node import Node
from hub.recipe.reading.draft import Draft
from hub.recipe.reading.outline import Spot
from hub.recipe.reading.retries import read_retry
from hub.recipe.reading.section import Section, expect

MODES = ("parallel", "queued", "single", "restart")
PRIORITIES = ("high", "normal", "low")
ORDERS = ("per_record", "any")
LIMITS = ("runs_per_hour", "writes_per_run", "messages_per_hour")
_MOST = 1_000_000


def read_settings(node: Node, draft: Draft) -> RecipeSettings:
    """The settings; what cannot be used has its default (and a problem)."""
    section = Section(node, draft.findings, what="settings")
    mode = section.word("mode", MODES, default="parallel")
    key_node = section.take("key")
    key = ""
    if key_node is not None and expect(key_node, "text", findings=draft.findings, what="`key`"):
        key = draft.note_expression(key_node, "key", Spot(0))
        if mode == "parallel":
            message = "`key` says which runs wait for each other, but without a `mode` none of them does."
            hint = "Write `mode: queued`, `single` or `restart` beside it, or take `key` out."
            draft.findings.add("RCP218", message, section.place("key"), hint=hint)
    limits = section.take("limits")
    retry = section.take("retry")
    order = section.word("order", ORDERS, default=ORDERS[0])
    priority = section.word("priority", PRIORITIES, default="normal")
    timeout = read_timeout(section)
    draft.outline.timeout = timeout
    keep_history = section.duration("keep_history")
    section.close()
    return RecipeSettings(
        mode=mode,
        key=key,
        priority=priority,
        timeout=timeout,
        retry=read_retry(retry, draft.findings) if retry else None,
        limits=_read_limits(limits, draft) if limits else {},
        keep_history=keep_history,
        order=order,
    )


def read_timeout(section: Section) -> float | None:
    """How long something may take, None where it is not said."""
    timeout = section.duration("timeout")
    if timeout == 0:
        hint = "Give it some time, as in 10m, or leave `timeout` out."
        section.findings.add("RCP219", "`timeout` is no time at all.", section.value_place("timeout"), hint=hint)
    return timeout


def _read_limits(node: Node, draft: Draft) -> dict[str, Any]:
    section = Section(node, draft.findings, what="limits")
    counts = {key: section.whole(key, default=0, lowest=1, highest=_MOST) for key in LIMITS}
    over = section.word("over", ("hold",), default="hold")
    section.close()
    if node.kind == "map" and not any(section.has(key) for key in LIMITS):
        hint = f"Write one of {spell([f'`{key}`' for key in LIMITS], last='or')}, or take `limits` out."
        draft.findings.add("RCP217", "`limits` names no limit.", node.place, hint=hint)
    return {**{key: count for key, count in counts.items() if count}, "over": over}

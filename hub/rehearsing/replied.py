"""What was answered to the steps of a real run, in the words of a test file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hub.engine.scope import ANSWER_LINK
from hub.model import Record, StepRecord, StepStatus
from hub.rehearsing.play import ANSWERS

_ADDRESS = re.compile(rf"(?:https?://[^\s/\"'<>]+)?(?:/[^\s/\"'<>]+)*?{ANSWER_LINK.pattern}")
_OWN = frozenset({"answer", "by", "at", "timed_out"})
_DECIDED = {StepStatus.OK: "done", StepStatus.SKIPPED: "skip"}


def reply_of(step: StepRecord) -> Record | None:
    """The reply that a `wait_for` or `hold` step got, None when it got none."""
    request = step.request if isinstance(step.request, dict) else None
    if request is None or step.finished_at is None:
        return None  # skipped by its condition, or still waiting
    after = int(step.finished_at - step.started_at)
    later = {"after": f"{after}s"} if after > 0 else {}
    if step.action == "hold":
        return {"step": step.path, "answer": _DECIDED[step.status], **later} if step.status in _DECIDED else None
    output = step.output if isinstance(step.output, dict) else {}
    if step.status is not StepStatus.OK or not output or output.get("timed_out"):
        return None
    if "webhook" in request:
        return {"step": step.path, "body": output.get("body"), "headers": dict(output.get("headers") or {}), **later}
    fields = {name: value for name, value in output.items() if name not in _OWN}
    given = {"fields": fields} if fields else {}
    return {"step": step.path, "answer": output["answer"], "by": output.get("by") or "somebody", **given, **later}


def with_test_links(value: Any) -> Any:
    """`value` with the addresses of answers as a test has them."""
    if isinstance(value, str):
        return _ADDRESS.sub(lambda found: f"{ANSWERS}/{found[2]}/{found[3]}", value)
    if isinstance(value, Mapping):
        return {key: with_test_links(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [with_test_links(part) for part in value]
    return value

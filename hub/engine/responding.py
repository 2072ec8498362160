"""What a sender is told: by the recipe's `respond`, at once or when the run is over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.engine.reception import Answer
from hub.errors import StepError
from hub.recipe.durations import parse_duration
from hub.recipe.expressions import Expressions

DEFAULT_STATUS = 202
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Awaited:
    """The run whose end the sender waits for, at most `seconds`; `tell` makes the answer of its result."""

    event_id: str
    recipe_id: str
    seconds: float
    tell: Callable[[str, str, Any], Answer]
    """(run id, status, result) -> the answer."""


def respond(
    option: Mapping[str, Any], names: Mapping[str, Any], expressions: Expressions, *, otherwise: Answer
) -> Answer:
    """The answer as the option says it, with `otherwise` for what it leaves open. A body that cannot be rendered is
    left open, too: the delivery is kept, and its sender must not send it again."""
    answer = replace(otherwise, status=int(option.get("status") or otherwise.status))
    if option.get("body") is None:
        return answer
    try:
        body = expressions.value(option["body"], names)
    except StepError as problem:
        log.warning("The body of `respond` could not be rendered: %s", problem)
        return answer
    kind = option.get("content_type")
    return replace(answer, body=body, headers={**answer.headers, "Content-Type": kind} if kind else answer.headers)


def respond_later(
    option: Mapping[str, Any], names: Mapping[str, Any], expressions: Expressions, *, event_id: str, recipe_id: str
) -> Awaited:
    """What to wait for, and what to say then. `option` has a `wait`."""

    def tell(run_id: str, status: str, result: Any) -> Answer:
        told = {"id": event_id, "run": run_id, "status": status, "result": result}
        return respond(option, {**names, "result": result}, expressions, otherwise=Answer(200, told))

    return Awaited(event_id, recipe_id, parse_duration(str(option["wait"])), tell)

"""A step knows when its first attempt began, on every attempt: what is made from that is the same each time."""

from __future__ import annotations

from hub.context import Context
from hub.errors import Transient
from hub.model import ActionKind, RunStatus
from hub.registry import Outcome, action
from tests.engine.conftest import Workshop


def test_every_attempt_knows_when_the_first_one_began(shop: Workshop) -> None:
    seen: list[float] = []

    @action("probe.look", kind=ActionKind.ABSOLUTE)
    def look(ctx: Context) -> Outcome:
        """Looks."""
        seen.append(ctx.began)
        ctx.before_send()
        if len(seen) < 3:
            raise Transient("not yet")
        return Outcome(None)

    shop.registry.add_action(look)
    shop.begin(shop.recipe("  - {action: probe.look}"))
    began = shop.now
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.now > began
    assert seen == [began] * 3

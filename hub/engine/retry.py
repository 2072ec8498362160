"""What happens next when a step ends without a result. A pure decision: error and counts in, a value out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.errors import NeedsPerson, RateLimited, StepError, Transient, Unauthorized, Unknown
from hub.model import ActionKind, RetryRule

LONGEST_PATIENCE = 86400.0
"""Seconds: no API's Retry-After keeps us longer than a day."""

SHORTEST_PATIENCE = 0.05


class Next(StrEnum):
    """What becomes of the step."""

    AGAIN = "again"  # at `due_at`
    PARK = "park"  # until there is a working key
    HOLD = "hold"  # for a person
    SKIP = "skip"  # as the recipe says for an unknown result
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Decision:
    """`counted`: this attempt uses up one try. `due_at` is only meant for AGAIN. `reason` is for the office."""

    next: Next
    reason: str
    counted: bool = True
    due_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Situation:
    """What the decision is made from. `tries` includes the attempt that just ended; `luck` is random in [0, 1)."""

    kind: ActionKind
    rule: RetryRule
    tries: int
    now: float
    luck: float
    keyed: bool = True
    on_unknown: str = "hold"
    look_at: float = 0.0


def decide(error: StepError, situation: Situation) -> Decision:
    """The one place where it is decided whether a failed step is tried again."""
    if isinstance(error, Unauthorized):
        return Decision(Next.PARK, f"Waiting for a working key: {error}", counted=False)
    if isinstance(error, NeedsPerson):
        return Decision(Next.HOLD, str(error), counted=False)
    if isinstance(error, RateLimited):
        return _be_patient(error, situation)
    if isinstance(error, Transient):
        return _again(error, situation, earliest=situation.now + (error.retry_after or 0.0))
    if isinstance(error, Unknown):
        return _unknown(error, situation)
    return Decision(Next.FAIL, str(error))


def may_repeat(kind: ActionKind, *, keyed: bool) -> bool:
    """Whether an effect whose result is unknown may simply be sent again without being doubled."""
    return kind in (ActionKind.PURE, ActionKind.READ, ActionKind.ABSOLUTE, ActionKind.FLOW) or (
        kind is ActionKind.KEYED and keyed
    )


def _be_patient(error: RateLimited, situation: Situation) -> Decision:
    wait = min(error.retry_after if error.retry_after is not None else 5.0, LONGEST_PATIENCE)
    spread = min(1.0 + wait * 0.25, 30.0) * situation.luck
    due_at = situation.now + max(wait, SHORTEST_PATIENCE) + spread
    return Decision(Next.AGAIN, "Waiting because the API asked for patience.", counted=False, due_at=due_at)


def _again(error: StepError, situation: Situation, *, earliest: float) -> Decision:
    rule = situation.rule
    if situation.tries >= rule.attempts:
        times = "once" if situation.tries == 1 else f"{situation.tries} times"
        return Decision(Next.FAIL, f"Tried {times}: {error}")
    delay = _delay(rule, situation.tries)
    jittered = delay / 2 + delay / 2 * situation.luck
    due_at = max(situation.now + jittered, min(earliest, situation.now + LONGEST_PATIENCE))
    return Decision(Next.AGAIN, f"Trying again: {error}", due_at=due_at)


def _delay(rule: RetryRule, tries: int) -> float:
    if not rule.delays:
        return 0.0
    return rule.delays[min(tries, len(rule.delays)) - 1]


def _unknown(error: Unknown, situation: Situation) -> Decision:
    if may_repeat(situation.kind, keyed=situation.keyed):
        return _again(error, situation, earliest=situation.now)
    if situation.kind is ActionKind.KEYED:
        return _again(error, situation, earliest=situation.look_at)
    if situation.on_unknown == "repeat":
        return _again(error, situation, earliest=situation.now)
    if situation.on_unknown == "skip":
        return Decision(Next.SKIP, f"It may have happened, and the recipe says to go on: {error}")
    return Decision(Next.HOLD, f"It may have happened; a person must decide whether to repeat it: {error}")

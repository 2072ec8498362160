"""Control flow. These actions have no function of their own: the engine does them. Here is what they are called,
what they take and what they are for.
"""

from __future__ import annotations

from hub.model import ActionKind
from hub.registry import Action, Parameter

SET = Action(
    "set",
    ActionKind.FLOW,
    "Keeps values under names of your choice. Later steps read them as vars.NAME.",
    (),
    free=True,
    output="The values that were set.",
)

STOP = Action(
    "stop",
    ActionKind.FLOW,
    "Ends the run here, with a message for the history.",
    (
        Parameter(
            "status",
            "text",
            required=False,
            default="succeeded",
            doc="How the run ends: succeeded, failed or skipped.",
            choices=("succeeded", "failed", "skipped"),
        ),
        Parameter("message", "text", required=False, default="", doc="Why, in a sentence for the history."),
    ),
)

WAIT = Action(
    "wait",
    ActionKind.FLOW,
    "Pauses the run. Nothing is held busy meanwhile, and a restart does not shorten or lengthen the wait.",
    (
        Parameter("for", "any", required=False, doc="How long: 30s, 10m, 2h, 3d, or a number of seconds."),
        Parameter("until", "any", required=False, doc="Until when: a date or a time, such as 2026-03-31T08:00."),
    ),
)

CHOOSE = Action(
    "choose",
    ActionKind.FLOW,
    "Takes the first branch whose condition holds, else the else branch, if there is one.",
    (),
    output="{branch}: the number of the branch that was taken, counted from 1, or empty.",
)

FLOW_ACTIONS = (SET, STOP, WAIT, CHOOSE)

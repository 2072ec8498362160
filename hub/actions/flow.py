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
        Parameter("result", "any", required=False, doc="What a recipe gets that has called this one."),
    ),
)

WAIT = Action(
    "wait",
    ActionKind.FLOW,
    "Pauses the run. Nothing is held busy meanwhile, and a restart does not shorten or lengthen the wait.",
    (
        Parameter("for", "any", required=False, doc="How long: 30s, 2h, 3d, 3 working days, or a number of seconds."),
        Parameter("at", "text", required=False, doc="The next such time of day after that: 09:00."),
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

WAIT_FOR = Action(
    "wait_for",
    ActionKind.FLOW,
    "Pauses the run until somebody answers by a link or on the dashboard, or until another app sends something.",
    (
        Parameter("answers", "list", required=False, default=("approve", "decline"), doc="The words to answer with."),
        Parameter("question", "text", required=False, default="", doc="What is asked, on the page of the link."),
        Parameter("ask", "object", required=False, doc="Typed fields that are filled in with the answer, like inputs."),
        Parameter(
            "webhook", "text", required=False, doc="In place of people: the address, after /hooks/, to listen at."
        ),
        Parameter(
            "verify", "text|object", required=False, doc="How a delivery is believed, as with a webhook trigger."
        ),
        Parameter("secret", "text|list", required=False, doc="The name of the secret, as with a webhook trigger."),
        Parameter("match", "expression", required=False, doc="What of a delivery must fit: body.job_id."),
        Parameter("equals", "any", required=False, doc="What it must come to. A number equals its text."),
        Parameter("for", "any", required=False, doc="How long at most: 2h, 3d, 3 working days. A year, if not given."),
        Parameter(
            "otherwise",
            "any",
            required=False,
            doc="The answer, or the body, that counts when none came in time. Without it the step fails then.",
        ),
    ),
    output="People: {answer, by, at, timed_out} and the fields of `ask`. Another app: {body, headers, timed_out}.",
)

HOLD = Action(
    "hold",
    ActionKind.FLOW,
    "Holds the run for a person, who does what the message says and then lets it go on.",
    (Parameter("message", "text", required=True, doc="What the person is to do, in a sentence."),),
)

PARALLEL = Action(
    "parallel",
    ActionKind.FLOW,
    "Takes all branches side by side, and goes on when all of them are at their ends.",
    (Parameter("max_parallel", "integer", required=False, default=16, doc="How many are taken at once, at most 16."),),
    output="{branches}: how many there were. The steps inside have their own results.",
)

CALL = Action(
    "call",
    ActionKind.FLOW,
    "Starts another recipe, which must have a manual trigger, as a run of its own, and waits for its end. Nothing is "
    "held busy meanwhile.",
    (
        Parameter("recipe", "text", required=True, doc="The id of the other recipe."),
        Parameter("inputs", "object", required=False, default={}, doc="What it asks for, by name."),
        Parameter("wait", "boolean", required=False, default=True, doc="false goes on at once."),
    ),
    output="{run, status, result}: the other run, how it ended, and the `result` of its `stop`.",
)

FLOW_ACTIONS = (SET, STOP, WAIT, WAIT_FOR, HOLD, CHOOSE, PARALLEL, CALL)

"""Which delivery a step with `wait_for` and `webhook` goes on with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hub.engine.bench import Bench
from hub.engine.matching import key_of_value, match_key
from hub.engine.scope import event_names
from hub.model import Event, Step, StepRecord, StepStatus
from hub.ports.answers import Awaited

PART = 200
"""Events that are looked at in one go."""


def find_delivery(bench: Bench, step: Step, record: StepRecord) -> Event | None:
    """The oldest believed delivery since the run began that fits and that no other step of the run has taken.

    The run is woken by what comes after this look, so nothing falls in between.
    """
    request = record.request
    source, wanted = f"webhook:{request['webhook']}", key_of_value(request["equals"])
    awaited = Awaited(
        record.run_id, record.path, source, str(step.arguments["match"]), wanted,
        step.arguments.get("verify"), step.arguments.get("secret"),
    )  # fmt: skip
    woken_by = bench.tools.answers.attend(awaited)
    taken = {bench.claimed.event.id, *_taken(bench.known.values())}
    for event in _heard(bench, source, woken_by):
        names = event_names(event, now=bench.tools.clock)
        if event.id not in taken and match_key(awaited.match, names, bench.tools.expressions) == wanted:
            return event
    return None


def _taken(records: Iterable[StepRecord]) -> Iterator[str]:
    for each in list(records):
        if each.action == "wait_for" and each.status is StepStatus.OK and isinstance(each.request, dict):
            yield str(each.request.get("event", ""))


def _heard(bench: Bench, source: str, woken_by: str) -> Iterator[Event]:
    """The event that woke the run, and then all since its start: what woke it may fit no more, or be one of several."""
    answers, since = bench.tools.answers, bench.claimed.run.created_at
    first = answers.heard_event(woken_by, source=source, since=since) if woken_by else None
    if first is not None:
        yield first
    last = None
    while part := answers.heard(source, since=since, after=last, limit=PART):
        yield from part
        last = part[-1]

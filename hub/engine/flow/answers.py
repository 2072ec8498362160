"""`wait_for` and `hold`: a run that goes on when somebody has answered, another app has sent something, or a person
has done their part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hub.engine.bench import Bench
from hub.engine.flow.deliveries import find_delivery
from hub.engine.flow.records import rendered, settle
from hub.engine.flow.walking import Scope, new_record, own
from hub.engine.links import answers_of, loops_of, place_of
from hub.engine.signals import Hold, Pause
from hub.engine.step import give_up
from hub.engine.waiting import LONGEST_WAIT, latest
from hub.errors import Permanent, StepError, Unavailable
from hub.model import Step, StepRecord, StepStatus
from hub.ports.answers import Given
from hub.recipe.nearest import spell

DRY = "the dry run"
LOOK_AGAIN = 5.0
"""Seconds until the next look when the database did not say what was answered."""


@own("wait_for")
def _wait_for(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    """Wait once more, or go on. That a wait has begun is recorded, so that its end does not move."""
    record = bench.known.get(path) or new_record(bench, step, path)
    begins = record.status is not StepStatus.WAITING
    if begins:
        record = _begin(bench, step, scope, record)
    try:
        if "webhook" in step.arguments:
            with bench.looking:  # two steps side by side must not take the same delivery
                return _listen(bench, step, record)
        return _ask(bench, step, record, begins=begins)
    except Unavailable as problem:
        raise Pause(f"Looking again soon: {problem}", due_at=bench.now() + LOOK_AGAIN) from problem


def _begin(bench: Bench, step: Step, scope: Scope, record: StepRecord) -> StepRecord:
    request = rendered(bench, step, scope, record)
    now = bench.now()
    try:
        length = request.get("for")
        due_at = now + LONGEST_WAIT if length is None else latest(length, now=now, calendar=bench.tools.calendar)
        if "webhook" in request and request.get("equals") in (None, ""):
            raise Permanent("`equals` is empty, so nobody could tell which delivery is meant.")
    except StepError as error:
        give_up(bench, step, replace(record, request=request, finished_at=now), error)
        raise
    place = place_of(record.path, loops=loops_of(bench.recipe))
    return replace(
        record,
        status=StepStatus.WAITING,
        key=f"{bench.claimed.run.root_id}/{place}",
        request=request,
        started_at=now,
        due_at=due_at,
        error=None,
        finished_at=None,
    )


# ---- people


def _ask(bench: Bench, step: Step, record: StepRecord, *, begins: bool) -> Any:
    answers, due_at = answers_of(step), record.due_at or bench.now()
    if bench.tools.dry:
        given = Given(answers[0], DRY, bench.now())
        return _answered(bench, step, record, given, note=f"A dry run takes the first answer: {answers[0]}.")
    run = bench.claimed.run
    root_id, _, place = record.key.partition("/")
    question = {"root_id": root_id, "place": place}
    if begins:
        found = bench.tools.answers.ask(run.id, run.claim, **question)
    else:
        found = bench.tools.answers.find_answer(**question)
    if found is None and bench.now() >= due_at:
        found = bench.tools.answers.time_out(run.id, run.claim, **question, now=bench.now())
    if found is None:
        bench.remember(record)
        raise Pause(f"Waiting for an answer: {spell(answers, last='or')}.", due_at=due_at)
    if not found.timed_out:
        return _answered(bench, step, record, found, note=f"Answered by {found.by}: {found.answer}.")
    if "otherwise" not in step.arguments:
        error = Permanent("Nobody answered in time.", hint="With `otherwise`, an answer of your choice counts then.")
        return give_up(bench, step, replace(record, due_at=None, finished_at=bench.now()), error)
    note = f"Nobody answered in time, so {step.arguments['otherwise']} counts."
    return _answered(bench, step, record, replace(found, answer=str(step.arguments["otherwise"])), note=note)


def _answered(bench: Bench, step: Step, record: StepRecord, given: Given, *, note: str) -> Any:
    ask = step.arguments.get("ask") or {}
    fields = {name: given.fields.get(name, _default(details)) for name, details in ask.items()}
    output = {
        "answer": given.answer,
        "by": given.by,
        "at": _iso(given.at),
        **fields,
        "timed_out": given.timed_out,
    }
    return settle(bench, record, output, note=note, request=record.request)


def _default(details: Any) -> Any:
    return details.get("default") if isinstance(details, Mapping) else None


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# ---- other apps


def _listen(bench: Bench, step: Step, record: StepRecord) -> Any:
    due_at, request = record.due_at or bench.now(), record.request
    if bench.tools.dry:
        body = request.get("otherwise", {})
        note = "A dry run does not wait: it goes on as if nothing had been sent."
        return settle(bench, record, {"body": body, "headers": {}, "timed_out": True}, note=note, request=request)
    event = find_delivery(bench, step, record)
    if event is not None:
        output = {"body": event.data.get("body"), "headers": event.data.get("headers") or {}, "timed_out": False}
        return settle(bench, record, bench.clean(output), note="It was sent.", request={**request, "event": event.id})
    if bench.now() < due_at:
        bench.remember(record)
        raise Pause(f"Waiting for what another app sends to /hooks/{request['webhook']}.", due_at=due_at)
    if "otherwise" not in step.arguments:
        error = Permanent(f"Nothing that fits was sent to /hooks/{request['webhook']} in time.")
        return give_up(bench, step, replace(record, due_at=None, finished_at=bench.now()), error)
    output = {"body": request.get("otherwise"), "headers": {}, "timed_out": True}
    return settle(bench, record, output, note="Nothing was sent in time, so `otherwise` counts.", request=request)


# ---- a person's part


@own("hold")
def _hold(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    """Hold the run until a person says that it shall go on."""
    record = bench.known.get(path) or new_record(bench, step, path)
    if record.status is not StepStatus.WAITING:
        request = rendered(bench, step, scope, record)
        record = replace(record, status=StepStatus.WAITING, request=request, error=None, finished_at=None)
        bench.remember(record)
        decision = "done" if bench.tools.dry else ""
    else:
        decision = bench.take_decision()
    if decision == "skip":
        bench.remember(replace(record, status=StepStatus.SKIPPED, note="Skipped.", finished_at=bench.now()))
        return None
    if decision == "done":
        note = "A dry run goes on here; a run is held for a person." if bench.tools.dry else "Done by a person."
        return settle(bench, record, None, note=note, request=record.request)
    raise Hold(str(record.request.get("message") or "The recipe holds the run here for a person."))

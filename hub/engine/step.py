"""One attempt of one step: finished before? else render, record the intent, act, record the outcome."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub import failpoints
from hub.engine.arguments import jsonable, keepable, typed
from hub.engine.bench import Bench
from hub.engine.limits import StepLimits
from hub.engine.retry import Decision, Next, Situation, decide, may_repeat
from hub.engine.scope import reveal
from hub.engine.signals import Failed, Hold, Park, Pause
from hub.engine.transport import StepContext
from hub.errors import (
    HubError,
    NeedsPerson,
    OverLimit,
    Permanent,
    StepError,
    Transient,
    Unauthorized,
    Unavailable,
    Unknown,
)
from hub.model import ActionKind, Attempt, Condition, Step, StepRecord, StepStatus
from hub.recipe.reading.retries import DEFAULT_RETRY
from hub.registry import Action, Outcome
from hub.timed import no_longer_than

log = logging.getLogger(__name__)

LIMIT = "(limit)"
"""Under this name, which no expression can spell, the scope holds until when it all may take (flow.limits)."""

LONGEST_STAY = 600.0
"""Seconds from its first attempt for which a step that is tried again keeps others away from its record."""

MAY_HAVE_HAPPENED = "may_have_happened"
"""In the error of a step that has failed: nobody knows whether what it has sent was done."""

SLOW_INTENT = 0.1
"""The part of `unknown_wait` that writing an intent may take."""

KEYS_AGE_EARLY = 0.95
"""The part of its promised time for which we trust the API to know an idempotency key."""


@dataclass(slots=True)
class Try:
    """One attempt under way. `record` is the step's line as it stands."""

    bench: Bench
    step: Step
    action: Action
    record: StepRecord
    number: int
    began: float
    context: StepContext | None = None


def attempt(bench: Bench, step: Step, path: str, scope: Mapping[str, Any]) -> Any:
    """Do the step once and return its output.

    Pause, Park, Hold or Failed say what happens instead; Failed only when the step itself is given up, before its
    `on_error` is looked at.
    """
    action = bench.tools.registry.action(step.action)
    known = bench.known.get(path)
    now = bench.now()
    key = f"{bench.claimed.run.root_id}/{path}"
    record = known or StepRecord(bench.claimed.run.id, path, step.id, step.action, StepStatus.STARTED, now, key=key)
    if action is None or action.run is None:
        error = Permanent(f"There is no action called {step.action}.", place=step.place)
        return give_up(bench, step, replace(record, finished_at=now), error)
    if known is not None and known.due_at is not None and now < known.due_at and not bench.decision:
        raise Pause(_why_waiting(known), due_at=known.due_at)
    current = Try(bench, step, action, record, record.tries + 1, now)
    settled = _settle_unknown(current)
    if settled is not None:
        return settled.output
    try:
        return _succeed(current, _act(current, scope))
    except StepError as error:
        return _fail(current, error)


def _why_waiting(known: StepRecord) -> str:
    """Something else has woken the run: this step still has to wait before it is tried again."""
    return f"Trying again: {(known.error or {}).get('message', '')}".strip()


def _seconds_left(bench: Bench, scope: Mapping[str, Any]) -> float | None:
    limit = scope.get(LIMIT)
    return None if limit is None else max(0.0, limit.at - bench.now())


def _act(current: Try, scope: Mapping[str, Any]) -> Outcome:
    bench, step, record = current.bench, current.step, current.record
    if record.request is None:
        request = _render(bench, step, current.action, scope)
        record = current.record = replace(record, request=request)
    arguments = _with_secrets(bench, current.action, record.request)
    context = current.context = StepContext(
        doors=bench.tools.doors,
        key=record.key,
        previous=bench.known.get(record.path),
        began=record.started_at,
        clock=bench.tools.clock,
        intent=_Intent(current),
        dry=bench.tools.dry,
        trust_key=_key_is_remembered(current),
        limits=StepLimits(bench.limits, record.path),
        recipe_id=bench.recipe.id,
        run_began=bench.claimed.run.created_at,
        judge=_Judge(bench, step, scope),
    )
    assert current.action.run is not None
    try:
        with no_longer_than(_seconds_left(bench, scope)):
            result = current.action.run(context, **typed(current.action, arguments))
    except StepError:
        raise
    except Unavailable as problem:  # our own database, asked before anything has left
        raise Transient(problem.message, detail=problem.detail, hint=problem.hint) from problem
    except HubError as problem:
        raise Permanent(str(problem), detail=problem.detail) from problem
    except Exception as bug:
        log.exception("The action %s broke in run %s", step.action, bench.claimed.run.id)
        shown = "".join(traceback.format_exception_only(bug)).strip()
        kind: type[StepError] = Unknown if current.record.sent_at is not None else Permanent
        raise kind(f"The action {step.action} broke: {shown}", detail=traceback.format_exc()) from bug
    finally:
        bench.plan.extend({"step": record.path, **bench.clean(jsonable(line))} for line in context.plan)
    return result if isinstance(result, Outcome) else Outcome(result)


def _render(bench: Bench, step: Step, action: Action, scope: Mapping[str, Any]) -> Any:
    rendered = {}
    for name, value in step.arguments.items():
        try:
            parameter = action.parameter(name)
            html = parameter is not None and parameter.html
            rendered[name] = jsonable(bench.tools.expressions.value(value, scope, html=html))
        except StepError as error:
            error.place = error.place or step.places.get(name, step.place)
            raise
    return rendered


def _with_secrets(bench: Bench, action: Action, request: Mapping[str, Any]) -> dict[str, Any]:
    secret = {each.name for each in action.parameters if each.secret}
    root = bench.claimed.run.root_id
    return {name: reveal(value, bench.secrets, root) if name in secret else value for name, value in request.items()}


class _Judge:
    """Says whether an expression of the step's `with` holds, with the names of the step and some more."""

    def __init__(self, bench: Bench, step: Step, scope: Mapping[str, Any]) -> None:
        self._expressions, self._scope, self._place = bench.tools.expressions, scope, step.place

    def __call__(self, source: str, names: Mapping[str, Any]) -> bool:
        condition = Condition("expression", self._place, source)
        return self._expressions.condition(condition, {**self._scope, **names}).value


class _Intent:
    """Called by a door right before an effect leaves: durable, and only while the run is ours."""

    def __init__(self, current: Try) -> None:
        self._current = current

    def __call__(self, *, resource: str = "") -> None:
        current = self._current
        bench = current.bench
        if bench.tools.dry:
            return
        failpoints.reach("before_intent")
        while self._write(resource) > bench.tools.unknown_wait * SLOW_INTENT:
            # The database was away. Whoever looks later whether it happened counts from `sent_at`: it must not lie.
            log.warning("The intent of %s in run %s is written anew.", current.record.path, bench.claimed.run.id)
        failpoints.reach("after_intent")

    def _write(self, resource: str) -> float:
        """Write that it leaves now; how many seconds that took."""
        current, bench = self._current, self._current.bench
        sent_at = bench.now()
        current.record = replace(
            current.record,
            status=StepStatus.STARTED if current.record.status is not StepStatus.UNKNOWN else StepStatus.UNKNOWN,
            sent_at=sent_at,
            resource=resource or current.record.resource,
            error=None,
            due_at=None,
        )
        bench.remember(current.record)
        bench.flush()
        return bench.now() - sent_at


def _succeed(current: Try, outcome: Outcome) -> Any:
    bench = current.bench
    failpoints.reach("after_effect")
    now = bench.now()
    output = bench.clean(keepable(outcome.output))
    record = replace(
        current.record, status=StepStatus.OK, output=output, note=outcome.note, tries=current.number, error=None,
        due_at=None, finished_at=now,
    )  # fmt: skip
    run_id, path = bench.claimed.run.id, record.path
    bench.remember(record, attempt=Attempt(run_id, path, current.number, current.began, now, "ok"))
    writes = tuple(current.context.writes) if current.context else ()
    if record.sent_at is not None or writes:
        echoes = bench.tools.echoes
        bench.flush(writes=writes, arrivals=echoes(bench.claimed, record.key, writes) if echoes and writes else ())
    return output


def _fail(current: Try, error: StepError) -> Any:
    bench, step = current.bench, current.step
    now = bench.now()
    error.place = error.place or step.place
    if isinstance(error, Unauthorized):
        bench.tools.reject_key(error.connection, error.version)
    decision = decide(error, _situation(current, now))
    shown = bench.clean(error.as_dict())
    doubtful = isinstance(error, Unknown) or (
        current.context is not None
        and current.context.may_have_happened is not None
        and not isinstance(error, Permanent)
    )
    record = replace(
        current.record,
        status=StepStatus.UNKNOWN if doubtful else StepStatus.ERROR,
        tries=current.number if decision.counted else current.number - 1,
        error=shown,
        due_at=decision.due_at or None,
    )
    if isinstance(error, OverLimit) and not doubtful:
        record = replace(record, sent_at=None)  # a message is counted after its intent; it has not left
    outcome = "unknown" if isinstance(error, Unknown) else "error"
    line = Attempt(bench.claimed.run.id, record.path, current.number, current.began, now, outcome, shown)
    return _follow(current, decision, record, line, error)


def _follow(current: Try, decision: Decision, record: StepRecord, line: Attempt, error: StepError) -> Any:
    bench = current.bench
    reason = bench.clean(decision.reason)
    if decision.next is Next.FAIL:
        over = replace(record, finished_at=bench.now(), due_at=None)
        earlier = current.context.may_have_happened if current.context else None
        return give_up(bench, current.step, over, error, attempt=line, in_doubt=earlier is not None)
    if decision.next is Next.SKIP:
        skipped = replace(record, status=StepStatus.SKIPPED, note=reason, finished_at=bench.now(), due_at=None)
        bench.remember(skipped, attempt=line)
        return None
    bench.remember(record, attempt=line if decision.counted else None)
    if decision.next is Next.PARK:
        known = (error.connection, error.version) if isinstance(error, Unauthorized) and error.version else None
        raise Park(reason, waits_for=known)
    if decision.next is Next.HOLD:
        raise Hold(reason, error=record.error)
    raise Pause(reason, due_at=decision.due_at, keeps_lane=_keeps_lane(record, decision.due_at))


def _keeps_lane(record: StepRecord, due_at: float) -> bool:
    """Whether a step that is tried again keeps other runs about its record waiting."""
    return due_at <= record.started_at + LONGEST_STAY


def give_up(
    bench: Bench,
    step: Step,
    record: StepRecord,
    error: StepError,
    *,
    attempt: Attempt | None = None,
    in_doubt: bool = False,
) -> Any:
    """Record that the step failed for good, and raise Failed. `in_doubt`: an attempt before may have happened."""
    error.place = error.place or step.place
    shown = bench.clean(error.as_dict())
    if in_doubt or (record.sent_at is not None and record.status in (StepStatus.STARTED, StepStatus.UNKNOWN)):
        shown[MAY_HAVE_HAPPENED] = True
    bench.remember(replace(record, status=StepStatus.ERROR, error=shown), attempt=attempt)
    raise Failed(str(shown["message"]), step_id=step.id, error=shown, path=record.path)


def _situation(current: Try, now: float) -> Situation:
    tools, recipe = current.bench.tools, current.bench.recipe
    sent_at = current.record.sent_at
    return Situation(
        kind=current.action.kind,
        rule=current.step.retry or recipe.settings.retry or DEFAULT_RETRY,
        tries=current.number,
        now=now,
        luck=tools.luck(),
        keyed=tools.doors.api.abilities.idempotent,
        on_unknown=current.step.on_unknown,
        look_at=(sent_at or now) + tools.unknown_wait,
    )


def _settle_unknown(current: Try) -> Outcome | None:
    """Apply a person's decision about a held step, and the unknown rule to an earlier attempt that may have happened
    (docs/how-it-works.md).

    None means: go on and act. An Outcome means that the step counts as settled.
    """
    bench, record = current.bench, current.record
    if record.status is StepStatus.ERROR and bench.decision:
        return _as_decided(current, bench.take_decision())
    if record.sent_at is None or record.status not in (StepStatus.STARTED, StepStatus.UNKNOWN):
        return None
    keyed = bench.tools.doors.api.abilities.idempotent and _key_is_remembered(current)
    if may_repeat(current.action.kind, keyed=keyed):
        return None
    if current.action.kind is ActionKind.KEYED:
        look_at = record.sent_at + bench.tools.unknown_wait
        if bench.now() < look_at:
            raise Pause(
                "Waiting until it is safe to look whether an earlier attempt went through.",
                due_at=look_at,
                keeps_lane=_keeps_lane(record, look_at),
            )
        return None
    return _as_decided(current, bench.take_decision() or current.step.on_unknown)


def _key_is_remembered(current: Try) -> bool:
    known_for = current.bench.tools.doors.api.abilities.key_seconds * KEYS_AGE_EARLY
    return current.bench.now() < current.record.started_at + known_for


def _as_decided(current: Try, choice: str) -> Outcome | None:
    bench, record = current.bench, current.record
    if choice == "repeat":
        return None
    if choice in ("skip", "done"):
        status = StepStatus.OK if choice == "done" else StepStatus.SKIPPED
        note = "Counted as done." if choice == "done" else "Skipped."
        bench.remember(replace(record, status=status, note=note, finished_at=bench.now(), due_at=None))
        return Outcome(None, note)
    error = NeedsPerson("This step may have happened: its worker or the connection died while it was being sent.")
    shown = error.as_dict()
    bench.remember(replace(record, status=StepStatus.UNKNOWN, error=shown))
    raise Hold(f"{error} Decide whether to repeat it, count it as done or skip it.", error=shown)

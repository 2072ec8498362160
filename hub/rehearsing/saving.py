"""A test made of a real run: what it read is given, what it changed and sent is expected, what is personal is replaced.

The test is played once before it is handed out, so that whoever saves it knows whether it passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.engine.scope import legible, scrub
from hub.errors import HubError
from hub.model import Event, Recipe, Record, Run, RunStatus, StepRecord
from hub.recipe.writing import as_yaml
from hub.rehearsing.called import in_branch_order
from hub.rehearsing.case import Difference
from hub.rehearsing.catalogue import usual_records
from hub.rehearsing.drafting import Draft
from hub.rehearsing.play import Surroundings, play
from hub.rehearsing.reading import read_tests
from hub.rehearsing.replied import with_test_links
from hub.rehearsing.stand_ins import StandIns
from hub.rehearsing.verdict import differences

_SENSITIVE = re.compile(
    r"passw(or)?d|(^|[_-])pass($|[_-])|secret|token|api[_-]?key|authorization|signature|cookie|credential",
    re.IGNORECASE,
)
_KEPT_STATUSES = frozenset({RunStatus.SUCCEEDED, RunStatus.SKIPPED, RunStatus.FAILED, RunStatus.HELD, RunStatus.PARKED})
_SELDOM_USED = frozenset(
    {"created_at", "updated_at", "custom_fields", "marketing_preferences", "scope_of_work", "latest_job_log"}
    | {"hire_date", "availability_days", "description", "is_default", "position", "system_role", "positions"}
)
"""Fields that a test leaves out unless the recipe names them: notes, time stamps, fields of their own."""
_OWN_REASON = frozenset({RunStatus.SUCCEEDED, RunStatus.SKIPPED, RunStatus.FAILED})


@dataclass(frozen=True, slots=True)
class SavedTest:
    """The text of a test file, what was assumed in it, and how it differs from the run when it is played."""

    text: str
    assumed: tuple[str, ...]
    differences: tuple[Difference, ...]


def save_run(
    run: Run,
    event: Event,
    steps: Iterable[StepRecord],
    *,
    recipe: Recipe,
    surroundings: Surroundings,
    secrets: Mapping[str, str],
    file: str,
) -> SavedTest:
    """The test of a run that is over, held or parked. HubError for one that is still going on."""
    if run.status not in _KEPT_STATUSES:
        raise HubError(f"The run {run.id} is {run.status.value}. Only a run that is over can become a test.")
    steps = in_branch_order(in_loop_order(tuple(steps)), recipe)
    draft = Draft(surroundings.profile)
    if run.recipe_version != recipe.version:
        draft.assume("The run used another version of the recipe than the one that is tested now.")
    happening = _event(run, event, recipe, draft)
    for step in steps:
        draft.add(step)
    expected = {
        "status": run.status.value,
        **({"reason": run.reason} if run.reason and run.status in _OWN_REASON else {}),
        "steps": {step.path: step.status.value for step in steps},
        **{key: getattr(draft, key) for key in ("writes", "messages", "calls", "started") if getattr(draft, key)},
    }
    answers = [_plain_reply(each, recipe) for each in draft.answers]
    world = {"given": _given(draft, recipe), "stored": draft.stored.given, "answers": answers, "later": draft.later}
    case: Record = {
        "name": f"as it happened in the run {run.id}",
        "at": datetime.fromtimestamp(event.time, UTC).isoformat().replace("+00:00", "Z"),
        **({"trigger": run.trigger_id} if len(recipe.triggers) > 1 else {}),
        "event": happening,
        **{key: value for key, value in world.items() if value},
        "expect": expected,
    }
    case = _impersonal(legible(with_test_links(scrub(case, secrets))), event, recipe=recipe, draft=draft)
    notes = "".join(f"# Assumed: {' '.join(each.split())}\n" for each in draft.assumed)
    text = notes + as_yaml({"recipe": recipe.id, "tests": [case]})
    return SavedTest(text, tuple(draft.assumed), _played(text, file, recipe, surroundings))


def in_loop_order(steps: tuple[StepRecord, ...]) -> tuple[StepRecord, ...]:
    """The steps with the items of each loop by number: several may have been at work at once, a test takes turns."""
    places: dict[str, list[int]] = {}
    for place, step in enumerate(steps):
        if step.path.endswith("]"):
            places.setdefault(step.path.rpartition("[")[0], []).append(place)
    ordered = list(steps)
    for taken in places.values():
        items = sorted((steps[place] for place in taken), key=lambda step: int(step.path.rpartition("[")[2][:-1]))
        for place, step in zip(taken, items, strict=True):
            ordered[place] = step
    return tuple(ordered)


def _event(run: Run, event: Event, recipe: Recipe, draft: Draft) -> Record:
    data = event.data
    if event.type in ("manual", "call"):
        data = {name: value for name, value in data.items() if name != "caller"}
        trigger = next((each for each in recipe.triggers if each.id == run.trigger_id), recipe.triggers[0])
        kind = {} if trigger.type == "manual" else {"kind": "manual"}
        return {**kind, **{key: value for key, value in data.items() if value not in (None, {}, [])}}
    if isinstance(data.get("record"), dict) and data.get("resource"):
        return _poll_event(str(data["resource"]), event, recipe, draft)
    if event.type == "webhook":
        wanted = {name: value for name, value in data.get("headers", {}).items() if _is_used(str(name), recipe)}
        parts = {"body": data.get("body"), "query": data.get("query"), "headers": wanted}
        return {name: value for name, value in parts.items() if value not in (None, {}, [])}
    if "scheduled_at" in data:
        return {"scheduled_at": data["scheduled_at"]}
    return {"data": dict(data)}


def _poll_event(resource: str, event: Event, recipe: Recipe, draft: Draft) -> Record:
    kind = event.type.partition(".")[2]
    record = draft.know(resource, event.data["record"])
    found: Record = {"kind": kind, "record": _without_empty(record, recipe)}
    before = event.data.get("before")
    if isinstance(before, dict):
        earlier = draft.plain(resource, before)
        found["before"] = {
            name: earlier.get(name)
            for name in {**record, **earlier}
            if earlier.get(name) != record.get(name) and name != "id" and _matters(name, recipe)
        }
    return found


def _plain_reply(answer: Record, recipe: Recipe) -> Record:
    """What an app sent while the run waited, with no more headers than the recipe uses."""
    if "headers" not in answer or "step" not in answer:
        return answer
    wanted = {name: value for name, value in answer["headers"].items() if _is_used(str(name), recipe)}
    rest = {name: value for name, value in answer.items() if name != "headers"}
    return {**rest, "headers": wanted} if wanted else rest


def _is_used(header: str, recipe: Recipe) -> bool:
    return header.lower() in recipe.source.lower() or header.lower().replace("-", "_") in recipe.source.lower()


def _given(draft: Draft, recipe: Recipe) -> Record:
    given: Record = {}
    for (resource, _), record in draft.given.items():
        given.setdefault(resource, []).append(_without_empty(record, recipe))
    return given


def _without_empty(record: Record, recipe: Recipe) -> Record:
    return {name: value for name, value in record.items() if value not in (None, [], {}) and _matters(name, recipe)}


def _matters(field: str, recipe: Recipe) -> bool:
    return field not in _SELDOM_USED or re.search(rf"\b{field}\b", recipe.source) is not None


def _impersonal(case: Record, event: Event, *, recipe: Recipe, draft: Draft) -> Record:
    """The test with stand-ins for what is personal, and without what looks like a password."""
    usual = usual_records()
    own = [record for (resource, _), record in draft.given.items() if resource in ("job_stages", "job_types")]
    kept = [str(each.get("name", "")) for each in (*usual["job_stages"], *usual["job_types"], *own)]
    stand_ins = StandIns(kept=kept, recipe=recipe.source)
    for original, new in draft.created.items():
        stand_ins.call(original, new)
    stand_ins.learn(event.data.get("record"), resource=str(event.data.get("resource", "")) or "jobs")
    stand_ins.learn(event.data.get("before"), resource=str(event.data.get("resource", "")) or "jobs")
    for part in ("body", "query", "inputs", "data"):
        stand_ins.learn(event.data.get(part))
    for (resource, _), record in draft.given.items():
        stand_ins.learn(record, resource=resource)
    for change in draft.later:
        stand_ins.learn(change["fields"], resource=change["resource"])
    for write in draft.writes:
        # A job's name is made of what is known already; to replace it as a whole would hide how it was made.
        fields = {name: value for name, value in write.get("fields", {}).items() if name != "name"}
        stand_ins.learn(fields if write["resource"] == "jobs" else write.get("fields", {}), resource=write["resource"])
    stand_ins.learn(draft.stored.given)
    for answer in draft.answers:
        stand_ins.learn(answer.get("body"))
        stand_ins.learn(answer.get("fields"))
    draft.assumed[:] = stand_ins.replace(draft.assumed)
    replaced: Record = stand_ins.replace(_without_passwords(case))
    return replaced


def _without_passwords(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: "removed" if part and _SENSITIVE.search(str(key)) else _without_passwords(part)
            for key, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_passwords(part) for part in value]
    return value


def _played(text: str, file: str, recipe: Recipe, surroundings: Surroundings) -> tuple[Difference, ...]:
    found, problems = read_tests(text, file=file, resources=tuple(surroundings.profile.resources))
    if found is None:
        return tuple(Difference("the file", "a test that can be read", each.message, each.place) for each in problems)
    try:
        case = found.cases[0]
        return differences(case, recipe, play(case, recipe, surroundings))
    except HubError as problem:
        place = problem.place or found.recipe_place
        return (Difference("the test itself", "a test that can be played", problem.message, place),)

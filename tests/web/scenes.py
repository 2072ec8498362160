"""Things that happened before the test looks: runs in every state, made through the ledger as the engine makes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from hub.model import Attempt, Event, RunStatus, StepRecord, StepStatus, new_id
from hub.ports import Arrival, Entry, RunChange
from hub.services import Services

LEAD = {"name": "Ana Ruiz", "phone": "+1 555 010 0199", "message": "Two bedrooms, please call."}
NO_SUCH_STAGE: dict[str, Any] = {
    "kind": "Permanent",
    "code": "RUN200",
    "message": "There is no stage called “Good Leed”.",
    "hint": "Did you mean Good Lead?",
    "detail": "422 from POST /jobs",
    "file": "tests/web/recipes/website-lead.yaml",
    "line": 24,
    "column": 5,
    "step": "job",
}


def send_lead(app: Flask, body: Any = LEAD, **more: Any) -> TestResponse:
    """A delivery to the open webhook."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    options = {"content_type": "application/json"} | more
    return app.test_client().post("/hooks/website-lead", data=raw, **options)


def add_run(services: Services, *, about: str = "Ana Ruiz", recipe: str = "website-lead", **more: Any) -> str:
    """A queued run of a recipe on a webhook event; its id."""
    known = next(each for each in services.shelf.enabled() if each.id == recipe)
    now = services.clock()
    data = {"body": {**LEAD, "name": about}, "headers": {}, "query": {}, "content_type": "application/json"}
    event_id = new_id("evt", now)
    event = Event(event_id, "webhook", "webhook:website-lead", event_id, now, data)
    run = replace(services.intake.begin(known, known.triggers[0].id, event), **more)
    services.ledger.admit([Arrival(event, (run,))])
    return run.id


def work(
    services: Services,
    run_id: str,
    change: RunChange,
    steps: Sequence[StepRecord] = (),
    attempts: Sequence[Attempt] = (),
) -> None:
    """Do with a due run what the engine would: claim it, write its journal, close or pause it."""
    for claimed in services.ledger.claim("worker", limit=100, now=services.clock(), lease=60.0):
        if claimed.run.id == run_id:
            entry = Entry(run_id, claimed.run.claim, tuple(steps), tuple(attempts), change)
        else:  # give back what was claimed along
            entry = Entry(claimed.run.id, claimed.run.claim, change=RunChange(RunStatus.QUEUED))
        assert services.ledger.record([entry]) == set()


def add_step(run_id: str, step_id: str, action: str, at: float, status: StepStatus, **more: Any) -> StepRecord:
    """A line of the journal of a run; done within 0.4 seconds unless it says otherwise."""
    path = more.pop("path", step_id)
    done = {"finished_at": at + 0.4} if status in (StepStatus.OK, StepStatus.ERROR, StepStatus.SKIPPED) else {}
    return StepRecord(run_id, path, step_id, action, status, at, **({"tries": 1} | done | more))


def succeed(services: Services, about: str = "Ana Ruiz", recipe: str = "website-lead") -> str:
    """A run that went well."""
    run_id = add_run(services, about=about, recipe=recipe)
    at = services.clock()
    verdict = {"value": True, "parts": [{"value": True, "text": 'body.name != ""', "saw": {"body.name": about}}]}
    steps = [
        add_step(
            run_id,
            "customer",
            "customers.upsert",
            at,
            StepStatus.OK,
            request={"match": {"name": about}},
            output={"id": "cus_7", "name": about, "created": True},
            note="A new customer.",
        ),
        add_step(
            run_id,
            "tell",
            "notify.send",
            at + 0.5,
            StepStatus.SKIPPED,
            verdict={"value": False, "text": "body.message is defined", "saw": {"body.message": None}},
            note="Skipped: its condition does not hold.",
        ),
        add_step(run_id, "job", "jobs.create", at + 0.6, StepStatus.OK, output={"id": "job_31"}),
    ]
    tries = [Attempt(run_id, "customer", 1, at, at + 0.4, "ok"), Attempt(run_id, "job", 1, at + 0.6, at + 1.0, "ok")]
    work(services, run_id, RunChange(RunStatus.SUCCEEDED, verdict=verdict, finished_at=at + 1.0), steps, tries)
    return run_id


def fail(services: Services, about: str = "Miller & Sons") -> str:
    """A run whose last step could not be done, after two attempts."""
    run_id = add_run(services, about=about)
    at = services.clock()
    busy = {"kind": "Transient", "code": "RUN110", "message": "Workglue answered 502."}
    steps = [
        add_step(run_id, "customer", "customers.upsert", at, StepStatus.OK, output={"id": "cus_9", "name": about}),
        add_step(run_id, "tell", "notify.send", at + 0.5, StepStatus.OK, output={"sent": True}),
        add_step(
            run_id,
            "job",
            "jobs.create",
            at + 1,
            StepStatus.ERROR,
            tries=2,
            request={"name": f"Lead: {about}", "stage": "Good Leed"},
            error=NO_SUCH_STAGE,
        ),
    ]
    tries = [
        Attempt(run_id, "customer", 1, at, at + 0.4, "ok"),
        Attempt(run_id, "job", 1, at + 1, at + 1.2, "error", busy),
        Attempt(run_id, "job", 2, at + 6, at + 6.2, "error", NO_SUCH_STAGE),
    ]
    change = RunChange(RunStatus.FAILED, reason=NO_SUCH_STAGE["message"], error=NO_SUCH_STAGE, finished_at=at + 6.4)
    work(services, run_id, change, steps, tries)
    return run_id


def hold(services: Services, about: str = "Harbor View HOA") -> str:
    """A run that waits for a person: its message may have been sent."""
    run_id = add_run(services, about=about)
    at = services.clock()
    doubt = {"kind": "NeedsPerson", "code": "RUN500", "message": "This step may have happened."}
    found = add_step(run_id, "customer", "customers.upsert", at, StepStatus.OK, output={"id": "cus_8", "name": about})
    step = add_step(run_id, "tell", "notify.send", at + 1, StepStatus.UNKNOWN, sent_at=at + 1, error=doubt)
    reason = "This step may have happened. Decide whether to repeat it, count it as done or skip it."
    work(services, run_id, RunChange(RunStatus.HELD, reason=reason, error=doubt), [found, step])
    return run_id


def park(services: Services, about: str = "Oak Street 12") -> str:
    """A run that waits for a working key."""
    run_id = add_run(services, about=about)
    work(services, run_id, RunChange(RunStatus.PARKED, reason="Workglue refuses the API key."))
    return run_id


def be_well(services: Services) -> None:
    """Every process has just been seen, and the key is in force."""
    now = services.clock()
    for kind in ("web", "worker", "clock"):
        services.ledger.heartbeat(kind, f"{kind}_1", now=now - 2)
    services.ledger.connect("workglue", fingerprint="0123456789abcdef", now=now - 86_400)

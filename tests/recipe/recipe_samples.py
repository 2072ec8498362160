"""A small registry, fields and catalogue to check recipes against, and a recipe that is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.actions.digest import DIGEST_ACTIONS
from hub.actions.email import send as send_email
from hub.actions.flow import CALL, HOLD, PARALLEL, STOP, WAIT, WAIT_FOR
from hub.actions.stored import STORED_ACTIONS
from hub.actions.tables import LOOKUP
from hub.actions.turns import TURN_ACTIONS
from hub.actions.webhooks import send as send_webhook
from hub.context import Context
from hub.errors import Place
from hub.model import ActionKind, Event, Trigger
from hub.ports import Catalogue
from hub.registry import Action, Parameter, Registry, TriggerType, action
from hub.triggers.recipe import TRIGGER as AFTER_ANOTHER

FILE = "recipes/job-won.yaml"
PLACE = Place(FILE, 1, 1)

GOOD = """\
recipe: 1
name: Tell the team when a job is won
trigger:
  type: poll
  resource: jobs
  events: [updated]
  changed:
    stage.category: {from: sales, to: active}
if: record.customer_id is not none
steps:
  - id: customer
    action: customers.get
    with:
      id: "{{ record.customer_id }}"
  - name: Tell the team
    action: notify.send
    with:
      to: "{{ secrets.TEAM_CHAT_URL }}"
      title: "Job won: {{ record.name }}"
      body: "{{ steps.customer.name }}, {{ record.address }}"
    retry: {attempts: 5}
"""

TABLES = {"crew_leaders": ("name", "phone"), "states": ("value",), "broken": None}
SECRETS = ("TEAM_CHAT_URL", "OFFICE_EMAIL", "BOOKKEEPING")
FIELDS = {
    "/hooks/leads/sampled": ("name", "email", "phone"),
    "jobs": (
        "id", "name", "stage_id", "customer_id", "primary_contact_id", "contact_ids", "job_type_id", "address", "city",
        "zip", "start_date", "next_work_date", "sales_person_id", "project_manager_id", "tax_exempt",
        "tax_exempt_reason", "po_number","scope_of_work", "custom_fields", "created_at", "updated_at",
    ),
    "customers": ("id", "name", "phone", "primary_contact_id", "billing_city", "custom_fields"),
    "contacts": ("id", "first_name", "last_name", "email", "phone"),
    "employees": ("id", "first_name", "last_name", "email", "mobile", "positions", "active"),
    "job_stages": ("id", "name", "category", "position"),
    "job_types": ("id", "name"),
}  # fmt: skip
CATALOGUE = Catalogue(
    records={
        "job_stages": {
            "st_1": {"id": "st_1", "name": "Good Lead", "category": "sales"},
            "st_2": {"id": "st_2", "name": "Active", "category": "active"},
            "st_3": {"id": "st_3", "name": "Completed - Archived", "category": "closed"},
        },
        "job_types": {"ty_1": {"id": "ty_1", "name": "Interior"}},
        "employees": {"em_1": {"id": "em_1", "first_name": "Ana", "last_name": "Ruiz"}},
    },
    names={
        "job_stages": {"Good Lead": "st_1", "Active": "st_2", "Completed - Archived": "st_3"},
        "job_types": {"Interior": "ty_1"},
        "employees": {"Ana Ruiz": "em_1"},
    },
)


def make_registry() -> Registry:
    """The actions and trigger types that the tests and the examples of the documentation use."""
    registry = Registry()
    for each in (*_record_actions(), *_other_actions(), *_flow_actions()):
        registry.add_action(each)
    for kind in _trigger_types():
        registry.add_trigger(kind)
    return registry


def _record_actions() -> list[Action]:
    id_, limit = Parameter("id", "text", True, doc="The record's id."), Parameter("limit", "integer", False, 100)
    match = Parameter("match", "object", True, doc="The fields that tell whether the record is there.")
    texts = (Parameter(name, "text", False, "") for name in ("order", "changed_since", "changed_before"))
    listing = (Parameter("filters", "object", False), limit, *texts)
    only_if = Parameter("only_if", "expression", False, "")
    made = []
    for resource in ("jobs", "customers", "contacts", "employees", "job_stages", "job_types"):
        doc = f"Records of {resource}."
        made += [
            Action(f"{resource}.get", ActionKind.READ, doc, (id_,)),
            Action(f"{resource}.find", ActionKind.READ, doc, (), free=True),
            Action(f"{resource}.list", ActionKind.READ, doc, listing, free=True),
            Action(f"{resource}.create", ActionKind.KEYED, doc, (), free=True),
            Action(f"{resource}.update", ActionKind.ABSOLUTE, doc, (id_, only_if), free=True),
            Action(f"{resource}.upsert", ActionKind.KEYED, doc, (match,), free=True),
        ]
    return made


def _other_actions() -> list[Action]:
    @action("notify.send", kind=ActionKind.SEND, secrets=("to",))
    def notify(ctx: Context, *, to: str, title: str = "", body: str) -> None:
        """Sends a message."""

    @action("http.request", kind=ActionKind.SEND, secrets=("url", "headers"), choices={"method": ("GET", "POST")})
    def request(
        ctx: Context,
        *,
        url: str,
        method: str = "GET",
        headers: dict[str, Any] | None = None,
        json: Any = None,
        timeout: float = 20.0,
        follow: bool = False,
    ) -> None:
        """Calls any other API."""

    return [notify, request, send_email, send_webhook, *STORED_ACTIONS, *TURN_ACTIONS, *DIGEST_ACTIONS, LOOKUP]


def _flow_actions() -> list[Action]:
    flow = ActionKind.FLOW
    return [
        Action("choose", flow, "One of several branches.", ()),
        Action("set", flow, "Values for later steps.", (), free=True),
        STOP,
        PARALLEL,
        CALL,
        WAIT,
        WAIT_FOR,
        HOLD,
    ]


def _trigger_types() -> list[TriggerType]:
    every = Parameter("every", "duration", False, 60.0)
    events = Parameter("events", "list", False, ["created", "updated"], choices=("created", "updated", "deleted"))
    poll = (
        Parameter("resource", "text", True, choices=("jobs", "customers", "contacts", "employees")),
        events,
        Parameter("changed", "text|list|object", False),
        Parameter("where", "condition", False),
        every,
        Parameter("start", "text", False, "now"),
        Parameter("expand", "list", False, []),
    )
    record = {"record": "the record", "before": "as it was", "changed": "the changed fields"}
    webhook = (
        Parameter("path", "text", True),
        Parameter("verify", "text", False, "none", choices=("none", "github", "stripe", "hmac")),
        Parameter("secret", "text|list", False, secret=True),
        Parameter("dedupe", "expression", False, ""),
        Parameter("where", "condition", False),
        Parameter("tolerance", "duration", False),
        Parameter("respond", "object", False),
    )
    schedule = (
        Parameter("cron", "text", False),
        Parameter("every", "duration", False),
        Parameter("at", "text", False),
        Parameter("timezone", "text", False),
    )
    return [
        TriggerType("poll", "Asks for a list.", poll, record, _matches, _check_poll),
        TriggerType("webhook", "Is called.", webhook, dict.fromkeys(("body", "headers", "query"), ""), _matches),
        TriggerType("schedule", "At times.", schedule, {"scheduled_at": ""}, _matches, _check_schedule),
        AFTER_ANOTHER,
        TriggerType("manual", "By people.", (Parameter("inputs", "object", False, {}),), {}, _matches),
    ]


def _matches(trigger: Trigger, event: Event) -> bool:
    return True


def _check_poll(trigger: Trigger) -> Sequence[tuple[str, str, str]]:
    too_often = trigger.options["every"] < 10
    return [("every", "`every` is less than 10 seconds.", "Write 10s or more.")] if too_often else []


def _check_schedule(trigger: Trigger) -> Sequence[tuple[str, str, str]]:
    if bool(trigger.options["cron"]) == bool(trigger.options["every"]):
        return [("cron", "A schedule needs either `cron` or `every`.", "")]
    return []


@dataclass(frozen=True)
class Clock:
    """A clock that stands still: 2026-11-24 16:00 in UTC."""

    at: float = 1_795_536_000.0

    def __call__(self) -> float:
        return self.at

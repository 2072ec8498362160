"""Every built-in action can be registered, and says what it does, takes and gives."""

from __future__ import annotations

import pytest

from hub.actions import builtin
from hub.model import ActionKind
from hub.registry import Action, Registry
from hub.workglue.profile import built_in, read_profile
from tests.actions.step import ACTIONS

TYPES = {"text", "number", "integer", "boolean", "list", "object", "any", "duration", "expression", "condition"}
VERBS = {"list", "find", "get", "create", "update", "upsert", "delete"}


def verbs(resource: str, actions: dict[str, Action] = ACTIONS) -> set[str]:
    return {name.split(".")[1] for name in actions if name.startswith(f"{resource}.")}


def test_all_can_be_registered() -> None:
    registry = Registry()
    for action in builtin(built_in()):
        registry.add_action(action)
    assert {"http.request", "notify.send", "set", "stop", "wait", "choose"} <= set(ACTIONS)


def test_resources_have_the_verbs_that_their_methods_allow() -> None:
    assert verbs("jobs") == verbs("customers") == verbs("contacts") == VERBS
    assert verbs("employees") == {"list", "find", "get", "update"}, "an employee is a paid seat"
    assert verbs("job_stages") == verbs("job_types") == {"list", "find", "get"}


def test_the_profile_decides_which_resources_there_are() -> None:
    profile = read_profile(
        "resources:\n  jobs: {methods: [GET]}\n  job_types: {methods: []}\n"
        "  notes: {path: /notes, methods: [GET, POST], one: note, fields: {text: text}}\n"
    )
    actions = {action.name: action for action in builtin(profile)}
    assert verbs("jobs", actions) == {"list", "find", "get"}
    assert verbs("notes", actions) == {"list", "find", "get", "create"}
    assert verbs("job_types", actions) == set()


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS.keys())
def test_an_action_says_what_it_does_and_takes(action: Action) -> None:
    assert action.doc[0].isupper()
    assert action.doc.rstrip().endswith(".")
    assert "{" not in action.doc.replace("{branch}", "")
    for parameter in action.parameters:
        assert parameter.doc.rstrip().endswith("."), parameter.name
        assert set(parameter.type.split("|")) <= TYPES
    assert (action.run is None) == (action.kind is ActionKind.FLOW)


def test_kinds_say_what_may_be_repeated() -> None:
    kinds = {verb: ACTIONS[f"jobs.{verb}"].kind for verb in VERBS}
    assert {kinds["list"], kinds["find"], kinds["get"]} == {ActionKind.READ}
    assert {kinds["create"], kinds["upsert"]} == {ActionKind.KEYED}
    assert {kinds["update"], kinds["delete"]} == {ActionKind.ABSOLUTE}
    assert ACTIONS["http.request"].kind is ACTIONS["notify.send"].kind is ActionKind.SEND
    assert ACTIONS["email.send"].kind is ActionKind.SEND
    assert ACTIONS["webhook.send"].kind is ActionKind.ABSOLUTE, "the receiver knows a repeat by its id"


def test_secrets_may_stand_where_they_are_needed_and_nowhere_else() -> None:
    secret = {f"{action.name} {each.name}" for action in ACTIONS.values() for each in action.parameters if each.secret}
    assert secret == {"notify.send to", "email.send connection", "webhook.send url", "webhook.send secret"} | {
        f"http.request {name}" for name in ("url", "headers", "params", "json", "form", "text")
    }


def test_fields_are_named_as_recipes_name_them() -> None:
    doc = ACTIONS["jobs.create"].doc
    assert "stage, customer, primary_contact" in doc
    assert "stage_id" not in doc
    assert "po_number" not in doc, "it cannot be set"
    assert "po_number" in ACTIONS["jobs.find"].doc
    assert "An employee" in ACTIONS["employees.get"].doc or "an employee" in ACTIONS["employees.get"].doc

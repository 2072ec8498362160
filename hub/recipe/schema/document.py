"""JSON Schema for a recipe file: its top keys, triggers, inputs, steps and settings."""

from __future__ import annotations

from collections.abc import Sequence

from hub.recipe.reading.flow import BRANCHING, CALLING, MOST_AT_ONCE, SIDE_BY_SIDE
from hub.recipe.reading.inputs import TYPES
from hub.recipe.reading.recipe import LANGUAGE
from hub.recipe.reading.settings import MODES, ORDERS, PRIORITIES
from hub.recipe.reading.steps import MOST_PARALLEL, ON_ERROR, ON_UNKNOWN
from hub.recipe.schema.blueprints import describe_blueprint_key
from hub.recipe.schema.values import (
    BRACES,
    RECIPE_ID,
    STEP_ID,
    Schema,
    describe_parameter,
    described,
    group,
    shared_definitions,
    text,
    whole,
    words,
)
from hub.registry import Action, Registry, TriggerType

_STEPS: Schema = {"$ref": "#/$defs/steps"}
_MOST = 1_000_000


def describe_recipe(registry: Registry) -> Schema:
    """The whole file, with its definitions."""
    keys: Schema = {
        "recipe": {"const": LANGUAGE, "description": f"The version of the language: {LANGUAGE}."},
        "blueprint": describe_blueprint_key(),
        "name": text("What people call it."),
        "description": text("What it is for."),
        "id": text("Its permanent name. Without it, the name of the file counts.", pattern=RECIPE_ID),
        "was": text("The id it had before, when you rename it.", pattern=RECIPE_ID),
        "enabled": {"type": "boolean", "default": True, "description": "false keeps it from starting."},
        "inputs": described("inputs", "Typed values that a form asks for."),
        "trigger": described("trigger", "What starts it."),
        "triggers": {
            "type": "array",
            "minItems": 1,
            "items": {"allOf": [{"$ref": "#/$defs/trigger"}, {"required": ["id"]}]},
            "description": "Several that start it, each with an id.",
        },
        "if": described("condition", "A condition for the whole run."),
        "steps": described("steps", "What is done, in order."),
        "on_error": described("steps", "Steps that run when the run fails."),
        "settings": described("settings", "How its runs live beside each other."),
    }
    return {
        "title": "Recipe",
        **group(keys, "One recipe of the hub.", required=("recipe", "name", "steps")),
        "oneOf": [{"required": ["trigger"]}, {"required": ["triggers"]}],
        "$defs": {
            **shared_definitions(),
            "inputs": _describe_inputs(),
            "trigger": _describe_trigger(list(registry.triggers())),
            "steps": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}},
            "step": _describe_step(list(registry.actions())),
            "branch": _describe_branch(),
            "way": _describe_way(),
            "settings": _describe_settings(),
        },
    }


def _describe_inputs() -> Schema:
    details = group(
        {
            "type": words(TYPES, "What kind of value it is.", default="text"),
            "label": text("What the form calls it."),
            "description": text("What it is for."),
            "required": {"type": "boolean", "description": "Whether it must be filled in."},
            "default": {"description": "What it is when nothing is given. Without it, the input is required."},
            "choices": {
                "type": "array",
                "items": {"type": ["string", "number"]},
                "description": "The values it can have.",
            },
            "many": {"type": "boolean", "default": False, "description": "Whether it holds a list of such values."},
        }
    )
    return {
        "type": "object",
        "propertyNames": {"pattern": STEP_ID},
        "additionalProperties": {"anyOf": [{"enum": list(TYPES)}, details]},
    }


# ---- triggers


def _describe_trigger(types: Sequence[TriggerType]) -> Schema:
    """A trigger; the keys beside `type` and `id` hang on the type."""
    return {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {
                "enum": [each.name for each in types],
                "enumDescriptions": [each.doc for each in types],
                "description": "What starts it.",
            }
        },
        "allOf": [_when("type", each.name, _describe_options(each)) for each in types],
    }


def _describe_options(kind: TriggerType) -> Schema:
    keys: Schema = {
        "type": {"const": kind.name, "description": kind.doc},
        "id": text("Its name; needed when there are several.", pattern=STEP_ID),
    }
    for each in kind.parameters:
        if each.name == "inputs":
            keys[each.name] = described("inputs", each.doc)
        else:
            keys[each.name] = describe_parameter(each, templates=False)
    return group(keys, required=tuple(each.name for each in kind.parameters if each.required))


def _when(key: str, value: str, then: Schema) -> Schema:
    return {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": then}


# ---- steps


def _describe_step(actions: Sequence[Action]) -> Schema:
    keys: Schema = {
        "id": text("Its name for later steps: steps.<id>.", pattern=STEP_ID),
        "name": text("What people call it."),
        "action": {
            "enum": [each.name for each in actions],
            "enumDescriptions": [" ".join(each.doc.split()) for each in actions],
            "description": "What is done.",
        },
        "with": {"type": "object", "description": "What the action needs."},
        "branches": {"type": "array", "minItems": 1},
        "if": described("condition", "When it does not hold, the step is skipped."),
        "for_each": described("expression", "An expression that comes to a list: the step is done for each element."),
        "as": text("Another name for item.", pattern=STEP_ID),
        "max_parallel": whole("How many are done at once.", lowest=1, highest=MOST_PARALLEL),
        "retry": described("retry", "How often it is tried."),
        "on_error": {
            "anyOf": [{"enum": list(ON_ERROR)}, _STEPS],
            "default": ON_ERROR[0],
            "description": "What happens when it fails for good: fail, continue, hold for a person, or steps.",
        },
        "on_unknown": words(
            ON_UNKNOWN, "What happens when it is not known whether it was done.", default=ON_UNKNOWN[0]
        ),
        "timeout": described("duration", "How long it may take."),
    }
    return {
        **group(keys, required=("action",)),
        "dependentRequired": {"as": ["for_each"], "max_parallel": ["for_each"]},
        "allOf": [_when("action", each.name, _describe_action(each)) for each in actions],
    }


def _describe_branch() -> Schema:
    keys: Schema = {
        "if": described("condition", "The way is taken when this holds and no earlier one did."),
        "else": {"const": True, "description": "The way that is taken when no other is. It comes last."},
        "steps": {"anyOf": [_STEPS, {"type": "null"}], "description": "What is done on this way."},
    }
    return {**group(keys, required=("steps",)), "oneOf": [{"required": ["if"]}, {"required": ["else"]}]}


def _describe_way() -> Schema:
    keys: Schema = {
        "name": text("What people call it."),
        "steps": {"anyOf": [_STEPS, {"type": "null"}], "description": "What is done beside the other branches."},
    }
    return group(keys, required=("steps",))


def _describe_action(action: Action) -> Schema:
    """What an action adds to a step: the shape of `with`, or the branches."""
    if action.name == BRANCHING:
        branches: Schema = {"items": {"$ref": "#/$defs/branch"}}
        return {"required": ["branches"], "properties": {"with": False, "branches": branches}}
    required = [each.name for each in action.parameters if each.required]
    arguments: Schema = {
        "type": "object",
        "description": " ".join(action.doc.split()),
        "properties": {each.name: describe_parameter(each, templates=True) for each in action.parameters},
        "additionalProperties": action.free,
        **_FLOW.get(action.name, {}),
    }
    if required:
        arguments["required"] = required
    if action.name == SIDE_BY_SIDE:
        arguments["properties"]["max_parallel"] |= {"minimum": 1, "maximum": MOST_AT_ONCE}
        without: Schema = {"retry": False, "on_unknown": False}
        ways: Schema = {"with": arguments, "branches": {"items": {"$ref": "#/$defs/way"}}, **without}
        return {"required": ["branches"], "properties": ways}
    schema: Schema = {"properties": {"with": arguments, "branches": False}}
    if action.name == CALLING:
        arguments["properties"]["recipe"] |= {"not": {"pattern": BRACES}}
        schema["properties"] |= {"retry": False, "on_unknown": False}
    needs_with = required or action.name in _NEED_WITH
    return {**schema, "required": ["with"]} if needs_with else schema


_APPS = ("webhook", "verify", "secret", "match", "equals")
_FLOW: Schema = {
    "set": {"minProperties": 1, "propertyNames": {"pattern": STEP_ID}},
    "wait": {"oneOf": [{"anyOf": [{"required": ["for"]}, {"required": ["at"]}]}, {"required": ["until"]}]},
    "wait_for": {"oneOf": [{"required": ["webhook", "match", "equals"]}, {"properties": dict.fromkeys(_APPS, False)}]},
}
"""What the reader asks of these actions beyond their parameters."""
_NEED_WITH = ("set", "wait")


def _describe_settings() -> Schema:
    limits = group(
        {
            "runs_per_hour": whole("Runs that are started in an hour.", lowest=1, highest=_MOST),
            "writes_per_run": whole("Records that one run may change.", lowest=1, highest=_MOST),
            "messages_per_hour": whole("Messages that are sent in an hour.", lowest=1, highest=_MOST),
            "over": {"const": "hold", "description": "What goes over is held for a person."},
        },
        "Bounds; what goes over is held for a person.",
    )
    return group(
        {
            "mode": words(
                MODES,
                "parallel: runs do not wait for each other. queued: one after the other. single: a new one is dropped "
                "while one runs. restart: a new one replaces the old one.",
                default=MODES[0],
            ),
            "key": described("expression", "mode then counts for runs with the same value of this."),
            "order": words(
                ORDERS,
                "per_record: runs about one record go one at a time, across all recipes. any: runs of this recipe do "
                "not wait for others about the same record.",
                default=ORDERS[0],
            ),
            "priority": words(PRIORITIES, "Which runs go first.", default="normal"),
            "timeout": described("duration", "How long a run may take."),
            "retry": described("retry", "The rule for all steps that have none of their own."),
            "limits": limits,
            "keep_history": described("duration", "How long its history is kept."),
        }
    )

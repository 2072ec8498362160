"""JSON Schema for blueprints and their instances: one file is a recipe, a blueprint or an instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.recipe.blueprints.instance import HIGHEST
from hub.recipe.reading.recipe import LANGUAGE
from hub.recipe.schema.values import RECIPE_ID, STEP_ID, Schema, group, text, whole

_FILLED = {"$ref": "#/$defs/filled"}
_NEVER_FILLED = frozenset({"type", "id", "where", "inputs", "key"})
_STEP_KEYS = ("retry", "timeout", "max_parallel", "on_unknown")
_ABOUT = ("description", "default")
_OPEN: tuple[Schema, ...] = ({}, {"type": "string"}, {"type": "object"}, {"$ref": "#/$defs/expression"})
_OPEN += ({"$ref": "#/$defs/condition"}, {"$ref": "#/$defs/inputs"})


def allow_blueprints(recipe: Schema) -> Schema:
    """The schema of any file, made of that of a recipe: it may be a blueprint, with `{{ inputs.NAME }}` in the places
    that are filled before it is read, or an instance of one."""
    definitions = {**recipe["$defs"], "filled": _describe_filled(), "instance": _describe_instance()}
    for name in ("duration", "retry"):
        definitions[name] = _fillable(definitions[name])
    definitions["settings"] = _with_fillable(definitions["settings"])
    definitions["trigger"] = _with_fillable_options(definitions["trigger"])
    step = definitions["step"]["properties"]
    definitions["step"] = {
        **definitions["step"],
        "properties": step | {key: _fillable(step[key]) for key in _STEP_KEYS if key in step},
    }
    return {
        "title": recipe["title"],
        "$defs": {**definitions, "recipe": {key: value for key, value in recipe.items() if key != "$defs"}},
        "if": {"required": ["blueprint"], "properties": {"blueprint": {"type": "string"}}},
        "then": {"$ref": "#/$defs/instance"},
        "else": {"$ref": "#/$defs/recipe"},
    }


def describe_blueprint_key() -> Schema:
    """The key that makes a file a blueprint."""
    about = "Makes this a blueprint, and counts its versions: it starts nothing by itself, its instances do."
    return whole(about, lowest=1, highest=HIGHEST)


def _describe_instance() -> Schema:
    keys: Schema = {
        "recipe": {"const": LANGUAGE, "description": f"The version of the language: {LANGUAGE}."},
        "blueprint": text("The blueprint that it is made from."),
        "version": whole("The version of the blueprint that it was made for.", lowest=1, highest=HIGHEST),
        "name": text("What people call it; the blueprint's name when it is not given."),
        "description": text("What it is for."),
        "id": text("Its permanent name. Without it, the name of the file counts.", pattern=RECIPE_ID),
        "was": text("The id it had before, when you rename it.", pattern=RECIPE_ID),
        "enabled": {"type": "boolean", "default": True, "description": "false keeps it from starting."},
        "inputs": {
            "type": "object",
            "propertyNames": {"pattern": STEP_ID},
            "description": "The values of the blueprint's inputs.",
        },
    }
    return group(keys, "One instance of a blueprint.", required=("recipe", "blueprint", "version"))


def _describe_filled() -> Schema:
    return {
        "type": "string",
        "pattern": r"^\s*\{\{\s*inputs\.[A-Za-z_][A-Za-z0-9_]*\s*\}\}\s*$",
        "description": "In a blueprint: the value of an input, and nothing around it.",
    }


def _with_fillable_options(trigger: Schema) -> Schema:
    return {**trigger, "allOf": [{**rule, "then": _with_fillable(rule["then"])} for rule in trigger["allOf"]]}


def _with_fillable(schema: Schema) -> Schema:
    """An object whose values may each be filled."""
    made = {key: value if key in _NEVER_FILLED else _fillable(value) for key, value in schema["properties"].items()}
    return {**schema, "properties": made}


def _fillable(schema: Schema) -> Schema:
    """The same value, or the input that it comes from."""
    about = {key: schema[key] for key in _ABOUT if key in schema}
    rest = {key: value for key, value in schema.items() if key not in _ABOUT}
    if rest in _OPEN:
        return schema
    options = [_fill_inside(each) for each in rest["anyOf"]] if set(rest) == {"anyOf"} else [_fill_inside(rest)]
    return {**about, "anyOf": [*options, _FILLED]}


def _fill_inside(schema: Mapping[str, Any]) -> Schema:
    made = dict(schema)
    if isinstance(schema.get("items"), Mapping):
        made["items"] = _fillable(schema["items"])
    return _with_fillable(made) if "properties" in schema else made

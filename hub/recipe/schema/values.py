"""JSON Schema for values: the words of the registry for types, and what the language has beside them."""

from __future__ import annotations

from typing import Any

from hub.recipe.reading.retries import MOST_ATTEMPTS
from hub.registry import Parameter

Schema = dict[str, Any]

BRACES = r"\{\{|\{%|\{#"
SINGLE = r"^\{\{[\s\S]*\}\}$"
DURATION = r"^\s*(?:[0-9]{1,9}(?:\.[0-9]{1,3})?[smhdw] ?)+\s*$"
STEP_ID = r"^[a-z][a-z0-9_]{0,63}$"
RECIPE_ID = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"
_EXPRESSION = r"^(?!\s*\{\{)[\s\S]*\S"

_KINDS: dict[str, Schema] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "list": {"type": "array"},
    "object": {"type": "object"},
    "expression": {"$ref": "#/$defs/expression"},
    "condition": {"$ref": "#/$defs/condition"},
    "duration": {"$ref": "#/$defs/duration"},
}


def text(description: str, *, pattern: str = r"\S") -> Schema:
    """A text of at least one character."""
    return {"type": "string", "pattern": pattern, "description": description}


def words(choices: tuple[str, ...], description: str, *, default: str) -> Schema:
    """One of a few words."""
    return {"enum": list(choices), "default": default, "description": description}


def whole(description: str, *, lowest: int, highest: int) -> Schema:
    """A whole number within bounds."""
    return {"type": "integer", "minimum": lowest, "maximum": highest, "description": description}


def described(name: str, description: str) -> Schema:
    """A reference to a definition, with a description of its own."""
    return {"$ref": f"#/$defs/{name}", "description": description}


def group(properties: Schema, description: str = "", *, required: tuple[str, ...] = ()) -> Schema:
    """An object with these keys and no others."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    return {"description": description, **schema} if description else schema


def describe_parameter(parameter: Parameter, *, templates: bool) -> Schema:
    """One parameter. With `templates`, a text with braces may stand for what it comes to, as `check` has it: exactly
    one {{ ... }} for any kind of value, mixed text for a text."""
    kinds = [word for word in parameter.type.split("|") if word in _KINDS]
    options = [_with_choices(word, parameter) for word in kinds]
    if templates and options and ("text" not in kinds or parameter.choices):
        mixed = "text" in kinds or kinds == ["duration"]
        options.append({"type": "string", "pattern": BRACES if mixed else SINGLE})
    if options and not parameter.required and parameter.default is None:
        options.append({"type": "null"})
    schema: Schema = dict(options[0]) if len(options) == 1 else {"anyOf": options} if options else {}
    about = parameter.doc + (" May hold a secret." if parameter.secret else "")
    if about:
        schema["description"] = about.strip()
    if parameter.default not in (None, "", (), [], {}):
        default = list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default
        schema["default"] = f"{default:g}s" if parameter.type == "duration" else default
    return schema


def _with_choices(word: str, parameter: Parameter) -> Schema:
    if parameter.choices and word == "text":
        return {"enum": list(parameter.choices)}
    if parameter.choices and word == "list":
        return {"type": "array", "items": {"enum": list(parameter.choices)}}
    return dict(_KINDS[word])


def shared_definitions() -> Schema:
    """What the other parts of the schema refer to: durations, expressions, conditions and rules for trying again."""
    return {
        "duration": {
            "type": "string",
            "pattern": DURATION,
            "description": "A number and a unit: 30s, 10m, 2h, 7d, 1w or 1h30m.",
        },
        "expression": {
            "type": "string",
            "pattern": _EXPRESSION,
            "description": "An expression without braces: record.amount > 1000.",
        },
        "condition": _describe_condition(),
        "retry": _describe_retry(),
    }


def _describe_condition() -> Schema:
    condition = {"$ref": "#/$defs/condition"}
    several = {"type": "array", "minItems": 1, "items": condition}
    one_of_three = {**group({"all": several, "any": several, "not": condition}), "minProperties": 1, "maxProperties": 1}
    return {
        "description": "An expression without braces, a list of which all must hold, or all, any or not.",
        "anyOf": [{"type": "string", "pattern": _EXPRESSION}, {"type": "boolean"}, several, one_of_three],
    }


def _describe_retry() -> Schema:
    delays = {
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/$defs/duration"},
        "description": "How long it waits after each failure; the last one is repeated.",
    }
    rule = group(
        {
            "attempts": whole("How often it is tried in all.", lowest=1, highest=MOST_ATTEMPTS),
            "delays": delays,
            "backoff": described("duration", "The first wait; each one after it is twice as long."),
        }
    )
    return {
        "description": "How often a step is tried: a number of attempts, or attempts with delays or backoff.",
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": MOST_ATTEMPTS},
            {**rule, "not": {"required": ["delays", "backoff"]}},
        ],
    }

"""JSON schemas of records, bodies, lists and errors, made from the resources and the dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.dialect import Dialect
from sandbox.reference.examples import RECORDS
from sandbox.resources import Field, Resource
from sandbox.web.wire import place, write_record

Schema = dict[str, Any]
_NOTHING: Schema = {"const": ""}
_PLAIN: Schema = {"type": ["string", "number", "boolean", "null"]}


def schema_name(resource: Resource) -> str:
    """The name of a resource's schema, such as JobStage."""
    return "".join(word.capitalize() for word in resource.one.split("_"))


def record_schema(dialect: Dialect, resource: Resource) -> Schema:
    """A record as the API answers it."""
    properties: dict[str, Schema] = {"id": {"type": "string", "description": "Opaque; never used twice."}}
    for field in resource.fields:
        properties[field.name] = _described(field, _answered(field))
    stamps = ((dialect.timestamps.created, "created_at"), (dialect.timestamps.updated, "updated_at"))
    properties |= {name: {"type": "string", "format": "date-time"} for name, _ in stamps if name}
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
        "examples": [write_record(dialect, RECORDS[resource.name])],
    }


def body_schema(resource: Resource, *, creating: bool) -> Schema:
    """A record as it is sent to be created, or the fields to change."""
    writable = [field for field in resource.fields if not field.read_only]
    # Left out of a new record, the stage is the first one.
    required = [field.name for field in writable if field.required and field.name != "stage_id"]
    schema: Schema = {
        "type": "object",
        "properties": {field.name: _described(field, _accepted(field)) for field in writable},
        "additionalProperties": False,
    }
    return schema | ({"required": required} if creating and required else {})


def list_schema(dialect: Dialect, resource: Resource) -> Schema:
    """A page of records."""
    items: Schema = {"type": "array", "items": {"$ref": f"#/components/schemas/{schema_name(resource)}"}}
    lists = dialect.lists
    if not lists.data_key:
        return items
    content: dict[str, Any] = {}
    place(content, lists.data_key, items)
    if lists.paging == "cursor":
        after: Schema = {"type": ["string", "null"], "description": "Null on the last page."}
        place(content, lists.next_key, after)
    return _nested(content, leaves=(lists.data_key, lists.next_key))


def error_schema(dialect: Dialect) -> Schema:
    """What is answered when something is refused."""
    errors = dialect.errors
    content: dict[str, Any] = {}
    for path, leaf in (
        (errors.code_path, {"type": "string", "description": "Stable, for programs."}),
        (errors.message_path, {"type": "string", "description": "A sentence for people."}),
        (
            errors.fields_path,
            {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "For each field that was refused, the reason.",
            },
        ),
    ):
        if path:
            place(content, path, leaf)
    return _nested(content, leaves=(errors.code_path, errors.message_path, errors.fields_path))


def value_schema(field: Field) -> Schema:
    """A value of a field in a list's filter. Nothing looks for empty fields, where a field can be empty."""
    kinds: Mapping[str, Schema] = {
        "date": {"anyOf": [{"type": "string", "format": "date"}, _NOTHING]},
        "stamp": {"type": "string", "format": "date-time"},
        "boolean": {"type": "boolean"},
        "number": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999}, _NOTHING]},
    }
    return dict(kinds.get(field.kind, {"type": "string"}))


def _nested(content: Any, *, leaves: tuple[str, ...], path: str = "") -> Schema:
    """Turn a tree of schemas, as `place` has grown it, into one schema."""
    if path in leaves and path:
        return dict(content)
    if isinstance(content, list):
        return {"type": "array", "items": _nested(content[0], leaves=leaves, path=f"{path}.0")}
    return {
        "type": "object",
        "required": list(content),
        "properties": {
            name: _nested(part, leaves=leaves, path=f"{path}.{name}".lstrip(".")) for name, part in content.items()
        },
    }


def _described(field: Field, schema: Schema) -> Schema:
    about = field.about
    if field.points_at:
        about = (
            f"{about} ".lstrip() + f"{'Ids' if field.kind == 'ids' else 'Id'} of {field.points_at.replace('_', ' ')}."
        )
    return schema | ({"description": about} if about else {}) | ({"readOnly": True} if field.read_only else {})


def _answered(field: Field) -> Schema:
    schema = _KINDS[field.kind](field)
    empty = not field.required and field.kind in ("text", "date", "id", "number")
    return _or_null(schema) if empty else schema


def _accepted(field: Field) -> Schema:
    schema = _KINDS[field.kind](field)
    if field.kind == "text":
        schema |= {"maxLength": field.longest} | ({"minLength": 1} if field.required else {})
    if field.looks_like == "email":
        schema |= {"pattern": r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$"}
    if field.kind == "ids":
        schema |= {"maxItems": 100, "uniqueItems": True}
    if field.kind == "list":
        schema |= {"uniqueItems": True}
    empty = not field.required and field.kind in ("text", "date", "id", "number")
    return _or_null(schema) if empty else schema


def _or_null(schema: Schema) -> Schema:
    nullable = schema | {"type": [schema["type"], "null"]}
    return nullable | ({"enum": [*schema["enum"], None]} if "enum" in schema else {})


def _text(field: Field) -> Schema:
    return {"type": "string"} | ({"enum": list(field.choices)} if field.choices else {})


def _list(field: Field) -> Schema:
    return {"type": "array", "items": {"type": "string", "enum": list(field.choices)}}


def _object(_field: Field) -> Schema:
    return {
        "type": "object",
        "additionalProperties": {"anyOf": [_PLAIN, {"type": "array", "items": _PLAIN}]},
    }


_KINDS: Mapping[str, Any] = {
    "text": _text,
    "id": lambda _field: {"type": "string"},
    "ids": lambda _field: {"type": "array", "items": {"type": "string"}},
    "date": lambda _field: {"type": "string", "format": "date"},
    "boolean": lambda _field: {"type": "boolean"},
    "number": lambda _field: {"type": "integer"},
    "list": _list,
    "object": _object,
}

"""The OpenAPI document, rearranged for reading: one page a resource, one section an endpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One thing that can be sent with a request, or one field of a record."""

    name: str
    place: str
    kind: str
    required: bool
    read_only: bool
    about: str


@dataclass(frozen=True)
class Endpoint:
    """One method at one address."""

    method: str
    path: str
    anchor: str
    summary: str
    description: str
    parameters: list[Parameter]
    filters: list[str]
    request: str | None
    answers: list[tuple[str, str]]
    response: str | None


def read_endpoints(document: Document, tag: str) -> list[Endpoint]:
    """The endpoints of one resource, in the document's order."""
    return [
        _endpoint(document, method, path, operation, item.get("parameters", []))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters" and tag in operation["tags"]
    ]


def read_fields(document: Document, schema: str) -> list[Parameter]:
    """The fields of a record."""
    found = document["components"]["schemas"][schema]
    writable = document["components"]["schemas"].get(f"{schema}Create", {})
    return [
        Parameter(
            name,
            "field",
            type_in_words(part),
            name in writable.get("required", []),
            part.get("readOnly", False) or name == "id" or part.get("format") == "date-time",
            part.get("description", ""),
        )
        for name, part in found["properties"].items()
    ]


def type_in_words(schema: Mapping[str, Any]) -> str:
    """What kind of value a schema asks for, in a word or two."""
    kinds = schema.get("type", "text")
    kind: str = next(name for name in kinds if name != "null") if isinstance(kinds, list) else kinds
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"] if value is not None)
    if kind == "array":
        return f"list of {type_in_words(schema['items'])}"
    words: dict[str, str] = {
        "string": schema.get("format", "text"),
        "integer": "whole number",
        "boolean": "true or false",
    }
    return words.get(kind, "keys and values").replace("date-time", "time")


def _endpoint(
    document: Document, method: str, path: str, operation: Mapping[str, Any], shared: list[Mapping[str, Any]]
) -> Endpoint:
    parameters = [*shared, *operation.get("parameters", [])]
    told = [part for part in parameters if part["in"] != "query" or "description" in part]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    answers = {status: _resolved(document, response) for status, response in operation["responses"].items()}
    good = next((answer for status, answer in answers.items() if status in ("200", "201")), {})
    example = good.get("content", {}).get("application/json", {}).get("example")
    return Endpoint(
        method=method.upper(),
        path=path,
        anchor=operation["operationId"],
        summary=operation["summary"],
        description=operation.get("description", ""),
        parameters=[_parameter(part) for part in told],
        filters=[part["name"] for part in parameters if part not in told],
        request=_pretty(body["example"]) if body else None,
        answers=[(status, answer["description"]) for status, answer in sorted(answers.items())],
        response=None if example is None else _pretty(example),
    )


def _parameter(part: Mapping[str, Any]) -> Parameter:
    return Parameter(
        part["name"],
        part["in"],
        type_in_words(part["schema"]),
        part.get("required", False),
        False,
        part.get("description", ""),
    )


def _resolved(document: Document, response: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in response:
        return response
    found: Mapping[str, Any] = document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    return found


def _pretty(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)

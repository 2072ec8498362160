"""The wire format of the dialect that is served: how bodies are read, and answers and errors written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Request, Response

from sandbox.dialect import Dialect, Lists
from sandbox.problems import Problem, Refusal, bad_request
from sandbox.records.pen import Record

LARGEST_BODY = 1_000_000
DEEPEST = 20


def write_json(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(to_text(content), status=status, headers=dict(headers or {}), mimetype="application/json")


def to_text(content: object) -> str:
    """The JSON text of an answer."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def write_error(dialect: Dialect, refusal: Refusal) -> Response:
    """An error, with the status and in the shape that the dialect describes."""
    status = dialect.errors.wrong_key_statuses[0] if refusal.status == 401 else refusal.status
    return write_json(error_body(dialect, refusal), status, refusal.headers)


def error_body(dialect: Dialect, refusal: Refusal) -> dict[str, Any]:
    """The body of an error."""
    body: dict[str, Any] = {}
    for path, value in (
        (dialect.errors.code_path, refusal.code),
        (dialect.errors.message_path, refusal.message),
        (dialect.errors.fields_path, dict(refusal.fields)),
    ):
        if path:
            place(body, path, value)
    return body


def list_body(lists: Lists, records: list[Record], cursor: str | None) -> object:
    """The body of a page of records. `cursor` stands for the next page and is used by cursor paging only."""
    if not lists.data_key:
        return records
    body: dict[str, Any] = {}
    place(body, lists.data_key, records)
    if lists.paging == "cursor":
        place(body, lists.next_key, cursor)
    return body


def place(body: dict[str, Any], path: str, value: object) -> None:
    """Put a value at a dotted path, making what stands above it. `errors.0.message` makes a list."""
    steps = path.split(".")
    spot: Any = body
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        content = value if following is None else [] if following.isdigit() else {}
        if isinstance(spot, list):
            while len(spot) <= int(step):
                spot.append({})
            spot[int(step)] = content if following is None else spot[int(step)] or content
            spot = spot[int(step)]
        else:
            spot[step] = content if following is None else spot.get(step, content)
            spot = spot[step]


def write_record(dialect: Dialect, record: Record) -> Record:
    """A record with its time stamps named as the dialect names them."""
    created, updated = dialect.timestamps.created, dialect.timestamps.updated
    if (created, updated) == ("created_at", "updated_at"):
        return record
    shown = {name: value for name, value in record.items() if name not in ("created_at", "updated_at")}
    stamps = ((created, record["created_at"]), (updated, record["updated_at"]))
    return shown | {name: value for name, value in stamps if name}


def read_body(request: Request) -> dict[str, Any]:
    """The JSON object in the request. Raises Problem 400 or 415 when there is none."""
    media = request.mimetype
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise Problem(
            Refusal(
                415,
                "unsupported_media_type",
                "Send the record as JSON, with the header Content-Type: application/json.",
            )
        )
    try:
        body = json.loads(request.get_data().decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as problem:
        raise bad_request("malformed_json", f"The body is not valid JSON: {_reason(problem)}.") from None
    if not isinstance(body, dict):
        raise bad_request("malformed_json", "The body must be a JSON object with the record's fields.")
    return body


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a key is given twice")
    return content


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON value")


def _reason(problem: Exception) -> str:
    if isinstance(problem, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(problem, RecursionError):
        return "it is nested too deeply"
    text = str(problem)
    return "a number is too long" if "integer string conversion" in text else text[:1].lower() + text[1:]

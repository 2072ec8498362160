"""Reading what a request asks for: a JSON object with known keys of the right kinds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import request

from hub.recipe.nearest import suggest
from hub.signing import parse_json
from hub.web.api.faults import Refusal

MOST_ENTRIES = 50


def read_object(known: Collection[str]) -> dict[str, Any]:
    """The object in the body; an empty body is an empty one. Refusal for anything else and for unknown keys."""
    raw = request.get_data()
    if not raw:
        return {}
    if request.mimetype != "application/json":
        raise Refusal("The body must be JSON, with the header Content-Type: application/json.", status=415)
    try:
        body = parse_json(raw)
    except ValueError as problem:
        raise Refusal(str(problem), status=400, code="bad_request") from None
    if not isinstance(body, dict):
        raise Refusal("The body must be a JSON object.")
    for key in body:
        if key not in known:
            hint = suggest(key, known, listed="There are")
            raise Refusal(f"There is no key {key[:60]!r} here.", hint=hint, field=key[:60])
    return body


def read_text(body: dict[str, Any], key: str, *, longest: int, required: bool = False) -> str:
    """One line of text, "" when it is not given."""
    value = body.get(key)
    if value is None or value == "":
        if required:
            raise Refusal(f"`{key}` is missing.", field=key)
        return ""
    if not isinstance(value, str):
        raise Refusal(f"`{key}` must be a text.", field=key)
    if len(value) > longest or not value.isprintable():
        raise Refusal(f"`{key}` must be one line of at most {longest} characters.", field=key)
    return value.strip()


def read_words(body: dict[str, Any], key: str, *, known: Collection[str] = ()) -> tuple[str, ...]:
    """A list of words, each once, in the order given; a single text counts as a list of one. Of `known` where given."""
    value = body.get(key)
    listed = [] if value is None else value if isinstance(value, list) else [value]
    if len(listed) > MOST_ENTRIES or not all(isinstance(each, str) for each in listed):
        raise Refusal(f"`{key}` must be a list of at most {MOST_ENTRIES} texts.", field=key)
    for each in listed:
        if known and each not in known:
            hint = suggest(each, known, listed="There are")
            raise Refusal(f"`{key}` cannot hold {each[:60]!r}.", hint=hint, field=key)
    return tuple(dict.fromkeys(listed))

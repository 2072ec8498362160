"""A raw body becomes a value for recipes, by what its Content-Type says. Nothing is guessed that is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.signing import decode_text, parse_form, parse_json, read_content_type

KINDS = ("json", "form", "multipart", "text")


@dataclass(frozen=True, slots=True)
class Body:
    """A body as read. `problem` is a sentence for the owner when it could not be; `value` is None then.

    JSON: any value. Forms: an object of texts, of lists where a name came several times, of {filename, content_type,
    size} for a file. Text: text. Nothing sent: None.
    """

    value: Any
    content_type: str
    problem: str = ""


def read_body(raw: bytes, header: str, *, accepted: tuple[str, ...] = ()) -> Body:
    """Read `raw` by its Content-Type `header`. `accepted` are the KINDS that the owner wants; none means all."""
    content_type, parameters = read_content_type(header)
    if not raw:
        return Body(None, content_type)
    kind = _kind(content_type, raw)
    if kind not in (accepted or KINDS):
        wanted = f"The trigger takes {', '.join(accepted)} only" if accepted else "It is kept, but cannot be read"
        return Body(None, content_type, f"The body is of the type {content_type[:80] or 'text'}. {wanted}.")
    try:
        return Body(_parse(kind, raw, header, parameters.get("charset", "")), content_type)
    except ValueError as problem:
        return Body(None, content_type, str(problem))


def _kind(content_type: str, raw: bytes) -> str:
    if content_type.endswith(("/json", "+json")):
        return "json"
    if content_type == "application/x-www-form-urlencoded":
        return "form"
    if content_type == "multipart/form-data":
        return "multipart"
    if content_type.startswith("text/") or content_type.endswith(("/xml", "+xml")):
        return "text"
    if not content_type:
        return "json" if _looks_like_json(raw) else "text"
    return ""


def _parse(kind: str, raw: bytes, header: str, charset: str) -> Any:
    if kind == "json":
        return parse_json(raw)
    if kind == "text":
        return decode_text(raw, charset)
    if kind == "form" and _is_json(raw):
        raise ValueError(
            "The body is JSON, but its Content-Type says that it is a form. "
            "Let the sender say Content-Type: application/json."
        )
    return parse_form(raw, header)


def _looks_like_json(raw: bytes) -> bool:
    return raw.lstrip()[:1] in (b"{", b"[")


def _is_json(raw: bytes) -> bool:
    if not _looks_like_json(raw):
        return False
    try:
        parse_json(raw)
    except ValueError:
        return False
    return True

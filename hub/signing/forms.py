"""Forms from outside, read strictly: form-urlencoded and multipart bodies, and query strings.

A name that comes once is text, one that comes several times a list of texts. An uploaded file is told of (file name,
type, size), its content stays in the delivery. NUL becomes U+FFFD, which no database keeps as text.
"""

from __future__ import annotations

from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

MOST_FIELDS = 1_000
MOST_PARTS = 200

CHARSETS = {
    "": "utf-8-sig",
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
}

FormData = dict[str, Any]


def read_content_type(header: str) -> tuple[str, dict[str, str]]:
    """The lower-case type and its parameters, as in ("text/plain", {"charset": "utf-8"})."""
    message = Message()
    message["Content-Type"] = header.replace("\r", " ").replace("\n", " ")
    pairs = message.get_params() or []
    kind = pairs[0][0].strip().lower() if pairs else ""
    return kind, {name.lower(): value for name, value in pairs[1:]}


def decode_text(raw: bytes, charset: str) -> str:
    """`raw` as text without byte order mark and NUL. ValueError with a sentence when it is not in that charset."""
    name = charset.strip().strip('"').lower()
    if name not in CHARSETS:
        raise ValueError(f"The character set {name[:40]!r} is not known here; UTF-8 is.")
    try:
        return raw.decode(CHARSETS[name]).replace("\0", "\ufffd")
    except UnicodeDecodeError as problem:
        raise ValueError(
            f"The body is not {name.upper() or 'UTF-8'} text: byte {problem.start + 1} is wrong."
        ) from problem


def parse_pairs(text: str) -> list[tuple[str, str]]:
    """The (name, value) pairs of a form-urlencoded text, in order, empty values kept. ValueError when refused."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except UnicodeDecodeError as problem:
        raise ValueError("The form holds a percent code that is not UTF-8.") from problem
    except ValueError as problem:
        raise ValueError(f"The form has more than {MOST_FIELDS:,} fields.") from problem
    return [(name.replace("\0", "\ufffd"), value.replace("\0", "\ufffd")) for name, value in pairs]


def gather(pairs: list[tuple[str, Any]]) -> FormData:
    """Pairs by name: the value where a name comes once, the list of values where it comes several times."""
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def parse_form(raw: bytes, content_type: str) -> FormData:
    """The fields of a form body of either type. ValueError with a sentence when it is refused."""
    kind, parameters = read_content_type(content_type)
    if kind == "multipart/form-data":
        return gather(_parse_multipart(raw, parameters.get("boundary", "")))
    return gather(parse_pairs(decode_text(raw, parameters.get("charset", ""))))


def _parse_multipart(raw: bytes, boundary: str) -> list[tuple[str, Any]]:
    # RFC 7578 with the delimiter of RFC 2046: CR LF, two dashes and the boundary; the first may open the body.
    if not boundary or len(boundary) > 70:
        raise ValueError("The multipart body has no usable boundary in its Content-Type.")
    delimiter = b"\r\n--" + boundary.encode("latin-1", "replace")
    pieces = (b"\r\n" + raw).split(delimiter, MOST_PARTS + 2)
    if len(pieces) > MOST_PARTS + 2:
        raise ValueError(f"The form has more than {MOST_PARTS} parts.")
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise ValueError("The multipart body was cut off: its closing boundary is missing.")
    return [_parse_part(piece) for piece in pieces[1:-1]]


def _parse_part(piece: bytes) -> tuple[str, Any]:
    head, blank, content = piece.partition(b"\r\n\r\n")
    if not blank or (head and not head.startswith(b"\r\n")):
        raise ValueError("A part of the multipart body has no header.")
    message = Message()
    for line in decode_text(head, "").split("\r\n"):
        header, _, value = line.partition(":")
        if header.strip().lower() in ("content-disposition", "content-type"):
            message[header.strip()] = value.strip()
    name = _parameter(message, "name")
    if not name:
        raise ValueError("A part of the multipart body has no name.")
    file_name = _parameter(message, "filename")
    kind = str(message.get("content-type", "")) or "text/plain"
    if file_name is None:
        return name, decode_text(content, read_content_type(kind)[1].get("charset", ""))
    return name, {"filename": file_name, "content_type": kind, "size": len(content)}


def _parameter(message: Message, name: str) -> str | None:
    found = message.get_param(name, header="content-disposition")
    if isinstance(found, tuple):  # RFC 2231: (charset, language, text)
        found = found[2]
    return None if found is None else str(found).replace("\0", "\ufffd")

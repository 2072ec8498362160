"""A body is read by what its Content-Type says, or it is said why not."""

from __future__ import annotations

from typing import Any

import pytest

from hub.triggers.body import read_body

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("raw", "content_type", "value"),
    [
        (b'{"a": 1}', "application/json", {"a": 1}),
        (b'{"a": 1}', "application/json; charset=utf-8", {"a": 1}),
        (b'{"a": 1}', "APPLICATION/JSON", {"a": 1}),
        (b'{"a": 1}', "application/vnd.api+json", {"a": 1}),
        (b'{"a": 1}', "text/json", {"a": 1}),
        (b'{"a": 1}', "", {"a": 1}),
        (b" \n[1]", "", [1]),
        (b"hello", "", "hello"),
        (b"a=1", "", "a=1"),
        (b"5", "application/json", 5),
        (b"a=1&b=", FORM, {"a": "1", "b": ""}),
        (b"{x}=1", FORM, {"{x}": "1"}),
        (b'{"a": 1}', "text/plain", '{"a": 1}'),
        ("süß".encode("latin-1"), "text/plain; charset=iso-8859-1", "süß"),
        (b"<a/>", "application/xml", "<a/>"),
        (b"<a/>", "application/soap+xml; charset=utf-8", "<a/>"),
        (b"\xef\xbb\xbfhi\0", "text/plain", "hi\ufffd"),
        (b"", "application/json", None),
        (b"", "", None),
        (b"", "application/octet-stream", None),
    ],
)
def test_what_is_read(raw: bytes, content_type: str, value: Any) -> None:
    body = read_body(raw, content_type)
    assert body.problem == ""
    assert body.value == value
    assert body.content_type == content_type.partition(";")[0].lower()


@pytest.mark.parametrize(
    ("raw", "content_type", "says"),
    [
        (b"a=1", "application/json", "not valid JSON"),
        (b"   ", "application/json", "not valid JSON"),
        (b'{"a": 1}', FORM, "JSON, but its Content-Type says that it is a form"),
        (b"[1]", FORM, "JSON, but its Content-Type says that it is a form"),
        (b"\xff\xfe", "text/plain", "not UTF-8 text"),
        (b"\xff\xfe", "text/plain; charset=utf-8", "not UTF-8 text"),
        (b"hi", "text/plain; charset=ebcdic", "'ebcdic' is not known"),
        (b"\x89PNG", "image/png", "of the type image/png. It is kept, but cannot be read."),
        (b"x", "application/octet-stream", "cannot be read"),
        (b"{", "", "not valid JSON"),
        (b"a=1", "multipart/form-data", "no usable boundary"),
        (b"x", "text", "cannot be read"),
    ],
)
def test_what_is_not_read_is_said(raw: bytes, content_type: str, says: str) -> None:
    body = read_body(raw, content_type)
    assert body.value is None
    assert says in body.problem


def test_only_what_the_owner_takes() -> None:
    assert read_body(b"a=1", FORM, accepted=("form",)).value == {"a": "1"}
    assert "takes json only" in read_body(b"a=1", FORM, accepted=("json",)).problem
    assert "takes json, form only" in read_body(b"hi", "text/plain", accepted=("json", "form")).problem
    assert read_body(b"", "text/plain", accepted=("json",)).problem == ""

"""Forms from outside: what is in them, or a sentence why they cannot be read."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.signing import parse_form

URLENCODED = "application/x-www-form-urlencoded"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def multipart(*parts: tuple[str, bytes], boundary: str = "xYz") -> tuple[bytes, str]:
    pieces = [f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n" for head, content in parts]
    return b"".join(pieces) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def field(name: str) -> str:
    return f'Content-Disposition: form-data; name="{name}"'


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a=1&a=2&b=", {"a": ["1", "2"], "b": ""}),
        (b"a", {"a": ""}),
        (b"name=M%C3%BCller+%26+Sons&zip=01234", {"name": "Müller & Sons", "zip": "01234"}),
        ("name=Müller".encode(), {"name": "Müller"}),
        (b"\xef\xbb\xbfa=1", {"a": "1"}),
        (b"a=%00", {"a": "\ufffd"}),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"a[]=1&a[]=2", {"a[]": ["1", "2"]}),
        (b"&&", {}),
        (b"=5", {"": "5"}),
        (b"a=%zz", {"a": "%zz"}),
        (b"__proto__=1", {"__proto__": "1"}),
    ],
)
def test_urlencoded(raw: bytes, fields: dict[str, Any]) -> None:
    assert parse_form(raw, URLENCODED) == fields


@pytest.mark.parametrize(
    ("raw", "content_type", "says"),
    [
        (b"a=%ff", URLENCODED, "not UTF-8"),
        (b"a=\xff", URLENCODED, "byte 3 is wrong"),
        (b"a=1", f"{URLENCODED}; charset=utf-7", "'utf-7' is not known"),
        ("ä".encode(), f"{URLENCODED}; charset=us-ascii", "not US-ASCII text"),
        (b"&".join(b"a=1" for _ in range(1_001)), URLENCODED, "more than 1,000 fields"),
        (b"a=1", "multipart/form-data", "no usable boundary"),
        (b"a=1", f"multipart/form-data; boundary={'x' * 71}", "no usable boundary"),
        (b"a=1", "multipart/form-data; boundary=x", "cut off"),
        (b"--x\r\n" + field("a").encode() + b"\r\n\r\n1\r\n--x", "multipart/form-data; boundary=x", "cut off"),
        (b"--x\r\n" + field("a").encode() + b"\r\n\r\n1", "multipart/form-data; boundary=x", "cut off"),
        (b"--x\r\nno header\r\n--x--", "multipart/form-data; boundary=x", "no header"),
        (b"--x\r\nContent-Type: a/b\r\n\r\n1\r\n--x--", "multipart/form-data; boundary=x", "no name"),
        (
            b'--x\r\nContent-Disposition: form-data; name=""\r\n\r\n1\r\n--x--',
            "multipart/form-data; boundary=x",
            "no name",
        ),
    ],
)
def test_what_is_refused_is_said(raw: bytes, content_type: str, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_form(raw, content_type)
    assert says in str(caught.value)


def test_other_charsets_that_forms_use() -> None:
    assert parse_form("name=Müller".encode("latin-1"), f"{URLENCODED}; charset=ISO-8859-1") == {"name": "Müller"}
    assert parse_form("name=5 €".encode("cp1252"), f'{URLENCODED}; charset="windows-1252"') == {"name": "5 €"}


def test_a_multipart_form_with_a_file() -> None:
    raw, kind = multipart(
        (field("name"), "Müller".encode()),
        (field("color"), b"red"),
        (field("color"), b"blue"),
        (field("empty"), b""),
        (field("photo") + '; filename="wall ä.jpg"\r\nContent-Type: image/jpeg', b"\xff\xd8\r\n--xY\r\n\x00"),
        (field("note") + "\r\nContent-Type: text/plain; charset=iso-8859-1", "süß".encode("latin-1")),
    )
    assert parse_form(raw, kind) == {
        "name": "Müller",
        "color": ["red", "blue"],
        "empty": "",
        "photo": {"filename": "wall ä.jpg", "content_type": "image/jpeg", "size": 11},
        "note": "süß",
    }


def test_a_preamble_and_an_epilogue_are_not_fields() -> None:
    raw, kind = multipart((field("a"), b"1"))
    assert parse_form(b"hello\r\n" + raw + b"bye", kind) == {"a": "1"}


def test_a_multipart_form_has_at_most_two_hundred_parts() -> None:
    raw, kind = multipart(*[(field("a"), b"1")] * 200)
    assert len(parse_form(raw, kind)["a"]) == 200
    raw, kind = multipart(*[(field("a"), b"1")] * 201)
    with pytest.raises(ValueError, match="more than 200 parts"):
        parse_form(raw, kind)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=20))
def test_what_a_browser_sends_is_what_is_read(pairs: list[tuple[str, str]]) -> None:
    raw = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs).encode()
    found = parse_form(raw, URLENCODED)
    for name in {name for name, _ in pairs}:
        values = [value for each, value in pairs if each == name]
        assert found[name] == (values[0] if len(values) == 1 else values)


@given(
    st.binary(),
    st.sampled_from([URLENCODED, "multipart/form-data; boundary=x", "", "multipart/form-data; boundary=\r\n"]),
)
def test_any_bytes_are_read_or_refused_in_words(raw: bytes, content_type: str) -> None:
    try:
        parse_form(raw, content_type)
    except ValueError as problem:
        assert str(problem).endswith(".")

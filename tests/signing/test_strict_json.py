"""JSON from outside means one thing, or is refused with a sentence."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.signing import parse_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner)
    ),
    max_leaves=20,
)


@given(JSON)
def test_what_json_says_is_what_is_read(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False, indent=2).encode()) == value


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "not valid JSON"),
        (b"   ", "not valid JSON"),
        (b"{", "line 1, column 2"),
        (b'{"a": 1,}', "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": 1} x', "not valid JSON"),
        (b'{"a": 1}{"a": 1}', "not valid JSON"),
        (b"// c\n{}", "not valid JSON"),
        (b'{"a": undefined}', "not valid JSON"),
        (b'{"a": 01}', "not valid JSON"),
        (b'{"a": +1}', "not valid JSON"),
        (b'{"a": .5}', "not valid JSON"),
        (b'{"a": 0x1F}', "not valid JSON"),
        (b'["a\nb"]', "not valid JSON"),
        (b'["a\0b"]', "not valid JSON"),
        (b'["\\x41"]', "not valid JSON"),
        (b'["\\u12"]', "not valid JSON"),
        (b"\0", "not valid JSON"),
        (b'{"a": NaN}', "holds NaN"),
        (b'{"a": Infinity}', "holds Infinity"),
        (b'{"a": -Infinity}', "holds -Infinity"),
        (b'{"a": 1, "a": 2}', "'a' stands twice"),
        (b'{"a": {"b": 1, "b": 1}}', "'b' stands twice"),
        (b'{"a": 1, "\\u0061": 2}', "'a' stands twice"),
        (b'{"\\ud800": 1, "\\udfff": 2}', "stands twice"),
        (b"\xff", "byte 1 is wrong"),
        (b'{"a": "\xe4"}', "not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
        (b'{"a": "\xc0\xaf"}', "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        ('{"a": 1}'.encode("utf-16-le"), "not valid JSON"),
        ('{"a": 1}'.encode("utf-32"), "not UTF-8"),
        (b"[" * 65 + b"]" * 65, "more than 64 levels"),
        (b"[" * 100_000, "more than 64 levels"),
        (b"[" * 100_000 + b"]" * 100_000, "more than 64 levels"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "more than 64 levels"),
        (b"{" + b",".join(b'"%d":1' % n for n in range(10_001)) + b"}", "more than 10,000 keys"),
        (b"[" + b",".join([b'{"a":1,"b":2}'] * 5_001) + b"]", "more than 10,000 keys"),
        ("\u00a0{}".encode(), "not valid JSON"),
        ("\ufeff\ufeff{}".encode(), "not valid JSON"),
    ],
)
def test_what_is_refused_is_said(raw: bytes, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_json(raw)
    assert says in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"5", 5),
        (b"null", None),
        (b'"x"', "x"),
        (b" \r\n\t[1] \n", [1]),
        (b"\xef\xbb\xbf{}", {}),
        (b"9223372036854775807", 9223372036854775807),
        (b"9999999999999999999", 9999999999999999999),
        (b"-9999999999999999999", -9999999999999999999),
        (b"10000000000000000000", "10000000000000000000"),
        (b"1" + b"0" * 10_000, "1" + "0" * 10_000),
        (b"1e400", "1e400"),
        (b"-1e400", "-1e400"),
        (b"1e2", 100.0),
        (b"-0", 0),
        (b'"\\u0000"', "\ufffd"),
        (b'"a\\ud83db"', "a\ufffdb"),
        (b'"\\udc00"', "\ufffd"),
        (b'"\\uD83D\\uDE00"', "😀"),
        (b'"\\\\u0000"', "\\u0000"),
        (b'{"\\u0000k": ["\\ud800"]}', {"\ufffdk": ["\ufffd"]}),
        (b'{"__class__": 1, "items": 2, "": 3}', {"__class__": 1, "items": 2, "": 3}),
        (b"[" * 64 + b"]" * 64, None),
    ],
)
def test_what_is_decided(raw: bytes, value: Any) -> None:
    found = parse_json(raw)
    if raw.startswith(b"[["):
        assert json.dumps(found) == raw.decode()
    else:
        assert found == value
        assert type(found) is type(value)


@given(JSON)
def test_everything_read_can_be_kept_as_utf8_json(value: Any) -> None:
    found = parse_json(json.dumps(value).encode())
    assert json.loads(json.dumps(found, ensure_ascii=False, allow_nan=False).encode()) == found
    assert not isinstance(found, float) or math.isfinite(found)


def test_many_equal_keys_are_refused_at_once() -> None:
    raw = b"{" + b",".join([b'"%06d":1' % n for n in range(60_000)] + [b'"059999":1']) + b"}"
    with pytest.raises(ValueError, match="'059999' stands twice"):
        parse_json(raw)

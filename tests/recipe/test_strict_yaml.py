"""YAML without guesses: what is written is what is read, or it is a problem."""

from __future__ import annotations

from typing import Any

import pytest

from hub.errors import RecipeError
from hub.recipe.loader import load
from hub.recipe.node import Node
from tests.recipe.confinement import confined

FILE = "x.yaml"


def read(text: str) -> Any:
    return load(text, FILE).plain()


def codes(text: str) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        load(text, FILE)
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize(
    "written",
    [
        "yes", "no", "on", "off", "Yes", "NO", "y", "n", "True", "TRUE", "False", "Null", "NULL",
        "12:30", "12:30:45", "0123", "0o17", "0x1F", "0b101", "1_000", "+48100200300", "+1", "1e5", "1E5", "1.5e3",
        ".5", "1.", "-0", "00", "01.5", ".inf", "-.inf", ".nan", "2026-03-01", "2026-03-01T16:00:00Z", "=",
        "12345678901234567890", "1234567890123456789012.5", "60601-1234", "1,000", "$5", "10%", "a#b", "http://x.y/z",
    ],
)  # fmt: skip
def test_what_other_readers_convert_stays_text(written: str) -> None:
    assert read(f"a: {written}") == {"a": written}
    assert read(f"a: '{written}'") == {"a": written}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("0", 0), ("7", 7), ("-12", -12), ("123456789012345678", 123456789012345678),
        ("0.5", 0.5), ("-1.25", -1.25), ("12.50", 12.5),
    ],
)  # fmt: skip
def test_clear_values_have_their_types(written: str, value: Any) -> None:
    found = read(f"a: {written}")["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("written", ["'true'", '"7"', "'null'", '""', "'~'"])
def test_quoted_values_are_text(written: str) -> None:
    assert read(f"a: {written}") == {"a": written[1:-1]}


def test_keys_are_text_as_written() -> None:
    assert read("1: a\ntrue: b\nyes: c\n2026-03-01: d\n0123: e\n~: f") == {
        "1": "a", "true": "b", "yes": "c", "2026-03-01": "d", "0123": "e", "~": "f",
    }  # fmt: skip


def test_a_byte_order_mark_and_all_kinds_of_line_ends_are_fine() -> None:
    node = load("\ufeffa: 1\r\nb: 2\rc: 3\u2028d: 4\n", FILE)
    assert node.plain() == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert [(entry.place.line, entry.place.column) for entry in node.entries()] == [(1, 1), (2, 1), (3, 1), (4, 1)]


def test_places_count_from_one_in_characters() -> None:
    node = load("ünï: {ключ: [ä, b]}\n", FILE)
    inner = node.entries()[0].node.entries()[0]
    assert (inner.place.line, inner.place.column) == (1, 7)
    assert (inner.node.items()[1].place.column) == 17


def text_node(text: str) -> Node:
    return load(text, FILE).entries()[0].node


def test_a_word_inside_of_a_text_is_found_in_the_file() -> None:
    assert str(text_node("a: 'x {{ b.c }}'").place_of("b.c")) == "x.yaml:1:10"
    block = text_node("a: |\n  first\n    {{ b.c }}\n")
    assert str(block.place_of("b.c")) == "x.yaml:3:8"
    assert str(block.place_of_line(2)) == "x.yaml:3:5"
    assert str(text_node("a: xx.b + b").place_of("b")) == "x.yaml:1:11"
    assert str(text_node('a: "\\x62"').place_of("b")) == "x.yaml:1:4"


def test_aliases_within_bounds_are_expanded() -> None:
    assert read("a: &x [1, {b: 2}]\nc: *x\nd: [*x]") == {"a": [1, {"b": 2}], "c": [1, {"b": 2}], "d": [[1, {"b": 2}]]}


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)
WIDE = "a: &a [" + "x, " * 15_000 + "x]\nb: [" + ", ".join(["*a"] * 40) + "]\n"
MANY = "a: &a x\nb: [" + ", ".join(["*a"] * 51) + "]\n"
TOWER = "a0: &a0 [x]\n" + "".join(f"a{level}: &a{level} [*a{level - 1}]\n" for level in range(1, 40))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LAUGHS, "RCP107"), (WIDE, "RCP107"), (MANY, "RCP105"), (TOWER, "RCP108"),
        ("a: &a {b: *a}", "RCP105"), ("a: &a [*a, *a]", "RCP105"), ("a: &a {? *a : b}", "RCP105"),
        ("[" * 100_000, "RCP108"), ("{" * 100_000, "RCP108"), ("- " * 100_000, "RCP108"), ("? " * 100_000, "RCP108"),
        ("[x, " * 60_000, "RCP108"), ("{a: " * 60_000, "RCP108"),
        ("\n".join(" " * depth + "a:" for depth in range(600)), "RCP108"),
        ("- a\n" * 60_000, "RCP107"), ("a: " + "x" * 300_000, "RCP107"), ("a: '" + "ü" * 140_000 + "'", "RCP107"),
        ("a:\n" * 80_000, "RCP103"), ("\t" * 200_000, "RCP102"), ("&a " * 80_000, "RCP106"),
        ("!" * 200_000, "RCP104"), ("%" * 200_000, "RCP101"), ("'" * 199_999, "RCP113"), ("#" * 200_000, "RCP114"),
        ("a: 1\n---\n" * 20_000, "RCP106"), ("k: [a, b]\n" * 20_000, "RCP103"), ("* " * 100_000, "RCP116"),
        ("a\x00b", "RCP112"), ("a: \ud800", "RCP112"), ("a: \x1b[31m", "RCP112"), ("a: \ufffe", "RCP112"),
        ("a: !!python/object/apply:os.system ['true']", "RCP104"), ("a: !!binary aGk=", "RCP104"),
        ("a: !!set {b, c}", "RCP104"), ("!!map {a: b}", "RCP104"), ("%TAG ! tag:x,2000:\n---\na: 1", "RCP106"),
        ("<<: {a: 1}", "RCP105"), ("a: {<<: [{b: 1}, {c: 2}]}", "RCP105"),
        ("? {a: 1}\n: b", "RCP111"), ("[a]: b", "RCP111"),
        ("a: {b: 1, b: 2}", "RCP103"), ("a: 1\n'a': 2", "RCP103"),
    ],
    ids=lambda value: repr(value[:24]),
)  # fmt: skip
def test_attacks_and_oddities_are_refused_cheaply(text: str, code: str) -> None:
    assert code in confined(lambda: " ".join(codes(text)))


def test_a_tab_in_quotes_in_a_block_or_in_a_comment_is_fine() -> None:
    assert read('a: "x\ty"\nb: |\n  c\td\n# e\tf\ng: 1 # h\ti') == {"a": "x\ty", "b": "c\td\n", "g": 1}
    assert codes("a: x\ty") == ["RCP102"]


def test_a_glued_comment_is_only_a_warning() -> None:
    assert read("a: Job #5\nb: 1 # one") == {"a": "Job", "b": 1}

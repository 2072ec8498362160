"""Whatever is thrown at the loader, the expressions and the check: an answer comes back, never a crash."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import Permanent, Problem, RecipeError
from hub.model import Condition
from hub.recipe.check import check
from hub.recipe.expressions import Expressions
from hub.recipe.loader import load
from hub.recipe.node import LINE_BREAK
from hub.recipe.problems import is_usable
from hub.recipe.report import show
from tests.recipe.recipe_samples import CATALOGUE, FIELDS, FILE, GOOD, PLACE, SECRETS, Clock, make_registry

EXPRESSIONS = Expressions("America/Chicago")
REGISTRY = make_registry()
SCOPE: dict[str, Any] = {
    "record": {"name": "Dunn", "n": 3, "none": None, "list": [1, "a", {"b": 2}], "stage": {"name": "Active"}},
    "steps": {"a": {"id": "1"}},
    "vars": {"x": 1.5, "day": "2026-03-01"},
    "now": Clock(),
}


def fuzz(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)


def soup(tokens: str, most: int = 25) -> st.SearchStrategy[str]:
    """Texts made of tokens (with | between them), and some of anything in between."""
    each = [token.replace("BAR", "|").replace("NL", "\n").replace("TAB", "\t") for token in tokens.split("|")]
    return st.lists(st.sampled_from(each) | st.text(max_size=3), max_size=most).map("".join)


YAML = soup(
    "a|b: |: |- |NL|NL  |NL    |{|}|[|]|, |'|\"|BAR|>|&x |*x|!t |#| #x|? |---NL|...NL|%Y|TAB|<<: |{{ | }}|null|1|1.5|~"
    "|\\|\ufeff|on: "
)
EXPRESSION = soup(
    "record|.name|.n|.none|.list|steps.a|vars.x|vars.day|now()|range(3)|[|]|{|}|(|)|, |: | + | - | * | ** | / | % | ~ "
    "| == | < | in | not | and | or | is |defined|none|odd| BAR |upper|length|first|sort|join(',')|default('x')|date"
    "|add_days(1)|money|number|map('upper')|selectattr('b')|truncate(2)|'a'|\"b\"|1|2.5|true| if | else |[0]|[1:]"
    "|['name']|._x|.items|__class__|=|!"
)
TEMPLATE = soup(
    "{{ | }}|{% if |{% for x in | %}|{% else %}|{% endif %}|{% endfor %}|{# | #}|{%- | -%}|record.name|record.list"
    "|record.n|x|loop.index| BAR upper| BAR join| ~ |'a'| == |1|text|{% set a = 1 %}|{% macro a() %}|NL|{% raw %}"
    "|{% endraw %}|range(5)"
)

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="\ufeff\ufffe\uffff"), max_size=20
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefghij ", min_size=1), inner, max_size=4),
    max_leaves=12,
)


def assert_sound(problems: tuple[Problem, ...], text: str) -> None:
    lines = len(LINE_BREAK.split(text))
    for problem in problems:
        assert problem.message
        assert 1 <= problem.place.line <= lines
        assert problem.place.column >= 1
    assert show(problems, {problem.place.file: text for problem in problems}).count("RCP") >= len(problems)


@fuzz(500)
@given(YAML)
def test_the_loader_gives_a_document_or_problems(text: str) -> None:
    try:
        json.dumps(load(text, FILE).plain(), allow_nan=False)
    except RecipeError as error:
        assert error.problems
        assert not is_usable(error.problems)
        assert_sound(error.problems, text)


@fuzz(150)
@given(PLAIN)
def test_json_is_read_as_it_is(value: Any) -> None:
    text = json.dumps({"value": value}, ensure_ascii=False)
    assert load(text, FILE).plain() == {"value": value}


def assert_answers(source: str, kind: str) -> None:
    problems = EXPRESSIONS.compile_problems(source, kind, PLACE)
    EXPRESSIONS.names(source, kind)
    try:
        if kind == "template":
            found = EXPRESSIONS.value(source, SCOPE)
        else:
            found = EXPRESSIONS.bare(source, SCOPE)
            EXPRESSIONS.condition(Condition("expression", PLACE, source), SCOPE)
        json.dumps(found, allow_nan=False)
        assert not problems
    except Permanent as error:
        assert error.code.startswith("EXP10")
        assert (error.code == "EXP105") == bool(problems)


@fuzz(700)
@given(EXPRESSION)
def test_an_expression_gives_a_value_or_an_explained_error(source: str) -> None:
    assert_answers(source, "expression")


@fuzz(500)
@given(TEMPLATE)
def test_a_template_gives_a_text_or_an_explained_error(source: str) -> None:
    assert_answers(source, "template")


@fuzz(250)
@given(st.integers(0, len(GOOD)), st.integers(0, 40), YAML | EXPRESSION | TEMPLATE)
def test_the_check_finds_a_recipe_or_errors(start: int, length: int, junk: str) -> None:
    text = GOOD[:start] + junk + GOOD[start + length :]
    reading = check(text, file=FILE, registry=REGISTRY, secrets=SECRETS, fields=FIELDS, catalogue=CATALOGUE)
    assert (reading.recipe is not None) == is_usable(reading.problems)
    assert_sound(reading.problems, text)
    if reading.recipe is not None:
        assert reading.recipe.source == text

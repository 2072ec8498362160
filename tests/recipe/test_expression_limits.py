"""No expression can take much memory or time, or reach anything but its names. Each case runs in a limited child."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.errors import Permanent, Place
from hub.recipe.expressions import Expressions
from tests.recipe.confinement import confined
from tests.recipe.recipe_samples import Clock

EXPRESSIONS = Expressions()


def scope() -> dict[str, Any]:
    return {
        "now": Clock(),
        "secret": lambda: "canary",
        "body": {
            "text": "ab " * 80_000,
            "lines": "x\n" * 100_000,
            "rows": [{"a": number, "s": "x" * 50, "n": [1, 2, 3]} for number in range(5_000)],
            "long": list(range(10_000)),
            "texts": ["word " * 10] * 9_000,
            "deep": nested(60),
            "format": "{0.__class__}",
        },
    }


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else "x"


def outcome(work: Callable[[], Any]) -> str:
    try:
        return f"made {len(str(work()))} characters"
    except Permanent as error:
        return "out of memory" if "MemoryError" in error.detail else error.code


def loop(inner: str, *, rounds: str = "range(10000)") -> str:
    return f"{{% for a in {rounds} %}}{inner}{{% endfor %}}"


MANY = {
    "repetition": "{{ 'a' * 300000000 }}",
    "repetition of repetition": "{{ ('a' * 200000) * 200000 }}",
    "many large texts at once": "{{ [" + ", ".join(["'é' * 250000"] * 600) + "] }}",
    "many slices at once": "{{ [" + ", ".join(f"body.text[{n}:]" for n in range(300)) + "] }}",
    "centre": "{{ 'a' | center(100000000) }}",
    "formatted width": "{{ '%1000000000d' | format(1) }}",
    "formatted precision": "{{ '%.99999999f' | format(1) }}",
    "formatting star": "{{ '%*d' | format(100000000, 1) }}",
    "replace": "{{ ('a' * 1000) | replace('a', 'b' * 1000) | replace('b', 'c' * 1000) }}",
    "one replace": "{{ ('a' * 1000) | replace('a', 'b' * 1000) | length }}",
    "indent": "{{ body.lines | indent(100) }}",
    "a small indent": "{{ ('x\\n' * 5000) | indent(100) | length }}",
    "a small join": "{{ body.long[:500] | join('a' * 1000) | length }}",
    "join": "{{ body.long | join('a' * 1000) }}",
    "word wrap": "{{ ('b' * 250000) | wordwrap(1) | wordwrap(1) }}",
    "urlencode": "{{ body.text | urlencode }}",
    "split": "{{ body.text | split }}",
    "powers": "{{ 9 ** 9 ** 9 ** 9 }}",
    "powers of powers": "{{ (2 ** 64) ** 64 }}",
    "products": "{{ " + " * ".join(["10 ** 18"] * 40) + " }}",
    "long number": "{{ " + "9" * 5_000 + " }}",
    "huge range": "{{ range(10 ** 9) | list }}",
    "nested ranges": loop(loop("x")),
    "silent nested ranges": loop(loop(loop(""))),
    "sorting in a loop": loop(loop("{{ body.rows | sort(attribute='a') | length }}", rounds="range(100)")),
    "JSON in a loop": loop("{{ body.rows[:500] | json | length }}"),
    "comparing in a loop": loop("{{ body.rows == body.rows }}"),
    "searching in a loop": loop("{{ 'zz' in body.text }}"),
    "members in a loop": loop("{{ -1 in body.long }}"),
    "slugs in a loop": loop("{{ body.text | slug | length }}"),
    "titles in a loop": loop("{{ body.text | title | length }}"),
    "digits in a loop": loop("{{ body.text | digits | length }}"),
    "dates in a loop": loop(loop("{{ now()" + " | add_days(1)" * 40 + " }}")),
    "zones in a loop": loop(loop("{% if now()" + " | in_timezone('America/Chicago')" * 30 + " %}{% endif %}")),
    "working days in a loop": loop("{{ '2026-01-01' | working_days(3660) }}"),
    "sums in a loop": loop(loop("{% if " + " + ".join(["1.5"] * 45) + " %}{% endif %}")),
    "maps of maps": "{{ body.long" + " | map('default', 1)" * 45 + " }}",
    "a list of lists of lists": "{{ body.long | map('lookup', {}, body.long | map('lookup', {}, body.long)) }}",
    "lists added": "{{ " + " + ".join(["body.long"] * 40) + " }}",
    "texts joined": "{{ " + " ~ ".join(["body.text"] * 900) + " }}",
    "many texts in a text": "{{ body.text }}" * 900,
    "many expressions": "{{ 1 }}" * 20_000,
    "deep brackets": "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "deep lists": "{{ " + "[" * 5_000 + "]" * 5_000 + " }}",
    "deep not": "{{ " + "not " * 5_000 + "1 }}",
    "deep minus": "{{ " + "-" * 5_000 + "1 }}",
    "deep filters": "{{ 1" + " | string" * 5_000 + " }}",
    "deep attributes": "{{ a" + ".b" * 20_000 + " }}",
    "deep if": "{% if 1 %}" * 2_000 + "{% endif %}" * 2_000,
    "deep loops": "{% for a in [1] %}" * 30 + "{% endfor %}" * 30,
    "long sums": "{{ " + " + ".join(["1"] * 5_000) + " }}",
    "long text": "{{ 1 }}" + "x" * 70_000,
}

FORBIDDEN = {
    "class": "{{ ''.__class__ }}",
    "class by item": "{{ ''['__class__'] }}",
    "attr filter": "{{ '' | attr('__class__') }}",
    "attribute of map": "{{ [''] | map(attribute='__class__') }}",
    "attribute of sort": "{{ ['', ''] | sort(attribute='__class__.__mro__') }}",
    "attribute of group": "{{ [{}] | groupby('__class__') }}",
    "format string": "{{ body.format.format(0) }}",
    "format filter": "{{ '%(a)s' | format(a=1) }}",
    "bound method": "{{ body.long.append }}",
    "dict method": "{{ body.items() }}",
    "function globals": "{{ now.__globals__ }}",
    "function call attribute": "{{ now.call }}",
    "any function of the scope": "{{ secret() }}",
    "the function itself": "{{ secret }}",
    "lipsum": "{{ lipsum(100) }}",
    "cycler": "{{ cycler('a') }}",
    "joiner": "{{ joiner() }}",
    "namespace": "{{ namespace(a=1) }}",
    "dict": "{{ dict(a=1) }}",
    "self": "{{ self }}",
    "include": "{% include 'x' %}",
    "import": "{% import 'x' as y %}",
    "from": "{% from 'x' import y %}",
    "extends": "{% extends 'x' %}",
    "block": "{% block a %}{% endblock %}",
    "macro": "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "call block": "{% call now() %}{% endcall %}",
    "filter block": "{% filter upper %}a{% endfilter %}",
    "set": "{% set a = 1 %}",
    "set block": "{% set a %}b{% endset %}",
    "with": "{% with a = 1 %}{% endwith %}",
    "recursive loop": "{% for a in [[1]] recursive %}{{ loop(a) }}{% endfor %}",
    "loop as a name": "{% for loop in [1] %}{{ loop }}{% endfor %}",
    "loop among names": "{% for a, loop in [[1, 2]] %}{{ loop }}{% endfor %}",
    "loop cycle": "{% for a in [1] %}{{ loop.cycle('a') }}{% endfor %}",
    "private filter": "{{ 1 | _each(1) }}",
    "private filter by map": "{{ [1] | map('_each', 1) }}",
    "filter by a worked out name": "{{ [1] | map(body.format) }}",
    "star arguments": "{{ range(*[1]) }}",
    "private name": "{{ _x }}",
    "random": "{{ [1, 2] | random }}",
    "pprint": "{{ body | pprint }}",
    "safe": "{{ 'a' | safe }}",
    "xmlattr": "{{ {'a': 1} | xmlattr }}",
    "debug": "{% debug %}",
    "break": "{% for a in [1] %}{% break %}{% endfor %}",
}


@pytest.mark.parametrize("source", MANY.values(), ids=MANY.keys())
def test_what_makes_or_does_too_much_is_stopped(source: str) -> None:
    place = Place("x", 1, 1)

    def work() -> str:
        EXPRESSIONS.compile_problems(source, "template", place)
        return outcome(lambda: EXPRESSIONS.value(source, scope()))

    assert confined(work) in {"EXP103", "EXP104", "EXP105"}


@pytest.mark.parametrize("source", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_what_is_not_part_of_the_language_is_refused(source: str) -> None:
    found = outcome(lambda: EXPRESSIONS.value(source, scope()))
    assert found in {"EXP101", "EXP102", "EXP103", "EXP105"}


@pytest.mark.parametrize("name", [name for name in FORBIDDEN if name not in ("any function of the scope",)])
def test_most_of_it_is_refused_before_the_run(name: str) -> None:
    at_run_time_only = {
        "class by item", "attribute of map", "attribute of sort", "attribute of group", "bound method",
        "function call attribute", "the function itself",
    }  # fmt: skip
    problems = EXPRESSIONS.compile_problems(FORBIDDEN[name], "template", Place("x", 1, 1))
    assert bool(problems) is (name not in at_run_time_only)


def test_all_of_a_steps_texts_share_one_allowance() -> None:
    tree = {str(number): "{{ body.text }}." for number in range(500)}
    assert confined(lambda: outcome(lambda: EXPRESSIONS.value(tree, scope()))) == "EXP104"


@pytest.mark.parametrize(
    "value", [list(range(250_001)), [list(range(1_000))] * 300, nested(101)], ids=["long", "wide", "deep"]
)
def test_a_value_that_is_too_large_is_not_handed_over(value: Any) -> None:
    assert confined(lambda: outcome(lambda: EXPRESSIONS.bare("body", {"body": value}))) == "EXP104"
    assert confined(lambda: outcome(lambda: EXPRESSIONS.value("{{ body }}", {"body": value}))) == "EXP104"
    assert confined(lambda: outcome(lambda: EXPRESSIONS.value("{{ body }}.", {"body": value}))) == "EXP104"


def test_ordinary_work_on_large_data_is_allowed() -> None:
    sources = [
        "{{ body.text }}",
        "{{ body.rows }}",
        "{{ body.rows | selectattr('a', 'gt', 2500) | map(attribute='s') | first }}",
        "{{ body.rows | sort(attribute='a', reverse=true) | map(attribute='a') }}",
        "{% for row in body.rows %}{{ row.a }}: {{ row.s | truncate(10) }}\n{% endfor %}",
        "{{ body.long | sum }}",
        "{{ body.text | upper | lower | trim | length }}",
        "{{ body.deep | json }}",
    ]
    found = confined(lambda: " ".join(outcome(lambda: EXPRESSIONS.value(each, scope())) for each in sources))  # noqa: B023
    assert "EXP" not in found

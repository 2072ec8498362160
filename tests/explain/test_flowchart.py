"""The chart is Mermaid whatever stands in a recipe: only letters, digits and numbered characters get into a label."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.recipe.explaining import draw
from hub.recipe.explaining.flowchart import LONGEST_LABEL, escape
from tests.explain.samples import FRAME, REGISTRY, SHIPPED, read_shipped, read_text

LABEL = r"(?:[^\W_]|[ ,?…“”’]|#\d+;)*"
NODE = re.compile(
    rf'    n\d+(?:\(\["{LABEL}(?:<br/>{LABEL})?"\]\)|\["{LABEL}(?:<br/>{LABEL})?"\]|\{{"{LABEL}(?:<br/>{LABEL})?"\}}'
    rf'|\(\("{LABEL}"\)\))'
)
ARROW = re.compile(rf'    (n\d+) -->(?:\|"{LABEL}"\|)? (n\d+)')


def check(chart: str) -> None:
    """Every line is a node or an arrow between two nodes that are there."""
    first, *lines = chart.removesuffix("\n").split("\n")
    assert first == "flowchart TD"
    nodes = {line.split("(")[0].split("[")[0].split("{")[0].strip() for line in lines if NODE.fullmatch(line)}
    for line in lines:
        arrow = ARROW.fullmatch(line)
        assert NODE.fullmatch(line) or arrow, line
        assert not arrow or {arrow[1], arrow[2]} <= nodes, line


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_recipe_can_be_drawn(file) -> None:  # type: ignore[no-untyped-def]
    check(draw(read_shipped(file), REGISTRY))


HOSTILE = [
    '"] --> x["',
    "end",
    "a;b",
    "%%{init: {'theme': 'dark'}}%%",
    "style x:#fff;",
    "<script>alert(1)</script>",
    "`**bold**`",
    "#quot;",
    "click n1 href",
    "n1 -->|yes| n2",
    "a\nb\r\nc\u2028d",
    "\u202egnp",
    "\\",
    "1. one",
    "classDef a fill:#f00;",
    "subgraph",
    "]})",
    "&lt;",
    "😀",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_inside_of_its_label(text: str) -> None:
    recipe = read_text(FRAME + "  - {name: x, action: stop, with: {message: x}, if: record.a == 'x'}\n")
    step = replace(recipe.steps[0], name=text, arguments={"message": text})
    assert step.condition is not None
    step = replace(step, condition=replace(step.condition, source=text))
    check(draw(replace(recipe, name=text, steps=(step,), on_error=(step,)), REGISTRY))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_becomes_a_label(text: str) -> None:
    assert re.fullmatch(LABEL, escape(text))
    shown = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), escape(text))
    assert len(shown) <= LONGEST_LABEL
    if len(text) < LONGEST_LABEL and text.isprintable():
        assert shown == " ".join(text.split()), "nothing is lost"


def test_a_quote_and_a_number_sign_are_written_as_numbers() -> None:
    assert escape('say "#1"') == "say #34;#35;1#34;"


def test_the_ways_are_drawn() -> None:
    steps = """  - name: Which?
    action: choose
    branches:
      - if: record.a == 1
        steps: [{action: stop}]
      - else: true
        steps: [{name: B, action: set, with: {b: 1}, on_error: [{action: stop}]}]
  - {action: jobs.get, with: {id: x}, on_error: hold}
if: record.city == 'Aurora'
on_error: [{name: Alarm, action: set, with: {c: 1}}]
"""
    lines = draw(read_text(FRAME + steps), REGISTRY).splitlines()
    assert [line.strip() for line in lines if "-->" in line] == [
        "n1 --> n2",
        'n2 -->|"yes"| n3',
        'n3 -->|"if the job#39;s a is 1"| n4',
        'n3 -->|"otherwise"| n5',
        'n5 -->|"when it fails"| n6',
        "n5 --> n7",
        'n7 -->|"when it fails"| n8',
        "n7 --> n9",
        'n2 -->|"no"| n9',
        "n10 --> n11",
    ]
    check("\n".join(lines) + "\n")

"""Checking takes bounded time and memory, whatever stands in the file. Each case runs in a limited child."""

from __future__ import annotations

import pytest

from hub.recipe.check import check
from hub.recipe.report import show
from tests.recipe.confinement import confined
from tests.recipe.golden import FRAME
from tests.recipe.recipe_samples import CATALOGUE, FIELDS, FILE, SECRETS, make_registry

STEP = "  - {action: set, with: {a: 1}}\n"


def nested(depth: int) -> str:
    inner = "[{action: stop}]"
    for _ in range(depth):
        inner = f"[{{action: choose, branches: [{{else: true, steps: {inner}}}]}}]"
    return f"steps: {inner}\n"


def body(template: str) -> str:
    return f"steps:\n  - action: notify.send\n    with:\n      to: x\n      body: '{template}'\n"


CASES = {
    "many unknown keys": "".join(f"key{number}: 1\n" for number in range(15_000)),
    "many unknown arguments": "steps:\n  - action: notify.send\n    with: {"
    + ", ".join(f"k{number}: 1" for number in range(15_000))
    + "}\n",
    "many unknown names": "steps:\n  - action: set\n    with:\n"
    + "".join(f"      a{number}: '{{{{ x{number} }}}}'\n" for number in range(7_000)),
    "many good templates": "steps:\n  - action: set\n    with:\n"
    + "".join(f"      a{number}: '{{{{ {number} }}}}'\n" for number in range(7_000)),
    "many steps": "steps:\n" + STEP * 6_000,
    "many steps with one id": "steps:\n" + STEP.replace("{action", "{id: a, action") * 5_000,
    "many references": "steps:\n"
    + "".join(
        f"  - {{id: s{number}, action: set, with: {{a: '{{{{ steps.s{number - 1} }}}}'}}}}\n"
        for number in range(1, 3_500)
    ),
    "many references in one text": body("{{ steps.nothing }}" * 900),
    "many aliases of a large group": "x: &x {"
    + ", ".join(f"k{number}: '{{{{ {number} }}}}'" for number in range(350))
    + "}\nsteps: ["
    + ", ".join(["{action: set, with: *x}"] * 45)
    + "]\n",
    "deep branches": nested(7),
    "too deep branches": nested(100),
    "a condition of many parts": f"if: [{', '.join(['record.zip'] * 15_000)}]\n",
    "a deep condition": "if: " + "{not: " * 40 + "x" + "}" * 40 + "\n",
    "a large text": body("x" * 250_000),
    "a large text with one expression": body("{{ 1 }}" + "x" * 250_000),
    "a text full of expressions": body("{{ 1 }}" * 35_000),
    "repetition in a template": body('{{ "a" * 300000000 }}'),
    "deep brackets in a template": body("{{ " + "(" * 100_000 + " }}"),
    "an endless filter chain": body("{{ 1" + " | upper" * 20_000 + " }}"),
    "a long key": "x" * 200_000 + ": 1\n",
    "a long action": "steps:\n  - action: " + "x" * 200_000 + "\n",
    "a long id": "id: " + "x" * 200_000 + "\n",
    "a long duration": "settings: {timeout: " + "1h" * 100_000 + "}\n",
    "many triggers": "triggers:\n" + "  - {id: a, type: pol}\n" * 10_000,
    "many inputs": "inputs:\n" + "".join(f"  i{number}: nothing\n" for number in range(10_000)),
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_the_check_comes_to_an_end(text: str) -> None:
    whole = FRAME + text

    def work() -> str:
        reading = check(whole, file=FILE, registry=make_registry(), secrets=SECRETS, fields=FIELDS, catalogue=CATALOGUE)
        shown = show(reading.problems, {FILE: whole})
        assert len(shown) < 200_000
        return f"{len(reading.problems)} {'usable' if reading.recipe else 'refused'}"

    count, _ = confined(work).split()
    assert int(count) <= 101

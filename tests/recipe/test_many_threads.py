"""One Expressions serves many threads at once; each has its own allowance."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.errors import Permanent
from hub.model import Condition
from hub.recipe.expressions import Expressions
from tests.recipe.recipe_samples import PLACE, Clock


def test_many_threads_render_and_decide_at_once() -> None:
    expressions = Expressions()

    def work(number: int) -> tuple[object, bool]:
        scope = {"record": {"n": number, "tags": list(range(number % 7))}, "now": Clock()}
        text = expressions.value(
            f"{number % 50}: {{{{ record.n }}}} {{% for t in record.tags %}}{{{{ t }}}}{{% endfor %}}", scope
        )
        verdict = expressions.condition(Condition("expression", PLACE, "record.n is even"), scope)
        return text, verdict.value

    with ThreadPoolExecutor(max_workers=16) as pool:
        found = list(pool.map(work, range(2_000)))
    assert found == [
        (f"{number % 50}: {number} {''.join(map(str, range(number % 7)))}", number % 2 == 0) for number in range(2_000)
    ]


def test_a_thread_that_takes_too_much_does_not_take_it_from_others() -> None:
    expressions = Expressions()

    def greedy(_: int) -> str:
        with pytest.raises(Permanent) as caught:
            expressions.value("{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}", {})
        return caught.value.code

    def modest(number: int) -> int:
        return int(expressions.value("{{ ('x' * 1000) | length + n }}", {"n": number}))

    with ThreadPoolExecutor(max_workers=8) as pool:
        stopped = pool.map(greedy, range(8))
        counted = pool.map(modest, range(400))
        assert list(counted) == [1000 + number for number in range(400)]
        assert set(stopped) == {"EXP104"}


def test_after_an_error_the_next_expression_has_a_whole_allowance() -> None:
    expressions = Expressions()
    for _ in range(3):
        with pytest.raises(Permanent):
            expressions.value(
                "{{ ['a' * 200000, 'a' * 200000, 'a' * 200000] | map('upper') | map('lower') | join }}", {}
            )
        assert len(expressions.value("{{ 'a' * 200000 }}", {})) == 200_000

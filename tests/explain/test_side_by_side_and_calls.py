"""`parallel`, `call` and the result of `stop` in sentences, in the chart and in the differences."""

from __future__ import annotations

from hub.recipe.explaining import as_text, draw, tell_differences
from tests.explain.samples import FRAME, REGISTRY, read_text
from tests.explain.test_flowchart import check

SIDE = """  - action: parallel
    name: Ask both
    with: {max_parallel: 2}
    branches:
      - name: customer
        steps: [{id: customer, action: customers.get, with: {id: "{{ record.customer_id }}"}}]
      - steps: [{action: wait, with: {for: 2h}}, {action: jobs.delete, with: {id: "{{ record.id }}"}}]
  - action: call
    name: Bill
    timeout: 2d
    with: {recipe: make-bill, inputs: {job: "{{ record.name }}"}}
  - {action: call, with: {recipe: tidy-up, wait: false}}
  - {action: stop, with: {result: "{{ record.id }}"}}
"""


def explain(steps: str) -> list[str]:
    """The sentences about some steps."""
    return as_text(read_text(FRAME + steps), REGISTRY).split("Then:\n")[1].splitlines()


def test_the_sentences() -> None:
    assert [line.strip() for line in explain(SIDE)] == [
        "1. “Ask both”: it takes all of these ways side by side, up to 2 at a time, and goes on when they are all "
        "done:",
        "- Branch “customer”:",
        "1. It looks up the customer whose id is the job's customer.",
        "- Branch 2:",
        "1. It waits 2 hours.",
        "2. It deletes the same job.",
        "2. “Bill”: it starts the recipe “make-bill” with job the job's name and waits for its end. It may take 2 days "
        "at the most.",
        "3. It starts the recipe “tidy-up” and goes on at once.",
        "4. It ends the run as succeeded, with the job's id for a recipe that called it.",
    ]


def test_the_chart_takes_all_branches_and_brings_them_together() -> None:
    chart = draw(read_text(FRAME + SIDE), REGISTRY)
    check(chart)
    lines = chart.splitlines()
    split = next(line.split("[")[0].strip() for line in lines if "Ask both" in line)
    joined = next(line.split("[")[0].strip() for line in lines if "All of them are done" in line)
    ways = [line for line in lines if line.strip().startswith(f"{split} -->")]
    assert [line.split('"')[1] for line in ways] == ["branch “customer”", "branch 2"]
    assert len([line for line in lines if line.endswith(f" {joined}")]) == 2
    assert f"    {joined} --> " in chart


def compare(old: str, new: str) -> list[str]:
    """The sentences about a change."""
    return list(tell_differences(read_text(FRAME + old), read_text(FRAME + new), REGISTRY))


def test_differences_in_branches_name_the_branch() -> None:
    assert compare(SIDE, SIDE.replace("for: 2h", "for: 3h")) == [
        "In way 2 of “Ask both”: The wait (number 1) now lasts 3 hours instead of 2 hours."
    ]
    assert compare(SIDE, SIDE.replace("name: customer", "name: buyer")) == [
        "Way 1 of “Ask both” is now called “buyer”.",
    ]
    without = SIDE.replace(
        "      - name: customer\n        steps: [{id: customer, action: customers.get, with: {id: "
        '"{{ record.customer_id }}"}}]\n',
        "",
    )
    assert compare(SIDE, without) == ["In “Ask both”, there is no longer a way for: branch “customer”."]
    [new] = compare(without, SIDE)
    assert new.startswith("Way 1 of “Ask both” is new, branch “customer”: It looks up the customer")


def test_differences_in_a_call() -> None:
    assert compare(SIDE, SIDE.replace("recipe: make-bill", "recipe: make-invoice")) == [
        "In “Bill”, recipe is now “make-invoice” instead of “make-bill”.",
    ]

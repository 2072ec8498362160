"""A test fails for anything that is not as it says, and shows both values and where the expectation stands."""

from __future__ import annotations

import pytest

from tests.rehearsing.conftest import Desk, differing, printed

INPUTS = "inputs: {name: {type: text}}"
STEPS = """
- id: job
  action: jobs.create
  with: {name: "{{ inputs.name }}", stage: Good Lead, city: Austin}
- action: notify.send
  with: {to: "{{ secrets.CHAT }}", title: "New: {{ inputs.name }}", body: "{{ steps.job.id }}"}
- action: set
  with: {number: 5, one: 1}
"""
RIGHT = """
event: {inputs: {name: Lake}}
expect:
  status: succeeded
  steps: {job: ok}
  writes: [{do: create, resource: jobs, fields: {name: Lake, stage: Good Lead}}]
  messages: [{to: CHAT, title: "New: Lake", body: jobs-new-1}]
  vars: {number: 5}
  outputs: {job: {city: Austin, stage: {category: sales}}}
"""


def test_a_right_expectation_passes(desk: Desk) -> None:
    desk.recipe(STEPS, more=INPUTS)
    report = desk.test(RIGHT)
    assert differing(report) == {}
    assert report.good
    assert "passed  mine: a test" in printed(report)


@pytest.mark.parametrize(
    ("right", "wrong", "what", "expected", "got"),
    [
        ("status: succeeded", "status: failed", "status", '"failed"', '"succeeded"'),
        ("{job: ok}", "{job: skipped}", "steps.job", '"skipped"', '"ok"'),
        ("name: Lake, stage", "name: Sea, stage", "writes[1].fields.name", '"Sea"', '"Lake"'),
        ("stage: Good Lead}", "stage: Active}", "writes[1].fields.stage", '"Active"', '"Good Lead"'),
        ("stage: Good Lead}", "zip: x}", "writes[1].fields.zip", '"x"', "(nothing)"),
        ("do: create", "do: update", "writes[1].do", '"update"', '"create"'),
        ("to: CHAT", "to: OTHER", "messages[1].to", '"OTHER"', '"CHAT"'),
        ("body: jobs-new-1", "body_has: x-2", "messages[1].body_has", "... x-2 ...", '"jobs-new-1"'),
        ("{number: 5}", '{number: "5"}', "vars.number", '"5"', "5"),
        ("{number: 5}", "{one: true}", "vars.one", "true", "1"),
        ("{number: 5}", "{other: 5}", "vars.other", "5", "(nothing)"),
        ("category: sales", "category: active", "outputs.job.stage.category", '"active"', '"sales"'),
    ],
)
def test_each_wrong_expectation_is_shown_with_both_values(
    desk: Desk, right: str, wrong: str, what: str, expected: str, got: str
) -> None:
    desk.recipe(STEPS, more=INPUTS)
    assert right in RIGHT
    report = desk.test(RIGHT.replace(right, wrong))
    assert differing(report) == {what: (expected, got)}
    assert not report.good
    ((difference,), text) = (report.results[0].differences, printed(report))
    lines = (desk.folder / "tests" / "mine.yaml").read_text().splitlines()
    assert wrong.partition(":")[0].strip("{") in lines[difference.place.line - 1]
    assert f"mine.yaml:{difference.place.line}" in text
    assert any(expected in line and got in line.partition("≠")[2] for line in text.splitlines())


@pytest.mark.parametrize("left_out", ["writes", "messages"])
def test_what_changes_or_leaves_and_is_not_named_is_a_difference(desk: Desk, left_out: str) -> None:
    desk.recipe(STEPS, more=INPUTS)
    case = "\n".join(line for line in RIGHT.splitlines() if not line.strip().startswith(left_out))
    assert list(differing(desk.test(case))) == [f"{left_out}[1]"]


def test_a_write_too_many_in_the_expectation_is_a_difference(desk: Desk) -> None:
    desk.recipe(STEPS, more=INPUTS)
    found = differing(desk.test(RIGHT.replace("Good Lead}}]", "Good Lead}}, {do: delete, resource: jobs, id: j1}]")))
    assert found["writes[2]"][1] == "(nothing)"


def test_a_text_of_several_lines_is_set_side_by_side(desk: Desk) -> None:
    desk.recipe('- {action: notify.send, with: {to: "json://x", body: "one\\ntwo"}}')
    text = printed(desk.test('expect: {status: succeeded, messages: [{body: "one\\nthree"}]}'))
    assert any(line.split() == ["three", "≠", "two"] for line in text.splitlines())
    assert any(line.split() == ["one", "|", "one"] for line in text.splitlines())


def test_a_step_that_does_not_exist_is_offered_the_nearest_name(desk: Desk) -> None:
    desk.recipe(STEPS, more=INPUTS)
    found = differing(desk.test(RIGHT.replace("{job: ok}", "{jop: ok}")))
    assert "`job`" in found["steps.jop"][1]


def test_a_failed_step_says_why(desk: Desk) -> None:
    desk.recipe("- {id: one, action: jobs.get, with: {id: job-9}}")
    found = differing(desk.test("expect: {status: succeeded, steps: {one: ok}}"))
    assert "There is no job job-9." in found["steps.one"][1]

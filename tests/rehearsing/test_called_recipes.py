"""Tests of recipes that call others, or hear of their end: the test says how the others end, and what is started."""

from __future__ import annotations

from typing import Any

import pytest

from hub.model import StepRecord, StepStatus
from hub.rehearsing.called import in_branch_order
from tests.rehearsing.conftest import Desk, differing
from tests.rehearsing.test_saving_runs import Past

OTHER = "- {action: stop, with: {result: 1}}"
FORM = "{type: manual, inputs: {name: text}}"
STEPS = """
- {id: other, action: call, with: {recipe: other, inputs: {name: Lake}}}
- {action: set, with: {found: "{{ steps.other.result.id }}"}}"""
STARTED = "started: [{recipe: other, inputs: {name: Lake}}]"


@pytest.fixture
def calling(desk: Desk) -> Desk:
    """A recipe that calls another one and uses its result."""
    desk.recipe(OTHER, trigger=FORM, name="other")
    desk.recipe(STEPS)
    return desk


def test_the_test_says_how_the_other_recipe_ends(calling: Desk) -> None:
    answers = "answers: [{step: other, ends: succeeded, result: {id: 7}}]"
    assert differing(calling.test(f"{answers}\nexpect: {{status: succeeded, vars: {{found: 7}}, {STARTED}}}")) == {}
    wrong = f"{answers}\nexpect: {{status: succeeded, started: [{{recipe: other, inputs: {{name: Sea}}}}]}}"
    assert differing(calling.test(wrong)) == {"started[1].inputs.name": ('"Sea"', '"Lake"')}


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        ("failed, reason: No paint.", "The recipe other that was called failed: No paint."),
        ("cancelled", "The recipe other that was called was cancelled."),
    ],
)
def test_a_failure_of_the_other_one_fails_the_step(calling: Desk, ends: str, reason: str) -> None:
    answers = f"answers: [{{step: other, ends: {ends}}}]"
    assert differing(calling.test(f'{answers}\nexpect: {{status: failed, reason: "{reason}", {STARTED}}}')) == {}


def test_a_start_that_is_not_expected_and_an_end_that_is_not_given_are_differences(calling: Desk) -> None:
    found = differing(calling.test("expect: {status: failed}"))
    assert found["started[1]"][0] == "(nothing)"
    assert found["answers"] == ("an answer for each call", "none for the recipe other, called by the step other")


def test_without_wait_no_end_is_needed(desk: Desk) -> None:
    desk.recipe(OTHER, trigger=FORM, name="other")
    desk.recipe("- {action: call, with: {recipe: other, inputs: {name: Lake}, wait: false}}")
    assert differing(desk.test(f"expect: {{status: succeeded, {STARTED}}}")) == {}


def test_each_item_of_a_loop_can_have_its_own_end(desk: Desk) -> None:
    desk.recipe(OTHER, trigger=FORM, name="other")
    desk.recipe("""
        - {id: many, action: call, for_each: "['a', 'b', 'c']", with: {recipe: other, inputs: {name: "{{ item }}"}}}
        - {action: set, with: {all: "{{ steps.many | map(attribute='result') | list }}"}}
    """)
    answers = "answers: [{step: many, ends: succeeded, result: 1}, {step: 'many[1]', ends: skipped, result: 2}]"
    started = ", ".join(f"{{recipe: other, inputs: {{name: {name}}}}}" for name in "abc")
    expected = f"{{status: succeeded, vars: {{all: [1, 2, 1]}}, started: [{started}]}}"
    assert differing(desk.test(f"{answers}\nexpect: {expected}")) == {}


def test_an_ending_is_read_strictly(calling: Desk) -> None:
    for answer, code in (
        ("{step: other, ends: well}", "RCP204"),
        ("{ends: failed}", "RCP202"),
        ("{step: other, ends: failed, fault: x}", "RCP201"),
    ):
        report = calling.test(f"answers: [{answer}]\nexpect: {{status: succeeded}}")
        assert [each.code for each in report.problems] == [code]


def test_a_recipe_that_hears_of_an_end_is_tested_with_what_has_ended(desk: Desk) -> None:
    desk.recipe(OTHER, trigger=FORM, name="other")
    steps = '- {action: set, with: {told: "{{ event.data.recipe }}: {{ event.data.reason }}"}}'
    desk.recipe(steps, trigger="{type: recipe, recipe: any, status: failed}")
    event = "event: {data: {recipe: other, reason: No paint.}}"
    assert differing(desk.test(f"{event}\nexpect: {{status: succeeded, vars: {{told: 'other: No paint.'}}}}")) == {}
    other = "event: {data: {recipe: other, status: succeeded}}\nexpect: {status: not_started}"
    assert differing(desk.test(other)) == {}


def test_branches_side_by_side_are_taken_one_after_the_other(desk: Desk) -> None:
    desk.recipe("""
        - action: parallel
          branches:
            - steps:
                - {action: wait, with: {for: 2d}}
                - {action: jobs.create, with: {name: late}}
            - steps:
                - {action: jobs.create, with: {name: a}}
                - {action: wait, with: {for: 1d}}
                - {action: jobs.create, with: {name: b}}
    """)
    writes = ", ".join(f"{{do: create, fields: {{name: {name}}}}}" for name in ("a", "b", "late"))
    assert differing(desk.test(f"expect: {{status: succeeded, took: 2d, writes: [{writes}]}}")) == {}


SAVED = """
- action: parallel
  branches:
    - steps:
        - {id: ca, action: call, with: {recipe: other, inputs: {name: Lake}}}
        - {id: ja, action: jobs.create, with: {name: "{{ steps.ca.result.id }}"}}
    - steps:
        - {id: jb, action: jobs.create, with: {name: b}}
        - {id: go, action: call, with: {recipe: other, inputs: {name: Sea}, wait: false}}
- {id: bad, action: call, with: {recipe: other, inputs: {name: Sky}}}"""


def test_a_run_that_called_others_becomes_a_test_that_passes(desk: Desk) -> None:
    desk.recipe(OTHER, trigger=FORM, name="other")
    desk.recipe(SAVED)
    answers = "[{step: ca, ends: succeeded, result: {id: x7}}, {step: bad, ends: failed, reason: No paint.}]"
    past = Past(desk, f"    answers: {answers}")
    saved = past.save()
    assert saved.differences == ()
    assert "ends: succeeded" in saved.text
    assert "started:" in saved.text


def test_steps_side_by_side_are_saved_in_the_order_in_which_a_test_takes_them(desk: Desk) -> None:
    desk.recipe("""
        - action: parallel
          branches:
            - steps:
                - {id: a, action: jobs.create, with: {name: a}}
                - {id: pause, action: wait, with: {for: 1d}}
                - {id: late, action: jobs.create, with: {name: late}}
            - steps:
                - {id: b, action: jobs.create, with: {name: b}}
                - {id: c, action: jobs.create, with: {name: c}}
    """)
    recipe = Past(desk, "").recipe
    happened = ["step_1", "b", "a", "c", "pause", "late"]
    steps = [_line(path, 86_400.0 if path == "pause" else 5.0) for path in happened]
    assert [each.path for each in in_branch_order(steps, recipe)] == ["step_1", "a", "pause", "b", "c", "late"]


def _line(path: str, finished_at: float, **more: Any) -> StepRecord:
    action = "wait" if path == "pause" else "jobs.create"
    return StepRecord("run_1", path, path, action, StepStatus.OK, 1.0, finished_at=finished_at, **more)

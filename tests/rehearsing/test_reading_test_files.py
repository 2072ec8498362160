"""Test files are read as strictly as recipes: what cannot be meant is a problem with place and fix."""

from __future__ import annotations

import pytest

from tests.rehearsing.conftest import Desk, differing, printed

HEAD = "recipe: mine\ntests:\n  - name: one\n"
GOOD = "    expect: {status: succeeded}\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (HEAD + "    givn: {}\n" + GOOD, 4, "`given`"),
        (HEAD + "    expect: {status: succeded}\n", 4, "`succeeded`"),
        (HEAD + "    expect: {}\n", 4, "status: succeeded"),
        (HEAD, 3, "`expect:`"),
        (HEAD + "    at: noon\n" + GOOD, 4, "2026-03-31T12:00:00Z"),
        (HEAD + "    given: {job: []}\n" + GOOD, 4, "`jobs`"),
        (HEAD + "    given: {jobs: {id: x}}\n" + GOOD, 4, "a list"),
        (HEAD + "    answers: [{step: x, fault: transent}]\n" + GOOD, 4, "`transient`"),
        (HEAD + "    answers: [{status: 200}]\n" + GOOD, 4, "`url`"),
        (HEAD + "    later: [{id: x, resource: jobs, fields: {}}]\n" + GOOD, 4, "after: 8d"),
        (HEAD + "    event: {recrod: {}}\n" + GOOD, 4, "`record`"),
        (HEAD + "    event: {record: x}\n" + GOOD, 4, "a group of keys"),
        (HEAD + "    secrets: {A: 5}\n" + GOOD, 4, "quotes"),
        (HEAD + "    expect: {status: succeeded, writes: [{doo: create}]}\n", 4, "`do`"),
        (HEAD + "    expect: {status: succeeded, messages: [{titel: x}]}\n", 4, "`title`"),
        (HEAD + "    expect: {status: succeeded, steps: {a: done}}\n", 4, "ok"),
        (HEAD + GOOD + "  - name: one\n" + GOOD, 5, "name of its own"),
        ("recipe: mine\ntests: []\n", 2, "at least one test"),
        ("recipe: min\ntests:\n  - name: one\n" + GOOD, 1, "`mine`"),
        (HEAD + GOOD + "    expect: {status: failed}\n", 5, "expect"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_place_and_fix(desk: Desk, text: str, line: int, says: str) -> None:
    desk.recipe("- {action: set, with: {a: 1}}")
    report = desk.tests(text)
    assert [each.place.line for each in report.problems] == [line]
    assert not report.good
    assert says in printed(report)
    assert f"mine.yaml:{line}:" in printed(report)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("jobs: [{nmae: x}]", "Did you mean name?"),
        ("jobs: [{stage: Godo Lead}]", "Did you mean"),
        ("employees: [{first_name: A, shoe: 5}]", "shoe"),
    ],
)
def test_a_record_that_cannot_be_is_named_where_it_stands(desk: Desk, given: str, says: str) -> None:
    desk.recipe("- {action: set, with: {a: 1}}")
    report = desk.test(f"given:\n  {given}\nexpect: {{status: succeeded}}")
    assert says in differing(report)["the test itself"][1]
    assert report.results[0].differences[0].place.line == 5


def test_a_later_change_that_cannot_be_is_named_before_the_run(desk: Desk) -> None:
    desk.recipe("- {action: set, with: {a: 1}}")
    report = desk.test("later: [{after: 1d, resource: jobs, id: x, fields: {nmae: y}}]\nexpect: {status: succeeded}")
    assert "Did you mean name?" in differing(report)["the test itself"][1]


def test_a_broken_recipe_is_a_problem_of_the_recipe(desk: Desk) -> None:
    desk.recipe("- {action: set, with: {a: 1}}")
    assert differing(desk.test("expect: {status: succeeded}")) == {}
    (desk.folder / "mine.yaml").write_text("recipe: 1\nname: x\ntrigger: {type: manual}\nsteps: []\n")
    from hub.recipe.library import read_folder
    from hub.rehearsing.folder import find_tests, run_tests

    recipes = read_folder(desk.folder, registry=desk.surroundings.registry)
    report = run_tests(find_tests(desk.folder), recipes, desk.surroundings)
    assert [each.place.file for each in report.problems] == [(desk.folder / "mine.yaml").as_posix()]


def test_recipes_without_a_test_are_listed_and_no_failure(desk: Desk) -> None:
    desk.recipe("- {action: set, with: {a: 1}}")
    desk.recipe("- {action: set, with: {a: 1}}", name="lonely")
    report = desk.test("expect: {status: succeeded}")
    assert report.good
    assert "Without a test: lonely." in printed(report)


def test_a_trigger_that_the_recipe_does_not_have_is_named(desk: Desk) -> None:
    desk.recipe("- {action: set, with: {a: 1}}")
    assert "no trigger `x`" in differing(desk.test("trigger: x\nexpect: {status: succeeded}"))["the test itself"][1]

"""What recipes keep, in recipe tests: given, expected, saved from real runs; and expectations that repeat."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hub.recipe.lookups import read_tables, usable
from tests.rehearsing.conftest import Desk, differing, printed
from tests.rehearsing.test_saving_runs import Past

STEPS = """
- {id: count, action: store.add, with: {name: asked}}
- {id: mark, action: store.set, with: {name: done, value: true, if_missing: true, shared: true}}
- {id: next, action: round_robin.next, with: {name: sales, items: [ana, sam]}}
- {id: added, action: digest.add, with: {name: quiet, item: new}}
- {id: taken, action: digest.take, with: {name: quiet, limit: 2}}
"""
RIGHT = """
event: {inputs: {}}
stored:
  values: {asked: 4}
  digests: {quiet: [one, {two: 2}]}
  turns: {sales: [sam, ana]}
  shared:
    values: {done: before}
expect:
  status: succeeded
  outputs:
    count: 5
    mark: {set: false, value: before}
    next: sam
    taken: {items: [one, {two: 2}], left: 1}
  stored:
    values: {asked: 5, other: null}
    digests: {quiet: [new]}
    turns: {sales: [ana, sam]}
    shared:
      values: {done: before}
"""


def test_what_is_given_is_there_and_what_is_kept_is_compared(desk: Desk) -> None:
    desk.recipe(STEPS)
    assert differing(desk.test(RIGHT)) == {}


@pytest.mark.parametrize(
    ("right", "wrong", "what", "expected", "got"),
    [
        ("{asked: 5,", "{asked: 6,", "stored value asked", "6", "5"),
        ("other: null", "other: 1", "stored value other", "1", "(nothing)"),
        ("other: null", "asked2: null, asked: null", None, "", ""),
        ("quiet: [new]", "quiet: []", "stored digest quiet[1]", "(nothing)", '"new"'),
        ("quiet: [new]", "quiet: null", "stored digest quiet", "null", '["new"]'),
        ("sales: [ana, sam]", "sales: [sam, ana]", "stored turns sales[1]", '"sam"', '"ana"'),
        ("{done: before}\n", "{done: after}\n", None, "", ""),
    ],
)
def test_what_is_not_as_expected_is_named(
    desk: Desk, right: str, wrong: str, what: str | None, expected: str, got: str
) -> None:
    desk.recipe(STEPS)
    start = RIGHT.index("expect:")
    text = RIGHT[:start] + RIGHT[start:].replace(right, wrong)
    report = desk.test(text)
    if what is None:
        assert report.problems or differing(report)
    else:
        assert differing(report)[what] == (expected, got)


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        ("{valus: {a: 1}}", "What is kept has no key `valus`."),
        ("{digests: {quiet: new}}", "`quiet` is a text; it must be a list or empty."),
        ("{values: [1]}", "`values` is a list; it must be a group of keys."),
        ("{shared: {digest: {a: []}}}", "What is shared has no key `digest`."),
    ],
)
def test_a_wrong_shape_is_a_problem_with_its_line(desk: Desk, stored: str, message: str) -> None:
    desk.recipe(STEPS)
    for text in (
        f"stored: {stored}\nexpect: {{status: succeeded}}",
        f"expect: {{status: succeeded, stored: {stored}}}",
    ):
        report = desk.test(text)
        assert [each.message for each in report.problems] == [message]


def test_a_lost_answer_changes_nothing_twice(desk: Desk) -> None:
    desk.recipe("- {id: count, action: store.add, with: {name: asked}}")
    report = desk.test(
        "answers: [{step: count, fault: unknown_done}]\n"
        "expect: {status: succeeded, outputs: {count: 1}, stored: {values: {asked: 1}}}"
    )
    assert differing(report) == {}


def test_tables_of_the_folder_are_there(desk: Desk) -> None:
    (desk.folder / "tables").mkdir()
    (desk.folder / "tables" / "leaders.csv").write_text("type,name\nExterior,Elena\n")
    tables = usable(read_tables(desk.folder))
    desk = Desk(desk.folder, replace(desk.surroundings, tables=tables))
    desk.recipe("- {id: who, action: lookup, with: {table: leaders, key: Exterior}}\n"
                "- {action: set, with: {a: \"{{ 'Exterior' | lookup(tables.leaders) }}\"}}")  # fmt: skip
    assert differing(desk.test("expect: {status: succeeded, outputs: {who: Elena}, vars: {a: Elena}}")) == {}


def test_a_run_becomes_a_test_with_what_was_kept_before_it(desk: Desk) -> None:
    desk.recipe(STEPS + "- {id: seen, action: store.get, with: {name: asked}}\n")
    saved = Past(desk, given_part(RIGHT)).save()
    assert saved.differences == ()
    stored = saved.text[saved.text.index("    stored:") : saved.text.index("    expect:")]
    assert re.sub(r"\s+", " ", stored).strip() == (
        "stored: values: asked: 4 shared: values: done: before turns: sales: - ana"
    )


def given_part(text: str) -> str:
    """A test's keys as they stand in a file, without what it expects."""
    lines = text[: text.index("expect:")].strip().splitlines()
    return "\n".join(f"    {line}" for line in lines)


# ---- repeated expectations, and blank lines at the end

LOOP = """
- action: notify.send
  for_each: range(3)
  with: {to: "{{ secrets.CHAT }}", title: Same, body: "text\\n\\n"}
- action: jobs.create
  for_each: range(2)
  with: {name: Lake, stage: Good Lead}
"""


def test_times_stands_for_so_many_of_the_same(desk: Desk) -> None:
    desk.recipe(LOOP)
    right = (
        "expect:\n  status: succeeded\n  messages: [{to: CHAT, title: Same, times: 3}]\n"
        "  writes: [{do: create, times: 2, fields: {name: Lake}}]"
    )
    assert differing(desk.test(right)) == {}
    assert list(differing(desk.test(right.replace("times: 3", "times: 2")))) == ["messages[3]"]
    assert list(differing(desk.test(right.replace("times: 3", "times: 4")))) == ["messages[4]"]
    report = desk.test(right.replace("times: 3", "times: 0"))
    assert "`times` is 0; it must be between 1 and 1,000." in printed(report)


def test_blank_lines_at_the_end_of_a_body_do_not_count(desk: Desk) -> None:
    desk.recipe(LOOP)
    right = "expect:\n  status: succeeded\n  messages: [{body: %s, times: 3}]\n  writes: [{times: 2}]"
    assert differing(desk.test(right % '"text"')) == {}
    assert differing(desk.test(right % '"text\\n\\n\\n"')) == {}
    assert "messages[1].body" in differing(desk.test(right % '"\\ntext"'))
    assert "messages[1].body" in differing(desk.test(right % '"tex"'))

"""An instance brought to a newer version: what would change is told first, and only what must change is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.errors import HubError
from hub.recipe.blueprints.updating import Update, plan_update
from hub.recipe.blueprints.writing import create_file, read_texts, replace_file, write_instance
from hub.recipe.explaining import tell_differences
from hub.recipe.loader import load
from tests.blueprints.samples import BLUEPRINT, INSTANCE, REGISTRY, WORLD, read, read_one, usable, write

NEWER = BLUEPRINT.replace("blueprint: 2", "blueprint: 3").replace(
    "{{ inputs.days }} days", "{{ inputs.days }} quiet days"
)


def plan(folder: Path, *, newer: str = NEWER, text: str = INSTANCE, old: bool = True, **values: Any) -> Update:
    """The update of an instance, where there is one."""
    write(folder, {"blueprints/quiet-leads.yaml": newer})
    if old:
        write(folder, {"blueprints/quiet-leads@2.yaml": BLUEPRINT})
    known = read(folder).blueprints
    found = plan_update(text, file="mine.yaml", blueprints=known, world=WORLD, values=values)
    assert found is not None
    return found


def test_the_steps_that_change_are_told_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    text = "# ours\n" + INSTANCE.replace("version: 2", "version:  2   # for now") + "# the end"
    found = plan(tmp_path, text=text)
    assert found.text == text.replace("version:  2", "version:  3")
    assert found.problems == ()
    assert found.inputs == ()
    assert any("quiet days" in sentence for sentence in found.changes)
    assert found.changes[0].startswith("It is now made from version 3 of “quiet-leads”")


def test_a_new_input_is_asked_for_and_can_be_given(tmp_path: Path) -> None:
    newer = NEWER.replace("  title: {", "  colour: {type: text, label: Colour}\n  title: {")
    found = plan(tmp_path, newer=newer)
    assert found.inputs == ("New input `colour`: Colour. It must be given.",)
    assert [each.code for each in found.problems] == ["RCP435"]
    found = plan(tmp_path, newer=newer, colour="blue: not red")
    assert found.problems == ()
    assert load(found.text, "mine.yaml").plain()["inputs"]["colour"] == "blue: not red"


def test_an_input_with_a_default_needs_nothing(tmp_path: Path) -> None:
    newer = NEWER.replace("  title: {", "  colour: {type: text, label: Colour, default: blue}\n  title: {")
    found = plan(tmp_path, newer=newer)
    assert found.inputs == ("New input `colour`: Colour. Without it: blue.",)
    assert found.problems == ()
    assert found.text == INSTANCE.replace("version: 2", "version: 3")


def test_what_is_gone_or_of_another_type_is_told(tmp_path: Path) -> None:
    newer = NEWER.replace("  days:\n    type: integer", "  days:\n    type: duration").replace(
        "default: 14", "default: 14d"
    )
    newer = newer.replace("  title: {type: text, label: Title, default: Quiet}\n", "").replace(
        "{{ inputs.title }}", "Quiet"
    )
    newer = newer.replace("> inputs.days", "> 1").replace("if: inputs.days > 3", "if: record.id != ''")
    found = plan(tmp_path, newer=newer, text=INSTANCE.replace("days: 10", "days: 10\n  title: Look"))
    assert found.inputs == (
        "The input `days` is now duration instead of integer.",
        "Your value for `days` does not fit any more.",
        "The input `title` is gone. Your value for it is dropped.",
    )
    assert [each.code for each in found.problems] == ["RCP205"]
    assert plan(tmp_path, newer=newer, days="10d").problems == ()
    assert "title" not in load(found.text, "mine.yaml").plain()["inputs"]


@pytest.mark.parametrize(
    "text",
    [
        "{recipe: 1, blueprint: quiet-leads, version: 2, inputs: {stages: [Good Lead], to: TEAM_CHAT_URL}}\n",
        INSTANCE.replace("version: 2", '"version": 2'),
        INSTANCE.replace("\n", "\r\n"),
        INSTANCE.replace("inputs:\n  days: 10", "inputs:\n\n  # the days\n  days: 10") + "\n# end\ndescription: last\n",
    ],
)
def test_however_it_is_written_the_new_file_says_the_same(tmp_path: Path, text: str) -> None:
    wanted = load(text, "mine.yaml").plain() | {"version": 3}
    assert load(plan(tmp_path, text=text).text, "mine.yaml").plain() == wanted
    wanted["inputs"]["days"] = 12
    found = load(plan(tmp_path, text=text, days=12).text, "mine.yaml").plain()
    assert found == wanted


def test_comments_behind_the_inputs_stay(tmp_path: Path) -> None:
    text = f"{INSTANCE}\n# about the name\ndescription: last\n"
    assert plan(tmp_path, text=text, days=12).text.endswith("\n\n# about the name\ndescription: last\n")


def test_without_the_old_version_it_is_said_that_nothing_can_be_compared(tmp_path: Path) -> None:
    found = plan(tmp_path, old=False)
    assert found.problems == ()
    assert found.changes == (
        "The steps and the trigger cannot be compared: the old version of the blueprint is not there.",
    )


def test_the_newest_needs_no_update(tmp_path: Path) -> None:
    write(tmp_path, {"blueprints/quiet-leads.yaml": BLUEPRINT})
    known = read(tmp_path).blueprints
    assert plan_update(INSTANCE, file="mine.yaml", blueprints=known, world=WORLD) is None


@pytest.mark.parametrize("text", ["recipe: 1\nname: A\n", "recipe: [", INSTANCE.replace("quiet-leads", "none"), ""])
def test_what_is_no_instance_of_anything_is_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"blueprints/quiet-leads.yaml": BLUEPRINT})
    with pytest.raises(HubError):
        plan_update(text, file="mine.yaml", blueprints=read(tmp_path).blueprints, world=WORLD)


def test_other_values_are_told_as_a_difference(tmp_path: Path) -> None:
    old = usable(read_one(tmp_path, INSTANCE))
    new = usable(read_one(tmp_path, INSTANCE.replace("days: 10", "days: 12").replace("TEAM_CHAT_URL", "OFFICE_EMAIL")))
    told = tell_differences(old, new, REGISTRY)
    assert "“Days without a change” is now 12 instead of 10." in told
    assert "“Where to tell” is now the secret OFFICE_EMAIL instead of the secret TEAM_CHAT_URL." in told


@pytest.mark.parametrize("value", ["a: b", "#", "{{ x }}", "a\nb", "\u2028", "yes", "12:30", " ", "'", '"', "- a", "é"])
def test_any_text_is_written_so_that_it_is_read_back(tmp_path: Path, value: str) -> None:
    write(tmp_path, {"blueprints/quiet-leads.yaml": BLUEPRINT})
    (blueprint,) = read(tmp_path).blueprints.all
    text = write_instance(blueprint, {"title": value, "days": 3, "stages": [value]}, name=value.strip())
    assert load(text, "x.yaml").plain()["inputs"] == {"title": value, "days": 3, "stages": [value]}


@pytest.mark.parametrize(
    ("texts", "details", "value"),
    [
        (["10"], {"type": "integer"}, 10),
        ([" 1.5 "], {"type": "number"}, 1.5),
        (["ten"], {"type": "integer"}, "ten"),
        (["true"], {"type": "boolean"}, True),
        (["yes"], {"type": "boolean"}, "yes"),
        (["10"], {"type": "text"}, "10"),
        (["a", "", "b"], {"type": "stage", "many": True}, ["a", "b"]),
        (["1", "2"], {"type": "integer", "many": True}, [1, 2]),
        (["a: 1"], {"type": "object"}, {"a": 1}),
        (["a: ["], {"type": "object"}, "a: ["),
        (["a", "b"], {"type": "text"}, ["a", "b"]),
        (["x"], None, "x"),
    ],
)
def test_what_is_typed_becomes_the_value_that_it_stands_for(texts: list[str], details: Any, value: Any) -> None:
    assert read_texts(texts, details) == value


def test_a_file_is_written_whole_or_not_at_all_and_never_over_another(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    create_file(file, "one\n")
    with pytest.raises(HubError, match="already"):
        create_file(file, "two\n")
    with pytest.raises(HubError, match="cannot be written"):
        create_file(tmp_path / "nowhere" / "a.yaml", "two\n")
    assert file.read_text() == "one\n"
    file.chmod(0o600)
    replace_file(file, "three\n")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("three\n", 0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["a.yaml"]

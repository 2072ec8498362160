"""A folder of recipes is read as a whole: what belongs to it, and ids that two files share."""

from __future__ import annotations

from pathlib import Path

from hub.recipe.library import Checked, read_folder
from tests.recipe.recipe_samples import FIELDS, GOOD, SECRETS, make_registry

REGISTRY = make_registry()


def read(folder: Path) -> dict[str, Checked]:
    found = read_folder(folder, registry=REGISTRY, secrets=SECRETS, fields=FIELDS)
    return {Path(each.file).relative_to(folder).as_posix(): each for each in found}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def codes(checked: Checked) -> list[str]:
    return [problem.code for problem in checked.problems]


def test_yaml_files_are_read_and_the_rest_is_left_out(tmp_path: Path) -> None:
    names = ["b.yaml", "a.yml", "sales/c.yaml", "README.md", ".hidden.yaml", "tests/d.yaml", "sales/tests/e.yaml"]
    write(tmp_path, dict.fromkeys(names, GOOD) | {".git/f.yaml": GOOD})
    assert list(read(tmp_path)) == ["a.yml", "b.yaml", "sales/c.yaml"]


def test_a_good_and_a_bad_recipe(tmp_path: Path) -> None:
    write(tmp_path, {"good.yaml": GOOD, "bad.yaml": GOOD.replace("recipe: 1", "recipe: 9")})
    found = read(tmp_path)
    assert found["good.yaml"].recipe is not None
    assert found["good.yaml"].recipe.id == "good"
    assert found["good.yaml"].text == GOOD
    assert found["bad.yaml"].recipe is None
    assert codes(found["bad.yaml"]) == ["RCP216"]
    assert found["bad.yaml"].problems[0].place.file == (tmp_path / "bad.yaml").as_posix()


def test_a_warning_leaves_a_recipe_usable(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": GOOD.replace("job is won", "job #1 is won")})
    checked = read(tmp_path)["a.yaml"]
    assert codes(checked) == ["RCP115"]
    assert checked.recipe is not None


def test_two_files_with_one_id_name_each_other_and_neither_is_used(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": GOOD, "b.yaml": f"id: a\n{GOOD}", "c.yaml": GOOD})
    found = read(tmp_path)
    for name, other in (("a.yaml", "b.yaml"), ("b.yaml", "a.yaml")):
        assert found[name].recipe is None
        assert codes(found[name]) == ["RCP406"]
        assert other in found[name].problems[0].message
        assert name in found[name].problems[0].message
    assert found["c.yaml"].recipe is not None


def test_an_old_id_that_another_file_still_has_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": GOOD, "b.yaml": f"was: a\n{GOOD}", "c.yaml": f"was: gone\n{GOOD}"})
    found = read(tmp_path)
    assert codes(found["b.yaml"]) == ["RCP406"]
    assert found["b.yaml"].recipe is None
    assert found["a.yaml"].recipe is not None
    assert found["c.yaml"].recipe is not None


def test_two_recipes_at_one_webhook_address_must_believe_the_same_senders(tmp_path: Path) -> None:
    def listening(verify: str) -> str:
        steps = "steps: [{action: set, with: {a: 1}}]\n"
        return f"recipe: 1\nname: Test\ntrigger: {{type: webhook, path: leads, {verify}}}\n{steps}"

    write(tmp_path, {"a.yaml": listening("verify: github, secret: TEAM_CHAT_URL"), "b.yaml": listening("verify: none")})
    found = read(tmp_path)
    assert (found["a.yaml"].recipe, found["b.yaml"].recipe) == (None, None)
    assert codes(found["a.yaml"]) == codes(found["b.yaml"]) == ["RCP410"]
    assert found["b.yaml"].problems[0].place.line == 3
    write(tmp_path, {"b.yaml": listening("verify: github, secret: TEAM_CHAT_URL")})
    assert all(each.recipe is not None for each in read(tmp_path).values())


def test_files_that_are_no_recipes_are_problems_not_crashes(tmp_path: Path) -> None:
    write(tmp_path, {"empty.yaml": ""})
    (tmp_path / "latin.yaml").write_bytes("recipe: 1\nname: Müller".encode("latin-1"))
    (tmp_path / "large.yaml").write_bytes(b"# " + b"x" * 300_000)
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = read(tmp_path)
    assert {name: codes(each) for name, each in found.items()} == {
        "empty.yaml": ["RCP114"],
        "latin.yaml": ["RCP112"],
        "large.yaml": ["RCP107"],
        "bom.yaml": [],
        "gone.yaml": ["RCP407"],
    }
    assert found["latin.yaml"].problems[0].place.line == 2


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere") == {}


def test_a_thousand_recipes_are_all_read(tmp_path: Path) -> None:
    for number in range(1_000):
        text = GOOD.replace("Job won", f"Job {number} won").replace("is not none", f"is not none and 1 < {number + 2}")
        (tmp_path / f"r-{number}.yaml").write_text(text)
    found = read(tmp_path)
    assert len(found) == 1_000
    assert all(each.recipe is not None for each in found.values())

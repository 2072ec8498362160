"""Recipes in the ledger: what is current, what the office switched, what older runs are pinned to."""

from __future__ import annotations

from dataclasses import replace

from hub.ports import Published
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from tests.store.samples import NOW, claim_one, finish, make_arrival, make_recipe

PROBLEM = {"code": "RCP204", "severity": "error", "message": "There is no action called jobs.updat."}
WARNING = PROBLEM | {"severity": "warning"}


def in_force(db: Database) -> dict[str, bool]:
    return {each.recipe_id: each.enabled for each in Views(db).current_recipes()}


def test_a_published_recipe_is_current_as_it_was_given(db: Database, ledger: SqlLedger) -> None:
    recipe = make_recipe("greet", description="Says hello.", problems=(WARNING,))
    assert ledger.publish([recipe], now=NOW) == 1
    assert Views(db).current_recipes() == [recipe]
    assert Views(db).recipe_version("greet", "v1") == recipe
    assert Views(db).recipe_version("greet", "v9") is None
    assert Views(db).recipe_version("other", "v1") is None


def test_publishing_counts_what_changed_and_moves_the_stamp_only_then(db: Database, ledger: SqlLedger) -> None:
    first, second = make_recipe("a"), make_recipe("b")
    views = Views(db)
    stamps = [views.recipes_stamp()]
    for recipes, changed in (
        ([first, second], 2),
        ([first, second], 0),
        ([first, replace(second, version="v2", source="recipe: 1 # new\n")], 1),
        ([first], 1),
        ([first], 0),
        ([first, second], 1),
    ):
        assert ledger.publish(recipes, now=NOW) == changed
        assert (views.recipes_stamp() != stamps[-1]) is bool(changed)
        stamps.append(views.recipes_stamp())


def test_a_removed_recipe_starts_nothing_and_keeps_its_history(db: Database, ledger: SqlLedger) -> None:
    ledger.publish([make_recipe("a"), make_recipe("b")], now=NOW)
    ledger.publish([make_recipe("a")], now=NOW + 1)
    assert in_force(db) == {"a": True}
    assert [each.recipe_id for each in Views(db).recipes()] == ["a"]
    assert [(each.recipe_id, each.removed_at) for each in Views(db).recipes(removed=True)] == [
        ("a", None),
        ("b", NOW + 1),
    ]
    assert Views(db).recipe_version("b", "v1") is not None
    assert not ledger.switch("b", on=True, by="ana", now=NOW)


def test_a_file_with_errors_is_shown_and_starts_nothing(db: Database, ledger: SqlLedger) -> None:
    ledger.publish([make_recipe("a")], now=NOW)
    broken = Published("a", "a", "v2", "recipe: 1\nsteps: []\n", "recipes/a.yaml", problems=(PROBLEM, WARNING))
    ledger.publish([broken], now=NOW)
    assert in_force(db) == {}
    [line] = Views(db).recipes()
    assert (line.usable, line.enabled, line.problems) == (False, False, (PROBLEM, WARNING))
    page = Views(db).recipe("a")
    assert page is not None
    assert page.source == broken.source
    assert [each.version for each in page.versions] == ["v1"]
    assert Views(db).recipe_version("a", "v2") is None


def test_the_office_switch_wins_over_the_file_and_outlives_new_versions(db: Database, ledger: SqlLedger) -> None:
    ledger.publish([make_recipe("a"), make_recipe("b", enabled=False)], now=NOW)
    assert in_force(db) == {"a": True, "b": False}
    before = Views(db).recipes_stamp()
    assert ledger.switch("a", on=False, by="ana@example.com", now=NOW + 1, where="198.51.100.7")
    assert ledger.switch("b", on=True, by="ana@example.com", now=NOW + 2)
    assert Views(db).recipes_stamp() != before
    ledger.publish([make_recipe("a", version="v2"), make_recipe("b", version="v2", enabled=False)], now=NOW + 3)
    assert in_force(db) == {"a": False, "b": True}
    line = Views(db).recipes()[0]
    assert (line.enabled, line.enabled_by_file, line.switched_on) == (False, True, False)
    assert (line.switched_by, line.switched_at) == ("ana@example.com", NOW + 1)
    assert not ledger.switch("c", on=True, by="ana", now=NOW)
    row = Views(db).audit_log().items[-1]
    assert (row.what, row.before, row.after) == (
        "recipe.switch",
        {"recipe": "a", "on": True},
        {"recipe": "a", "on": False},
    )


def test_a_new_name_takes_over_what_hung_on_the_old_one(db: Database, ledger: SqlLedger) -> None:
    ledger.publish([make_recipe("old")], now=NOW)
    ledger.switch("old", on=False, by="ana", now=NOW)
    ledger.schedule("old", "daily", next_at=NOW + 60)
    ledger.admit([make_arrival("1", "old")])
    finish(ledger, claim_one(ledger))
    renamed = make_recipe("new", was="old", version="v2")
    assert ledger.publish([renamed], now=NOW + 1) == 1
    assert in_force(db) == {"new": False}
    assert ledger.schedule("new", "daily", next_at=NOW) == NOW + 60
    assert Views(db).recipe_version("new", "v1") is not None
    assert [each.id for each in Views(db).runs(recipe_id="new").items] == ["run_1"]
    assert [each.recipe_id for each in Views(db).recipes(removed=True)] == ["new"]
    assert ledger.publish([renamed], now=NOW + 2) == 0


def test_a_copy_beside_the_old_recipe_takes_nothing_over(db: Database, ledger: SqlLedger) -> None:
    ledger.publish([make_recipe("old")], now=NOW)
    ledger.schedule("old", "daily", next_at=NOW + 60)
    ledger.publish([make_recipe("old"), make_recipe("new", was="old")], now=NOW)
    assert in_force(db) == {"old": True, "new": True}
    assert ledger.schedule("new", "daily", next_at=NOW) == NOW

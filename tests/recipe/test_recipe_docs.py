"""The guide's examples are recipes that pass the check, and its tables are made from the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.recipe.check import check
from hub.recipe.filters import filter_page
from hub.recipe.loader import load
from hub.recipe.names import AFTER_ERROR, COMMON, FUNCTIONS, IN_LOOP
from hub.recipe.problems import CODES, code_table
from hub.recipe.report import show
from tests.recipe.recipe_samples import CATALOGUE, FIELDS, FILE, SECRETS, TABLES, make_registry

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "recipes.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
MISSING = {
    "recipe": "recipe: 1\n",
    "name": "name: An example\n",
    "trigger": "trigger: {type: poll, resource: jobs}\n",
    "steps": "steps: [{action: set, with: {a: 1}}]\n",
}


def complete(example: str) -> str:
    """An example with what it leaves out."""
    given = {entry.key for entry in load(example, FILE).entries()}
    if "triggers" in given:
        given.add("trigger")
    return example + "".join(text for key, text in MISSING.items() if key not in given)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0])
def test_an_example_passes_the_check(example: str) -> None:
    text = complete(example)
    known = {"secrets": SECRETS, "fields": FIELDS, "catalogue": CATALOGUE, "tables": TABLES}
    reading = check(text, file=FILE, registry=make_registry(), **known)
    assert show(reading.problems, {FILE: text}) == ""
    assert reading.recipe is not None


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 12


def test_the_shown_problem_is_what_the_check_says() -> None:
    text = EXAMPLES[0].replace("record.name", "recrod.name")
    problems = check(text, file=FILE, registry=make_registry()).problems
    assert show(problems, {FILE: text}) in GUIDE


def test_the_table_of_codes_is_up_to_date() -> None:
    assert GUIDE.endswith(code_table()), "put the text of hub.recipe.problems.code_table() at the end"
    assert all(re.fullmatch(r"(RCP|EXP)\d{3}", code) and meaning.endswith(".") for code, meaning in CODES.items())


def test_the_page_of_filters_is_up_to_date() -> None:
    assert (DOCS / "filters.md").read_text(encoding="utf-8") == filter_page(), "write hub.recipe.filters.filter_page()"


def test_every_name_of_expressions_is_in_the_guide() -> None:
    for name in (*COMMON, *IN_LOOP, *AFTER_ERROR, *FUNCTIONS):
        assert re.search(rf"`{name}[`(.]", GUIDE), name

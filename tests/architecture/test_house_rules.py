"""The house rules that a machine can hold: sizes, names, who reads the environment, who prints."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("hub", "workers", "sandbox", "bench", "tools")
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
NO_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc"}
READERS_OF_THE_ENVIRONMENT = {"hub/settings.py", "sandbox/settings.py"}

FILES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", [*FILES, *sorted((ROOT / "tests").rglob("*.py"))], ids=name_of)
def test_files_and_functions_are_short(file: Path) -> None:
    text = file.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE, "split it by verb"
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert not long, long


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_modules_are_called_what_they_are(file: Path) -> None:
    assert not NO_NAMES & {part.removesuffix(".py") for part in file.relative_to(ROOT).parts}


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_the_environment_is_read_in_one_place(file: Path) -> None:
    if name_of(file) not in READERS_OF_THE_ENVIRONMENT:
        assert not re.search(r"os\.environ|os\.getenv", file.read_text())


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_every_public_thing_says_what_it_promises(file: Path) -> None:
    missing = [name for name, node in _public(ast.parse(file.read_text())) if not ast.get_docstring(node)]
    assert not missing


def _public(tree: ast.Module) -> Iterator[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef]]:
    yield "the module", tree
    for node in tree.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
            yield node.name, node

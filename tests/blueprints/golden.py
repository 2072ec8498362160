"""Instances and blueprints that are wrong in one way each, and what must be said about them (golden_problems.txt).

## name                   what stands in samples.INSTANCE and samples.BLUEPRINT, with changes:
instance: OLD => NEW      a change in the instance's file (recipes/mine.yaml)
blueprint: OLD => NEW     a change in the blueprint's file
file: NAME OLD => NEW     another file, made of the blueprint
--> what is said          one line for each problem of the instance, then of the blueprints

.venv/bin/python -m tests.blueprints.golden   writes what is said now; look at the difference
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hub.recipe.library import Checked
from tests.blueprints.samples import BLUEPRINT, INSTANCE, read, told, write

DATA = Path(__file__).with_name("golden_problems.txt")
_BLUEPRINT = "blueprints/quiet-leads.yaml"


@dataclass
class Case:
    """One mistake: the lines that make it, and what is expected to be said."""

    name: str
    changes: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def find(self) -> list[str]:
        """What is said now."""
        files = {_BLUEPRINT: BLUEPRINT, "mine.yaml": INSTANCE}
        for line in self.changes:
            what, _, change = line.partition(": ")
            name = {"instance": "mine.yaml", "blueprint": _BLUEPRINT}.get(what, "")
            if what == "file":
                name, _, change = change.partition(" ")
                files[name] = BLUEPRINT
            old, _, new = change.partition(" => ")
            old, new = old.replace("\\n", "\n"), new.replace("\\n", "\n")
            assert files[name].count(old) == 1, (self.name, old)
            files[name] = files[name].replace(old, new)
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), files)
            library = read(Path(folder))
            found = [line for each in library.recipes for line in told(each, Path(folder))]
            for each in library.blueprints.all:
                shown = told(Checked(each.file, each.text, None, each.problems), Path(folder))
                found += [f"{Path(each.file).name}:{line}" for line in shown]
            assert found or library.recipes[0].recipe is not None
        return found


def read_cases() -> list[Case]:
    """All cases of the file."""
    cases: list[Case] = []
    for line in DATA.read_text(encoding="utf-8").split("\n"):
        if line.startswith("## "):
            cases.append(Case(line[3:]))
        elif line.startswith("--> "):
            cases[-1].expected.append(line[4:])
        elif cases and line:
            cases[-1].changes.append(line)
    return cases


def main() -> None:
    """Write the file anew."""
    blocks = [
        "\n".join([f"## {case.name}", *case.changes, *(f"--> {line}" for line in case.find())]) for case in read_cases()
    ]
    DATA.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

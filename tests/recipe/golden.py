"""Recipes that are wrong in one way each, and the problems that must be found in them (golden_errors.txt).

#! name         a whole file follows
## name         the rest of a file follows: what stands in FRAME comes before it, a step after it where it has none
--> 5:13 RCP204 | the message | the hint
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hub.errors import Problem
from hub.recipe.check import check
from tests.recipe.recipe_samples import CATALOGUE, FIELDS, FILE, SECRETS, TABLES, make_registry

DATA = Path(__file__).with_name("golden_errors.txt")
FRAME = "recipe: 1\nname: Test\ntrigger: {type: poll, resource: jobs}\n"
STEPS = "steps: [{action: set, with: {a: 1}}]\n"
REGISTRY = make_registry()


@dataclass
class Case:
    """One wrong recipe and the lines that are expected about it."""

    name: str
    whole: bool
    lines: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole file."""
        text = "".join(f"{line}\n" for line in self.lines)
        if self.whole:
            return text
        return FRAME + text + ("" if "steps:" in text.split("\n")[0] or "\nsteps:" in text else STEPS)


def read_cases() -> list[Case]:
    """All cases of the file."""
    cases: list[Case] = []
    for line in DATA.read_text(encoding="utf-8").split("\n"):
        if line.startswith(("#! ", "## ")):
            cases.append(Case(line[3:], line.startswith("#!")))
        elif line.startswith("--> "):
            cases[-1].expected.append(line[4:])
        elif cases and line:
            cases[-1].lines.append(line)
    return cases


def find(text: str) -> list[str]:
    """The problems of a recipe, a line each."""
    world = {"secrets": SECRETS, "fields": FIELDS, "catalogue": CATALOGUE, "tables": TABLES}
    reading = check(text, file=FILE, registry=REGISTRY, **world)
    return [write(problem) for problem in reading.problems]


def write(problem: Problem) -> str:
    """One problem as a line of the file."""
    mark = "" if problem.severity == "error" else " (warning)"
    return f"{problem.place.line}:{problem.place.column} {problem.code}{mark} | {problem.message} | {problem.hint}"

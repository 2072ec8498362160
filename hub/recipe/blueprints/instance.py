"""The file of an instance: which blueprint, which version of it, and the values of its inputs."""

from __future__ import annotations

from dataclasses import dataclass

from hub.errors import Place
from hub.recipe.loader import parse
from hub.recipe.node import Node
from hub.recipe.problems import Findings
from hub.recipe.reading.section import Section, expect

HIGHEST = 999_999
_OF_A_RECIPE = ("trigger", "triggers", "steps", "if", "on_error", "settings")


@dataclass(frozen=True, slots=True)
class Instance:
    """What the file says. `version` is 0 when it says none that could be read; `inputs` is None when it gives none.

    `root` is the whole document: the keys that an instance shares with a recipe are read from it.
    """

    blueprint: str
    version: int
    inputs: Node | None
    root: Node
    blueprint_place: Place
    version_place: Place

    def input_at(self, line: int) -> str:
        """The input that is given in a line of the file, "" when none is."""
        found = ""
        for entry in self.inputs.entries() if self.inputs else ():
            if entry.place.line <= line:
                found = entry.key
        return found if self.inputs is not None and self.inputs.place.line <= line else ""


def read_instance(text: str, findings: Findings) -> Instance | None:
    """The instance in a text; what is wrong with its shape is reported. None when it cannot be read at all."""
    root = parse(text, findings)
    if root is None or not expect(root, "map", findings=findings, what="An instance"):
        return None
    section = Section(root, findings, what="an instance")
    section.take("recipe", required=True, hint="Write `recipe: 1` in the first line.")
    blueprint = section.text("blueprint", required=True)
    hint = "Write the version that it was made for, as in `version: 1`."
    version = _read_version(section.take("version", required=True, hint=hint), findings)
    for key in ("id", "was", "name", "description", "enabled"):
        section.take(key)  # the reader of recipes looks at these
    inputs = section.take("inputs")
    for entry in section.rest():
        if entry.key in _OF_A_RECIPE:
            message = f"`{entry.key}` stands in the blueprint; an instance has none."
            hint = "Delete it here, or change the blueprint."
            findings.add("RCP201", message, entry.place, hint=hint)
    section.close(ignore=_OF_A_RECIPE)
    if inputs is not None and not expect(inputs, "map", findings=findings, what="`inputs`"):
        inputs = None
    return Instance(blueprint, version, inputs, root, section.value_place("blueprint"), section.value_place("version"))


def _read_version(node: Node | None, findings: Findings) -> int:
    if node is None or not expect(node, "integer", findings=findings, what="`version`"):
        return 0
    return read_number(node, findings, what="`version`")


def read_number(node: Node, findings: Findings, *, what: str) -> int:
    """The number of a version, 0 (and a problem) when it cannot be one."""
    if 1 <= node.value <= HIGHEST:
        return int(node.value)
    message = f"{what} is {node.value}; versions are counted from 1 to {HIGHEST:,}."
    findings.add("RCP219", message, node.place, hint="Write `1` for the first version.")
    return 0

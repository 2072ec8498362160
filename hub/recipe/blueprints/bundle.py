"""An instance and its blueprint as one text: what the ledger keeps, and what the version of an instance is made of.

It is two YAML documents, and the line between them names the blueprint's file and its own number. A recipe file may
hold no second document, so no file that somebody wrote is ever taken for a bundle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.recipe.node import LINE_BREAK

_BORDER = re.compile(r"^--- # line (\d+), the blueprint (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The two texts, and the name of the blueprint's file."""

    instance: str
    blueprint: str
    blueprint_file: str

    @property
    def border(self) -> int:
        """The number of the line between the two when they are joined."""
        return len(LINE_BREAK.split(self.instance_part))

    @property
    def instance_part(self) -> str:
        """The instance as it stands in the joined text: its last line is ended."""
        return self.instance if self.instance.endswith("\n") else f"{self.instance}\n"

    @property
    def text(self) -> str:
        """Both as one."""
        border = f"--- # line {self.border}, the blueprint {self.blueprint_file}\n"
        return f"{self.instance_part}{border}{self.blueprint}"

    @classmethod
    def read(cls, text: str) -> Bundle | None:
        """What was joined; None for the text of a plain recipe."""
        for found in _BORDER.finditer(text):
            instance = text[: found.start()]
            if int(found[1]) == len(LINE_BREAK.split(instance)) and found.start():
                return cls(instance, text[found.end() + 1 :], found[2])
        return None

"""The result of a condition, with what it saw: it is kept with the run and read by people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a condition came to.

    `text` is the expression, or "all of", "any of", "not" for a group. `saw` holds the names that the expression
    refers to with their values in brief. `parts` are the verdicts of a group, as far as it was worked out: it stops
    as soon as it is decided.
    """

    value: bool
    text: str
    saw: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Verdict, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready form; empty parts are left out."""
        form: dict[str, Any] = {"value": self.value, "text": self.text}
        if self.saw:
            form["saw"] = dict(self.saw)
        if self.parts:
            form["parts"] = [part.as_dict() for part in self.parts]
        return form

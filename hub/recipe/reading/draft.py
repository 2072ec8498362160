"""A recipe while it is read: what was found so far, and what the parts must know of each other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hub.errors import Place
from hub.recipe.node import Node
from hub.recipe.problems import Findings
from hub.recipe.reading.outline import Outline, Site, Spot
from hub.registry import Registry

STEP_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
RECIPE_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(slots=True)
class Draft:
    """What all readers share. `ids` are the step ids that are taken, with their places."""

    findings: Findings
    registry: Registry
    outline: Outline = field(default_factory=Outline)
    ids: dict[str, Place] = field(default_factory=dict)
    order: int = 0

    def next_order(self) -> int:
        """The order of the next step: 1, 2, 3 through the whole file."""
        self.order += 1
        return self.order

    def note_expression(self, node: Node, use: str, spot: Spot) -> str:
        """Keep a bare expression for the check; its source without surrounding space."""
        self.outline.sites.append(Site("expression", node, use, spot))
        return str(node.value).strip()

    def note_templates(self, node: Node, use: str, spot: Spot, *, secret: bool = False) -> None:
        """Keep all texts in a value for the check."""
        self.outline.sites.extend(Site("template", text, use, spot, secret) for text in node.texts())

    def claim_id(self, wanted: str, place: Place) -> None:
        """Take a step id; a problem when another step has it."""
        first = self.ids.setdefault(wanted, place)
        if first != place:
            message = f"Two steps have the id `{wanted}`: in line {first.line} and in line {place.line}."
            self.findings.add("RCP207", message, place, hint="Give one of them another `id`.")

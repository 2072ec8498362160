"""Fields of a webhook's body, as far as samples of what comes to its address are known."""

from __future__ import annotations

from hub.recipe.check.surroundings import Surroundings
from hub.recipe.expressions import Reference
from hub.recipe.nearest import nearest
from hub.recipe.problems import Findings
from hub.recipe.reading.outline import Site

SAMPLED = "/hooks/"
"""What stands before the path of an address where the fields of the bodies that came to it are handed in."""


def check_body(reference: Reference, site: Site, surroundings: Surroundings, findings: Findings) -> None:
    """Warn of a field that no sample has when one of another name is meant. A sender may leave fields out, so one that
    is like no other passes."""
    triggers = [each for each in surroundings.triggers(site.spot) if each.type == "webhook"]
    paths = [f"{SAMPLED}{each.options.get('path')}" for each in triggers]
    if not paths or any(path not in surroundings.fields for path in paths):
        return
    known = {name for path in paths for name in surroundings.fields[path]}
    name = reference.parts[1]
    close = "" if name in known else nearest(name, sorted(known))
    if close:
        message = f"What came to {paths[0]} has no `{name[:60]}`."
        place = site.node.place_of(f"body.{name}")
        findings.add("RCP319", message, place, hint=f"Did you mean `body.{close}`?", warning=True)

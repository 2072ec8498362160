"""The values that an instance gives: are they all there, of the right type, and known in the account?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from hub.errors import Place
from hub.ports import Catalogue
from hub.recipe.blueprints.instance import Instance
from hub.recipe.nearest import nearest, suggest
from hub.recipe.node import Node
from hub.recipe.problems import Findings
from hub.recipe.reading.inputs import ACCOUNT, fits_input
from hub.recipe.templates import has_braces
from hub.registry import Registry

Inputs = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class World:
    """What recipes are checked against. What is None is not known and not checked (hub.recipe.check)."""

    registry: Registry
    secrets: Collection[str] | None = None
    fields: Mapping[str, Collection[str]] | None = None
    catalogue: Catalogue | None = None
    tables: Mapping[str, Collection[str] | None] | None = None


def collect_values(instance: Instance, inputs: Inputs, defaults: Node | None, findings: Findings) -> dict[str, Node]:
    """The value of each input as it stands in a file: given, else the default (`defaults` is the blueprint's `inputs`),
    else an empty node. What is missing, unknown or of the wrong type is reported."""
    given = {entry.key: entry for entry in instance.inputs.entries()} if instance.inputs else {}
    unknown = [entry for entry in given.values() if entry.key not in inputs]
    missing = [name for name, details in inputs.items() if details["required"] and name not in given]
    for entry in unknown:
        hint = suggest(entry.key, missing) or suggest(entry.key, list(inputs), listed="Its inputs are")
        message = f"The blueprint `{instance.blueprint}` has no input `{entry.key[:60]}`."
        findings.add("RCP436", message, entry.place, hint=hint)
    meant = {nearest(entry.key, missing) for entry in unknown}
    for name in missing:
        if name not in meant:
            _report_missing(name, inputs[name], instance, findings)
    found = {}
    for name, details in inputs.items():
        if name in given and _is_right(given[name].node, name, details, findings):
            found[name] = given[name].node
        else:
            found[name] = default_of(name, defaults) or Node("null", None, instance.blueprint_place)
    return found


def default_of(name: str, defaults: Node | None) -> Node | None:
    """The default of an input as it stands in the blueprint, None when it has none."""
    details = defaults.get(name) if defaults is not None else None
    return details.get("default") if details is not None else None


def _report_missing(name: str, details: Mapping[str, Any], instance: Instance, findings: Findings) -> None:
    place = instance.inputs.place if instance.inputs is not None else instance.version_place
    about = f" {details['description']}" if details["description"] else ""
    hint = f"Add `{name}:` under `inputs:`.{about}"
    findings.add("RCP435", f"The input `{name}` is missing: {details['label']}.", place, hint=hint)


def _is_right(node: Node, name: str, details: Mapping[str, Any], findings: Findings) -> bool:
    if node.kind == "null" and not details["required"]:
        return True
    braced = next((each for each in node.texts() if has_braces(str(each.value))), None)
    if not fits_input(node, name, details, findings):
        return False
    if braced is not None:
        message = f"The braces in `{name}` stay as they are: nothing is filled in here."
        findings.add("RCP439", message, braced.place, hint="Write the value itself.", warning=True)
    return True


def check_names(values: Mapping[str, Node], inputs: Inputs, world: World, findings: Findings) -> None:
    """Report the stages, job types, employees and secrets among the values that do not exist."""
    for name, details in inputs.items():
        for node in values[name].texts() if name in values else ():
            text, place = str(node.value), node.place
            if details["type"] == "secret":
                _check_secret(text, place, world, findings)
            elif details["type"] in ACCOUNT:
                _check_account(text, str(details["type"]), place, world, findings)


def _check_secret(name: str, place: Place, world: World, findings: Findings) -> None:
    if world.secrets is not None and name not in world.secrets:
        hint = suggest(name, sorted(world.secrets)) or f"Add it under Secrets, or set HUB_SECRET_{name[:60]}."
        findings.add("RCP401", f"There is no secret `{name[:60]}`.", place, hint=hint)


def _check_account(name: str, kind: str, place: Place, world: World, findings: Findings) -> None:
    known = world.catalogue.names.get(ACCOUNT[kind], {}) if world.catalogue else {}
    ids = world.catalogue.records.get(ACCOUNT[kind], {}) if world.catalogue else {}
    if known and name not in known and name not in ids:
        message = f"The account has no {kind.replace('_', ' ')} `{name[:60]}`."
        findings.add("RCP403", message, place, hint=suggest(name, list(known), listed="There are"))

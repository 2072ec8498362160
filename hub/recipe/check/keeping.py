"""What a step names that is kept beside the recipes: lookup tables and stored values; and how a list is to be."""

from __future__ import annotations

from datetime import UTC

from hub.recipe.check.surroundings import Surroundings
from hub.recipe.durations import parse_duration
from hub.recipe.expressions import Reference
from hub.recipe.moments import parse_day_or_moment
from hub.recipe.nearest import suggest
from hub.recipe.node import Node
from hub.recipe.problems import Findings
from hub.recipe.reading.outline import Site
from hub.recipe.templates import has_braces
from hub.stored import LONGEST_NAME

_KEEPING = ("store", "digest", "round_robin")
_WHERE = "A table is a file in the folder recipes/tables."


def check_arguments(surroundings: Surroundings, findings: Findings) -> None:
    """Report tables and columns that do not exist, names under which nothing can be kept, and times that are none."""
    for step in surroundings.outline.steps:
        given = {entry.key: entry.node for entry in step.arguments if _is_written_out(entry.node)}
        family, _, verb = step.action.partition(".")
        if step.action == "lookup" and surroundings.tables is not None:
            _check_lookup(given.get("table"), given.get("column"), surroundings, findings)
        elif family in _KEEPING:
            _check_name(given.get("name"), findings)
        elif verb == "list" and family in surroundings.fields:
            _check_order(given.get("order"), family, surroundings, findings)
            for key in ("changed_since", "changed_before"):
                _check_moment(key, given.get(key), findings)


def _check_name(node: Node | None, findings: Findings) -> None:
    if node is not None and not (0 < len(node.value.strip()) <= LONGEST_NAME and node.value.strip().isprintable()):
        hint = f"A name has 1 to {LONGEST_NAME} characters and is on one line."
        findings.add("RCP206", "Nothing can be kept under this name.", node.place, hint=hint)


def _check_order(node: Node | None, resource: str, surroundings: Surroundings, findings: Findings) -> None:
    if node is None:
        return
    known = surroundings.resource_fields(resource)
    first, _, inner = node.value.removeprefix("-").partition(".")
    related = known.get(first, "")
    if first in known and inner and related in surroundings.fields:
        known, first = surroundings.resource_fields(related), inner
    if first not in known:
        message = f"`{node.value[:60]}` is no field to order {resource.replace('_', ' ')} by."
        findings.add("RCP404", message, node.place, hint=suggest(first, list(known)))


def _check_moment(key: str, node: Node | None, findings: Findings) -> None:
    if node is None:
        return
    try:
        parse_duration(node.value.strip())
    except ValueError:
        try:
            parse_day_or_moment(node.value, UTC)
        except ValueError as error:
            findings.add("RCP205", f"`{key}`: {error}", node.place, hint="Write how long ago, as in 14d, or a moment.")


def _check_lookup(table: Node | None, column: Node | None, surroundings: Surroundings, findings: Findings) -> None:
    known = surroundings.tables or {}
    if table is None:
        return
    if table.value not in known:
        hint = suggest(str(table.value), known, listed="There are") or _WHERE
        findings.add("RCP422", f"There is no table `{str(table.value)[:60]}`.", table.place, hint=hint)
        return
    columns = known[str(table.value)]
    if columns is not None and column is not None and column.value not in columns:
        message = f"The table `{table.value}` has no column `{str(column.value)[:60]}`."
        findings.add("RCP422", message, column.place, hint=suggest(str(column.value), columns, listed="It has"))


def _is_written_out(node: Node) -> bool:
    return node.kind == "text" and not has_braces(node.value)


def check_table_name(reference: Reference, site: Site, surroundings: Surroundings, findings: Findings) -> None:
    """Report `tables.name` in an expression when there is no such table."""
    known, name = surroundings.tables, reference.parts[1]
    if known is not None and name not in known:
        hint = suggest(name, known, prefix="tables.", listed="There are") or _WHERE
        place = site.node.place_of(f"tables.{name}")
        findings.add("RCP422", f"There is no table `{name[:60]}`.", place, hint=hint)

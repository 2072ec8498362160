"""What can be known about a source without working it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache

from jinja2 import nodes

from hub.recipe.expressions.allowed import find_faults
from hub.recipe.expressions.environment import GuardedEnvironment
from hub.recipe.expressions.grammar import EXPRESSION, Fault, Unreadable, parse_source
from hub.recipe.expressions.references import Reference, find_comparisons, find_references
from hub.recipe.templates import has_braces

_TEXT_FILTERS = frozenset(
    {"capitalize", "date", "e", "escape", "format", "hash", "join", "json", "lower", "money", "phone", "slug"}
    | {"string", "title", "trim", "truncate", "upper", "urlencode", "wordwrap"}
)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a source refers to and what is wrong with it. With faults, the rest may be empty.

    `constant` says that it comes to the same whatever happens, as far as its shape tells: a text, a list, a number.
    """

    faults: tuple[Fault, ...] = ()
    references: tuple[Reference, ...] = ()
    comparisons: tuple[tuple[tuple[str, ...], str], ...] = ()
    constant: bool = False


@lru_cache(maxsize=1)
def _environment() -> GuardedEnvironment:
    return GuardedEnvironment(UTC)


@lru_cache(maxsize=4096)
def inspect_source(source: str, kind: str) -> Inspection:
    """Look at an expression or a template. Nothing of it is worked out or compiled."""
    if kind != EXPRESSION and not has_braces(source):
        return Inspection()
    try:
        tree = parse_source(_environment(), source.strip() if kind == EXPRESSION else source, kind)
    except Unreadable as error:
        return Inspection((error.fault,))
    faults = find_faults(_environment(), tree)
    if any(fault.code == "RCP308" for fault in faults):
        return Inspection(tuple(faults))
    constant = kind == EXPRESSION and _is_constant(tree)
    return Inspection(tuple(faults), find_references(tree), find_comparisons(tree), constant)


def _is_constant(tree: nodes.Template) -> bool:
    output = tree.body[0]
    node = output.nodes[0] if isinstance(output, nodes.Output) else None
    if isinstance(node, nodes.Const):
        return not isinstance(node.value, bool)
    if isinstance(node, nodes.Filter):
        return node.name in _TEXT_FILTERS
    return isinstance(node, (nodes.Concat, nodes.List, nodes.Tuple, nodes.Dict))

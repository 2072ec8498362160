"""Which names an expression refers to: `record.stage.name`, with what is local to it left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes

_ASKING = frozenset({"defined", "undefined"})
_FILLING = frozenset({"default", "d"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A name and the fields behind it. `guarded`: the expression asks whether it is there, or has a default for it."""

    parts: tuple[str, ...]
    guarded: bool = False

    @property
    def dotted(self) -> str:
        """As it is written: record.stage.name."""
        return ".".join(self.parts)


def find_references(tree: nodes.Node) -> tuple[Reference, ...]:
    """All references, each once, in the order of the source."""
    return tuple(dict.fromkeys(_walk(tree, frozenset(), False)))


def chain(node: nodes.Node) -> tuple[str, ...]:
    """The name and fields of a node that is nothing but these, else ()."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    inner = chain(node.node) if isinstance(node, (nodes.Getattr, nodes.Getitem)) else ()
    if inner and isinstance(node, nodes.Getattr):
        return (*inner, node.attr)
    if (
        inner
        and isinstance(node, nodes.Getitem)
        and isinstance(node.arg, nodes.Const)
        and isinstance(node.arg.value, str)
    ):
        return (*inner, node.arg.value)
    return ()


def _walk(node: nodes.Node, local: frozenset[str], guarded: bool) -> Iterator[Reference]:
    parts = chain(node)
    if parts:
        if parts[0] not in local and getattr(node, "ctx", "load") == "load":
            yield Reference(parts, guarded)
        return
    if isinstance(node, nodes.For):
        yield from _walk(node.iter, local, False)
        names = {each.name for each in _targets(node.target)} | {"loop"}
        inside = [*node.body, *node.else_, *([node.test] if node.test else [])]
        for each in inside:
            yield from _walk(each, local | names, False)
        return
    if isinstance(node, nodes.Call):
        # what is called is a function or a method, not a field
        yield from _walk(node.node.node, local, False) if isinstance(node.node, nodes.Getattr) else ()
        for each in node.iter_child_nodes(exclude=("node",)):
            yield from _walk(each, local, False)
        return
    asks = (isinstance(node, nodes.Test) and node.name in _ASKING) or (
        isinstance(node, nodes.Filter) and node.name in _FILLING
    )
    subject = getattr(node, "node", None) if asks else None
    for child in node.iter_child_nodes():
        yield from _walk(child, local, guarded=child is subject)


def _targets(node: nodes.Node) -> Iterator[nodes.Name]:
    if isinstance(node, nodes.Name):
        yield node
    yield from node.find_all(nodes.Name)


def find_comparisons(tree: nodes.Node) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Where a reference is compared with a text that is written out: (its parts, the text)."""
    found: list[tuple[tuple[str, ...], str]] = []
    for compare in tree.find_all(nodes.Compare):
        sides = [compare.expr, *(operand.expr for operand in compare.ops)]
        if {operand.op for operand in compare.ops} <= {"eq", "ne", "in", "notin"}:
            references = [parts for parts in map(chain, sides) if parts]
            found += [(parts, text) for parts in references for side in sides for text in _literals(side)]
    for test in tree.find_all(nodes.Test):
        parts = chain(test.node)
        if parts and test.name in ("eq", "equalto", "==", "in", "ne", "!="):
            found += [(parts, text) for argument in test.args for text in _literals(argument)]
    return tuple(found)


def _literals(node: nodes.Node) -> list[str]:
    if isinstance(node, nodes.Const):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, (nodes.List, nodes.Tuple)):
        return [text for each in node.items for text in _literals(each)]
    return []

"""Puts bounded operations in the place of those of Jinja that its sandbox does not let anyone intercept."""

from __future__ import annotations

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from hub.recipe.expressions.environment import GuardedEnvironment

_ROUND = 5  # units for a round of a loop, beside those for what stands in it


def guard_tree(environment: GuardedEnvironment, tree: nodes.Template) -> nodes.Template:
    """The same tree with comparisons, `~`, slices and loops going through our own filters. Changes the tree given."""
    _Guard().visit(tree)
    tree.set_environment(environment)
    return tree


def escape_values(tree: nodes.Template) -> nodes.Template:
    """The same tree with every value that it puts into its text escaped for HTML. Changes the tree given."""
    for output in tree.find_all(nodes.Output):
        output.nodes = [each if _is_safe(each) else _use(each, "escape", [], each.lineno) for each in output.nodes]
    return tree


def _is_safe(node: nodes.Expr) -> bool:
    """Whether it is the text of the template itself, or escaped by its author."""
    return isinstance(node, nodes.TemplateData) or (isinstance(node, nodes.Filter) and node.name in ("escape", "e"))


class _Guard(NodeTransformer):
    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802 - named by jinja2
        self.generic_visit(node)
        values = nodes.List([node.expr, *(each.expr for each in node.ops)], lineno=node.lineno)
        return _use(values, "_compare", [nodes.Const(" ".join(each.op for each in node.ops))], node.lineno)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _use(nodes.List(list(node.nodes), lineno=node.lineno), "_concat", [], node.lineno)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if not isinstance(node.arg, nodes.Slice):
            return node
        bounds = [each or nodes.Const(None) for each in (node.arg.start, node.arg.stop, node.arg.step)]
        return _use(node.node, "_slice", bounds, node.lineno)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        weight = _ROUND + sum(_count(each) for each in (*node.body, *([node.test] if node.test else [])))
        self.generic_visit(node)
        node.iter = _use(node.iter, "_each", [nodes.Const(weight)], node.lineno)
        return node


def _use(value: nodes.Node, name: str, arguments: list[nodes.Const] | list[nodes.Expr], line: int) -> nodes.Filter:
    return nodes.Filter(value, name, arguments, [], None, None, lineno=line)


def _count(node: nodes.Node) -> int:
    return 1 + sum(_count(each) for each in node.iter_child_nodes())

"""The allow-list: what may stand in an expression. Everything else is refused before anything is compiled."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import nodes

from hub.recipe.expressions.environment import GuardedEnvironment
from hub.recipe.expressions.grammar import Fault
from hub.recipe.names import FUNCTIONS
from hub.recipe.nearest import suggest

Table = Mapping[str, Callable[..., Any]]

DEEPEST = 50
MOST_NODES = 4_000
MOST_LOOPS = 3
_LARGEST = 10**18
_FORBIDDEN_NAMES = frozenset({"self", "super", "caller", "varargs", "kwargs"})

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For,
    nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword,
    nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Call, nodes.Getattr, nodes.Getitem, nodes.Slice,
    nodes.Concat, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos,
    nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow,
)  # fmt: skip

_STATEMENTS: Mapping[str, tuple[str, str]] = {
    "Assign": ("{% set %}", "Use a step with the action `set`, and then `vars.name`."),
    "AssignBlock": ("{% set %}", "Use a step with the action `set`, and then `vars.name`."),
    "With": ("{% with %}", "Use a step with the action `set`, and then `vars.name`."),
    "FilterBlock": ("{% filter %}", "Write {{ value | filter }}."),
}

_INSTEAD_OF_METHODS: Mapping[str, str] = {
    "append": "+ [value]", "capitalize": "| capitalize", "count": "| length", "endswith": "is ending_with 'x'",
    "format": "| format(value)", "get": ".name | default('x')", "items": "| items", "join": "| join(', ')",
    "keys": "| list", "lower": "| lower", "lstrip": "| trim", "replace": "| replace('a', 'b')", "rstrip": "| trim",
    "split": "| split(',')", "startswith": "is starting_with 'x'", "strftime": "| date('%d/%m/%Y')",
    "strip": "| trim", "title": "| title", "upper": "| upper", "values": "| items",
}  # fmt: skip

_OTHER_FILTERS: Mapping[str, str] = {
    "as_datetime": "date", "dictsort": "items", "from_json": "json", "regex_replace": "replace", "safe": "escape",
    "strftime": "date", "striptags": "escape", "timestamp_custom": "date", "to_json": "json", "tojson": "json",
}  # fmt: skip

_UNKNOWN = {"filter": "RCP304", "test": "RCP305"}
_LISTED = "All filters and tests are listed in docs/filters.md."
_LISTWISE = {"map": "filter", "select": "test", "reject": "test", "selectattr": "test", "rejectattr": "test"}


def find_faults(environment: GuardedEnvironment, tree: nodes.Template) -> list[Fault]:
    """Everything in a tree that is not allowed, in the order of the source."""
    return list(_Inspector(environment).inspect(tree, 0, 0))


class _Inspector:
    """Goes through one tree. It stops where the tree is deeper or larger than any that is allowed."""

    def __init__(self, environment: GuardedEnvironment) -> None:
        self._filters = environment.plain_filters
        self._tests = environment.plain_tests
        self._seen = 0
        self._gave_up = False

    def inspect(self, node: nodes.Node, depth: int, loops: int) -> Iterator[Fault]:
        """The faults of a node and of what is in it, `depth` nodes and `loops` loops deep."""
        self._seen += 1
        if depth > DEEPEST or self._seen > MOST_NODES:
            if not self._gave_up:
                self._gave_up = True
                yield _fault(node, "RCP308", "This expression is nested too deep or too long.", "Use several steps.")
            return
        if not isinstance(node, _ALLOWED):
            yield _refuse(node)
            return
        yield from self._inspect_itself(node)
        if isinstance(node, nodes.For):
            loops += 1
            if loops > MOST_LOOPS:
                yield _fault(node, "RCP308", f"Loops stand in each other more than {MOST_LOOPS} deep.")
        for child in node.iter_child_nodes():
            yield from self.inspect(child, depth + 1, loops)

    def _inspect_itself(self, node: nodes.Node) -> Iterator[Fault]:
        if isinstance(node, nodes.Filter):
            yield from self._inspect_use(node, "filter", self._filters)
            if node.name in _LISTWISE:
                yield from self._inspect_inner(node)
        elif isinstance(node, nodes.Test):
            yield from self._inspect_use(node, "test", self._tests)
        else:
            check = _CHECKS.get(type(node))
            if check is not None:
                yield from check(node)

    def _inspect_use(self, node: nodes.Filter | nodes.Test, what: str, table: Table) -> Iterator[Fault]:
        """A filter or test must be known and get values that it takes."""
        name = node.name
        if name not in table:
            other = _OTHER_FILTERS.get(name, "") if what == "filter" else ""
            hint = f"Use `{other}`." if other else suggest(name, table) or _LISTED
            yield _fault(node, _UNKNOWN[what], f"There is no {what} `{name[:60]}`.", hint, name)
        elif node.dyn_args is not None or node.dyn_kwargs is not None:
            yield _fault(node, "RCP303", "`*` and `**` cannot be used in brackets.", "", name)
        else:
            problem = _misfit(table[name], len(node.args), tuple(str(pair.key) for pair in node.kwargs))
            if problem:
                message = f"The {what} `{name}` is given the wrong values: {problem}."
                yield _fault(node, "RCP314", message, f"It takes {_spell_parameters(table[name])}.", name)

    def _inspect_inner(self, node: nodes.Filter) -> Iterator[Fault]:
        """The filter or test that `map` or `select` is given by name must be written out and known."""
        what = _LISTWISE[node.name]
        table: Table = self._filters if what == "filter" else self._tests
        for inner in node.args[1:2] if node.name.endswith("attr") else node.args[:1]:
            name = inner.value if isinstance(inner, nodes.Const) else None
            if not isinstance(name, str):
                message = f"`{node.name}` needs the name of a {what}, written out in quotes."
                yield _fault(node, _UNKNOWN[what], message, "", node.name)
            elif name not in table:
                message = f"`{node.name}` cannot use `{name[:60]}`: there is no such {what}."
                yield _fault(node, _UNKNOWN[what], message, suggest(name, table), name)


def _fault(node: nodes.Node, code: str, message: str, hint: str = "", fragment: str = "") -> Fault:
    return Fault(code, message, hint, fragment, node.lineno or 0)


def _check_name(node: nodes.Name) -> Iterator[Fault]:
    if node.name.startswith("_") or node.name in _FORBIDDEN_NAMES:
        yield _fault(node, "RCP303", f"`{node.name[:60]}` cannot be used as a name.", "", node.name)


def _check_const(node: nodes.Const) -> Iterator[Fault]:
    if isinstance(node.value, (int, float)) and not abs(node.value) < _LARGEST:
        yield _fault(node, "RCP308", "A number in this expression is too large.")


def _check_getattr(node: nodes.Getattr) -> Iterator[Fault]:
    if node.attr.startswith("_"):
        message = f"`.{node.attr[:60]}` cannot be used: it begins with an underscore."
        yield _fault(node, "RCP303", message, f"A field of this name is written ['{node.attr[:40]}'].", node.attr)


def _check_for(node: nodes.For) -> Iterator[Fault]:
    if node.recursive:
        yield _fault(node, "RCP303", "A loop cannot be recursive.", "", "recursive")
    names = [node.target, *node.target.find_all(nodes.Name)]
    if any(isinstance(name, nodes.Name) and name.name == "loop" for name in names):
        yield _fault(node, "RCP303", "`loop` has a meaning already.", "Call it something else.", "loop")
    if node.test is not None and _uses_loop(node.test):
        hint = "Put an `if` inside of the loop, where `loop` exists."
        yield _fault(node.test, "RCP303", "The `if` of a `for` does not know `loop`.", hint, "loop")


def _uses_loop(test: nodes.Node) -> bool:
    return any(name.name == "loop" for name in (test, *test.find_all(nodes.Name)) if isinstance(name, nodes.Name))


def _check_inline_if(node: nodes.CondExpr) -> Iterator[Fault]:
    if node.expr2 is None:
        hint = "Add what it comes to otherwise: 'a' if x else ''."
        yield _fault(node, "RCP316", "This `if` does not say what else it comes to.", hint)


def _check_call(node: nodes.Call) -> Iterator[Fault]:
    name = node.node.name if isinstance(node.node, nodes.Name) else ""
    if name not in FUNCTIONS:
        yield _refuse_call(node.node)
        return
    counts = (0,) if name == "now" else (1, 2, 3)
    if len(node.args) not in counts or node.kwargs or node.dyn_args or node.dyn_kwargs:
        yield _fault(node, "RCP314", f"`{name}` is given the wrong values.", FUNCTIONS[name].capitalize() + ".", name)


_CHECKS: Mapping[type[nodes.Node], Callable[[Any], Iterator[Fault]]] = {
    nodes.Name: _check_name,
    nodes.Const: _check_const,
    nodes.Getattr: _check_getattr,
    nodes.For: _check_for,
    nodes.CondExpr: _check_inline_if,
    nodes.Call: _check_call,
}


def _refuse(node: nodes.Node) -> Fault:
    name = type(node).__name__
    shown, hint = _STATEMENTS.get(name, (f"{{% {name.lower()} %}}", "There are if, elif, else and for."))
    return _fault(node, "RCP303", f"`{shown}` cannot be used here.", hint)


def _refuse_call(node: nodes.Node) -> Fault:
    if isinstance(node, nodes.Getattr):
        instead = _INSTEAD_OF_METHODS.get(node.attr, "")
        hint = f"Write: value {instead}" if instead else "Use a filter: value | filter."
        return _fault(node, "RCP307", f"`.{node.attr[:60]}()` cannot be called here.", hint, node.attr)
    if isinstance(node, nodes.Name):
        hint = suggest(node.name, FUNCTIONS) or "The functions are now() and range()."
        return _fault(node, "RCP307", f"There is no function `{node.name[:60]}`.", hint, node.name)
    return _fault(node, "RCP307", "Only now() and range() can be called.")


@lru_cache(maxsize=512)
def _misfit(function: Callable[..., Any], count: int, names: tuple[str, ...]) -> str:
    """Why a function does not take so many values behind its first, and values of these names; "" when it does."""
    try:
        inspect.signature(function).bind(None, *([None] * count), **dict.fromkeys(names))
    except TypeError as error:
        return _translate(str(error))
    return ""


def _translate(said: str) -> str:
    """What Python says about a call, in our words."""
    missing = re.search(r"missing a required argument: '(\w+)'", said)
    if missing:
        return f"`{missing[1]}` is missing"
    unknown = re.search(r"unexpected keyword argument '(\w+)'", said)
    return f"it knows no `{unknown[1]}`" if unknown else said.replace("argument", "value")


def _spell_parameters(function: Callable[..., Any]) -> str:
    names = [each.name for each in list(inspect.signature(function).parameters.values())[1:]]
    return ", ".join(names) if names else "none"

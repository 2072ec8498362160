"""Where a value of an input may take the place of `"{{ inputs.NAME }}"` before a recipe is read: in the options of
triggers, in settings, and in everything else that is neither a template nor an expression.

Templates and expressions are left alone: they find `inputs` in their scope at run time, so a value is never read as
part of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from hub.errors import Place
from hub.recipe.nearest import suggest
from hub.recipe.node import Entry, Node
from hub.recipe.problems import Findings
from hub.recipe.templates import has_braces
from hub.recipe.tree import MOST_VALUES
from hub.registry import Registry

_WHOLE = re.compile(r"\{\{\s*inputs\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_MENTION = re.compile(r"\{[{%][^{}]*\binputs\b")
_OTHER_TOP_KEYS = frozenset({"recipe", "blueprint", "version", "id", "was", "inputs", "if"})
_OTHER_TRIGGER_KEYS = frozenset({"type", "id", "inputs"})
_EXPRESSIONS = frozenset({"expression", "condition"})
_LITERAL_STEP_KEYS = frozenset({"name", "retry", "timeout", "max_parallel", "on_unknown"})
_STEPS = frozenset({"steps", "on_error"})


@dataclass(slots=True)
class Filling:
    """One filling. `values` holds the value of each input as a node of the file that it stands in, None where a file
    has no values of its own (it is no blueprint). `used` collects where each input was put."""

    findings: Findings
    registry: Registry
    values: Mapping[str, Node] | None
    used: dict[str, list[Place]] = field(default_factory=dict)
    _weight: int = 0
    _refused: list[tuple[str, Place]] = field(default_factory=list)

    def fill(self, root: Node) -> Node:
        """The file with the values in place. What cannot be filled is reported, and stays as it is."""
        makers: dict[str, Callable[[Node], Node]] = {
            "trigger": self._trigger,
            "triggers": lambda node: _each_item(node, self._trigger),
            "settings": lambda node: _each_entry(node, {}, self._literal, other=frozenset({"key"})),
            "steps": self._steps,
            "on_error": self._steps,
        }
        return _each_entry(root, makers, self._literal, other=_OTHER_TOP_KEYS)

    def settle(self) -> None:
        """When the file has been read: take back what was said of values that could not be filled in."""
        for code, place in self._refused:
            self.findings.forget_others(code, place)

    def _refuse(self, code: str, message: str, node: Node, hint: str) -> None:
        self.findings.add(code, message, node.place, hint=hint)
        self._refused.append((code, node.place))

    def _trigger(self, node: Node) -> Node:
        given = node.get("type")
        kind = self.registry.trigger(given.value) if given is not None and given.kind == "text" else None
        bare = {each.name for each in kind.parameters if _EXPRESSIONS & set(each.type.split("|"))} if kind else set()
        return _each_entry(node, {}, self._literal, other=_OTHER_TRIGGER_KEYS | bare)

    def _steps(self, node: Node) -> Node:
        return _each_item(node, self._step)

    def _step(self, node: Node) -> Node:
        """A step, a branch, or any other group that steps stand in: what it does not know it only looks through."""
        if node.kind != "map":
            return node
        entries = []
        for entry in node.entries():
            if entry.key in _STEPS:
                entry = replace(entry, node=self._steps(entry.node))
            elif entry.key in _LITERAL_STEP_KEYS:
                entry = replace(entry, node=self._literal(entry.node))
            elif entry.key != "with" and entry.node.kind == "list":
                entry = replace(entry, node=_each_item(entry.node, self._step))
            entries.append(entry)
        return replace(node, value=tuple(entries))

    def _literal(self, node: Node) -> Node:
        """A value that is used as it is written."""
        if node.kind == "text":
            return self._text(node)
        if node.kind == "list":
            return _each_item(node, self._literal)
        return _each_entry(node, {}, self._literal, other=frozenset())

    def _text(self, node: Node) -> Node:
        text = str(node.value)
        whole = _WHOLE.fullmatch(text.strip())
        if whole is None:
            if _MENTION.search(text):
                hint = (
                    'Write exactly "{{ inputs.NAME }}" and nothing around it, or move it to a field that is a template.'
                )
                message = "Here an input can only stand alone: this place is no template."
                self._refuse("RCP434", message, node, hint)
            return node
        if self.values is None:
            hint = "Write the value itself, or make the file a blueprint: docs/blueprints.md."
            self._refuse("RCP434", "Here an input is filled in only in a blueprint.", node, hint)
            return node
        return self._value(whole[1], node, self.values)

    def _value(self, name: str, node: Node, values: Mapping[str, Node]) -> Node:
        if name not in values:
            hint = suggest(name, values, prefix="inputs.") or suggest(name, values, listed="There are")
            self._refuse("RCP310", f"`inputs` has no `{name[:60]}`.", node, hint)
            return node
        value = values[name]
        self.used.setdefault(name, []).append(node.place)
        self._weight += value.weight
        braced = next((each for each in value.texts() if has_braces(str(each.value))), None)
        if braced is not None:
            message = f"`{name}` may hold no braces: the place that it goes to is no template."
            self.findings.add("RCP439", message, braced.place, hint="Write the value itself.")
        elif self._weight > MOST_VALUES:
            message = f"With `{name}` filled in, the recipe holds more than {MOST_VALUES:,} values."
            self.findings.add("RCP107", message, value.place, hint="Give fewer values.")
        else:
            return value
        return node


def _each_entry(
    node: Node, makers: Mapping[str, Callable[[Node], Node]], usual: Callable[[Node], Node], *, other: frozenset[str]
) -> Node:
    """The group with each value made anew: by its own maker, by the usual one, or, among `other`, not at all."""
    if node.kind != "map":
        return node
    return replace(
        node,
        value=tuple(
            entry if entry.key in other else Entry(entry.key, entry.place, makers.get(entry.key, usual)(entry.node))
            for entry in node.entries()
        ),
    )


def _each_item(node: Node, make: Callable[[Node], Node]) -> Node:
    return replace(node, value=tuple(make(item) for item in node.items())) if node.kind == "list" else node

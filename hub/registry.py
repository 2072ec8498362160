"""What an action and a trigger are, and where they are found. Built-ins use what plug-ins use.

An action is one function. Its keyword-only parameters with their annotations are its schema, its docstring is its
documentation; editors' JSON Schema, the reference pages and `check` are made from them.

    @action("notify.send", kind=ActionKind.SEND, secrets=("to",))
    def send(ctx: Context, *, to: str, title: str = "", body: str) -> Outcome: ...
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_type_hints

from hub.context import Watch
from hub.model import ActionKind, Event, Trigger

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One key of an action's `with` or of a trigger. `type`: text, number, integer, boolean, list, object, any."""

    name: str
    type: str
    required: bool
    default: Any = None
    doc: str = ""
    choices: tuple[str, ...] = ()
    secret: bool = False
    html: bool = False
    """Every value that a template puts into it is escaped, so that it shows as it is and is no HTML."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step came to. `note` is a short sentence for the history ("nothing to change")."""

    output: Any
    note: str = ""


ActionFunction = Callable[..., Any]

ArgumentCheck = Callable[[Mapping[str, Any]], Sequence[tuple[str, str, str]]]
"""(arguments as written, templates and all) -> (key, message, hint) for each that is surely wrong beyond its type."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action. `free` means that `with` takes any further keys (handed over as keyword arguments).

    `output` describes the result for the reference page. Flow actions have no `run`: the engine does them.
    """

    name: str
    kind: ActionKind
    doc: str
    parameters: tuple[Parameter, ...]
    run: ActionFunction | None = None
    free: bool = False
    output: str = ""
    check: ArgumentCheck = field(default=lambda _: ())

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this name, None when there is none."""
        return next((each for each in self.parameters if each.name == name), None)


@dataclass(frozen=True, slots=True)
class TriggerType:
    """One type of trigger. `scope` lists the names that it gives to expressions, each with one sentence.

    `matches` says whether an event that reached this trigger's source starts it (without its `where`).
    """

    name: str
    doc: str
    parameters: tuple[Parameter, ...]
    scope: Mapping[str, str]
    matches: Callable[[Trigger, Event], bool]
    check: Callable[[Trigger], Sequence[tuple[str, str, str]]] = field(default=lambda _: ())
    """(option, message, hint) for each option whose value is wrong beyond its type."""
    watch: Watch | None = None
    """Looks for what happened, every `every` seconds of the trigger (a minute without such an option)."""


class Registry:
    """All actions and trigger types by name. A name is taken once."""

    def __init__(self) -> None:
        self._actions: dict[str, Action] = {}
        self._triggers: dict[str, TriggerType] = {}

    def add_action(self, action: Action) -> None:
        """Register; ValueError for a bad or taken name."""
        _claim_name(action.name, self._actions)
        self._actions[action.name] = action

    def add_trigger(self, trigger: TriggerType) -> None:
        """Register; ValueError for a bad or taken name."""
        _claim_name(trigger.name, self._triggers)
        self._triggers[trigger.name] = trigger

    def action(self, name: str) -> Action | None:
        """The action of this name, None when there is none."""
        return self._actions.get(name)

    def trigger(self, name: str) -> TriggerType | None:
        """The trigger type of this name, None when there is none."""
        return self._triggers.get(name)

    def actions(self) -> Iterator[Action]:
        """All actions, by name."""
        return iter(sorted(self._actions.values(), key=lambda each: each.name))

    def triggers(self) -> Iterator[TriggerType]:
        """All trigger types, by name."""
        return iter(sorted(self._triggers.values(), key=lambda each: each.name))


def action(
    name: str,
    *,
    kind: ActionKind,
    secrets: Sequence[str] = (),
    choices: Mapping[str, Sequence[str]] | None = None,
    html: Sequence[str] = (),
    output: str = "",
    check: ArgumentCheck = lambda _: (),
) -> Callable[[ActionFunction], Action]:
    """Make an Action of a function: `(ctx, *, keyword-only parameters) -> output or Outcome`.

    `secrets` names the parameters in which `secrets.NAME` may stand, `choices` the words a parameter may hold, `html`
    those that are HTML. The docstring's first paragraph is the action's documentation; a line `name: text` in it
    documents a parameter. A `**fields` parameter makes the action take any further keys.
    """

    def make(function: ActionFunction) -> Action:
        doc, notes = _split_doc(function)
        found = _parameters(function, notes, frozenset(secrets), choices or {})
        parameters = tuple(replace(each, html=each.name in html) for each in found)
        free = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values())
        return Action(name, kind, doc, parameters, function, free, output, check)

    return make


_TYPES: dict[Any, str] = {str: "text", int: "integer", float: "number", bool: "boolean", Any: "any"}


def type_name(annotation: Any) -> str:
    """The recipe language's word for a Python annotation: text, integer, number, boolean, list, object or any."""
    if annotation in _TYPES:
        return _TYPES[annotation]
    text = str(annotation)
    if text.endswith(" | None"):
        return type_name_of_text(text.removesuffix(" | None"))
    return type_name_of_text(text)


def type_name_of_text(text: str) -> str:
    """The same for an annotation as text: `list[...]` is a list, `dict[...]` and Mapping are objects."""
    if text.startswith(("list", "collections.abc.Sequence", "tuple")):
        return "list"
    if text.startswith(("dict", "collections.abc.Mapping")):
        return "object"
    return {"str": "text", "int": "integer", "float": "number", "bool": "boolean"}.get(text, "any")


def _parameters(
    function: ActionFunction, notes: Mapping[str, str], secrets: frozenset[str], choices: Mapping[str, Sequence[str]]
) -> Iterator[Parameter]:
    hints = get_type_hints(function)
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is not parameter.KEYWORD_ONLY:
            continue
        required = parameter.default is parameter.empty
        yield Parameter(
            name=name.removesuffix("_"),
            type=type_name(hints.get(name, Any)),
            required=required,
            default=None if required else parameter.default,
            doc=notes.get(name.removesuffix("_"), ""),
            choices=tuple(choices.get(name, ())),
            secret=name in secrets,
        )


def _split_doc(function: ActionFunction) -> tuple[str, dict[str, str]]:
    lines = inspect.cleandoc(function.__doc__ or "").splitlines()
    notes = {}
    prose = []
    for line in lines:
        match = re.fullmatch(r"([a-z_]+): (.+)", line)
        if match:
            notes[match[1]] = match[2]
        else:
            prose.append(line)
    return "\n".join(prose).strip(), notes


def _claim_name(name: str, taken: Mapping[str, Any]) -> None:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name: use small letters, digits and underscores, as in records.find")
    if name in taken:
        raise ValueError(f"there is already something called {name!r}")

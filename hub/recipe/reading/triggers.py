"""`trigger` and `triggers`: each checked against its type, with the defaults of its options filled in."""

from __future__ import annotations

from typing import Any

from hub.model import Condition, Trigger
from hub.recipe.nearest import suggest
from hub.recipe.node import Node
from hub.recipe.reading.arguments import check_keys, check_value
from hub.recipe.reading.conditions import read_condition
from hub.recipe.reading.draft import STEP_ID, Draft
from hub.recipe.reading.inputs import read_inputs
from hub.recipe.reading.outline import RESPOND_AFTER, Spot, TriggerMark
from hub.recipe.reading.section import Section, expect, read_duration
from hub.registry import Parameter, TriggerType


def read_triggers(top: Section, draft: Draft) -> tuple[Trigger, ...]:
    """All triggers of a recipe: the one under `trigger`, or those listed under `triggers`, each with an id."""
    needed = not top.has("triggers") and not top.has("on")
    hint = "Add `trigger:` and its `type`: poll, webhook, schedule or manual."
    one, several = top.take("trigger", required=needed, hint=hint), top.take("triggers")
    if one is not None and several is not None:
        message = "A recipe has either `trigger` or `triggers`."
        draft.findings.add("RCP218", message, top.place("triggers"), hint="Put all of them under `triggers`.")
    if several is not None:
        return _read_list(several, draft)
    if one is None:
        return ()
    if one.kind == "list":
        hint = "Write `triggers:` for several."
        draft.findings.add("RCP203", "`trigger` is a list; it must be one trigger.", one.place, hint=hint)
        return ()
    trigger = _read_trigger(one, draft, number=0, needs_id=False)
    return (trigger,) if trigger else ()


def _read_list(node: Node, draft: Draft) -> tuple[Trigger, ...]:
    if not expect(node, "list", findings=draft.findings, what="`triggers`", hint="Write each trigger after a dash."):
        return ()
    if not node.items():
        draft.findings.add("RCP217", "`triggers` is empty.", node.place, hint="A recipe needs a trigger.")
    found: dict[str, Trigger] = {}
    for number, item in enumerate(node.items()):
        trigger = _read_trigger(item, draft, number=number, needs_id=True)
        if trigger and trigger.id in found:
            first = found[trigger.id].place.line
            message = f"Two triggers have the id `{trigger.id}`: in line {first} and in line {trigger.place.line}."
            draft.findings.add("RCP207", message, trigger.place, hint="Give one of them another `id`.")
        elif trigger:
            found[trigger.id] = trigger
    return tuple(found.values())


def _read_trigger(node: Node, draft: Draft, *, number: int, needs_id: bool) -> Trigger | None:
    section = Section(node, draft.findings, what="a trigger")
    if node.kind != "map":
        return None
    type_node = section.take("type", required=True)
    given_id = section.text("id", required=needs_id)
    if given_id and not STEP_ID.fullmatch(given_id):
        hint = "Use small letters, digits and underscores, and begin with a letter."
        draft.findings.add(
            "RCP206", f"`{given_id[:60]}` cannot be a trigger's id.", section.value_place("id"), hint=hint
        )
    if type_node is None:
        section.settle()
        return None
    if not expect(type_node, "text", findings=draft.findings, what="`type`"):
        return None
    kind = draft.registry.trigger(type_node.value)
    section.settle(ignore=[parameter.name for parameter in kind.parameters] if kind else ())
    if kind is None:
        names = [each.name for each in draft.registry.triggers()]
        message = f"There is no trigger of the type `{type_node.value[:60]}`."
        draft.findings.add(
            "RCP209", message, type_node.place, hint=suggest(type_node.value, names, listed="The types are")
        )
        return None
    where = _read_where(section, kind, draft, number)
    options, sound = _read_options(section, kind, draft, number, type_node)
    trigger = Trigger(given_id or kind.name, kind.name, options, node.place, where)
    draft.outline.triggers.append(TriggerMark(number, kind.name, options, node))
    for option, message, hint in kind.check(trigger) if sound else ():
        value = node.get(option)
        draft.findings.add("RCP212", message, value.place if value else type_node.place, hint=hint)
    return trigger


def _read_where(section: Section, kind: TriggerType, draft: Draft, number: int) -> Condition | None:
    if not any(_is_where(parameter) for parameter in kind.parameters):
        return None
    node = section.take("where")
    return read_condition(node, draft, Spot(0, trigger=number), use="where") if node else None


def _read_options(
    section: Section, kind: TriggerType, draft: Draft, number: int, type_node: Node
) -> tuple[dict[str, Any], bool]:
    """The options, and whether they have the right types, so that the type itself may look at them."""
    parameters = [parameter for parameter in kind.parameters if not _is_where(parameter)]
    rest = Node("map", section.rest(), section.node.place)
    owner = f"A {kind.name} trigger"
    sound = check_keys(rest, parameters, draft.findings, owner=owner, place=type_node.place)
    options: dict[str, Any] = {}
    for parameter in parameters:
        node = rest.get(parameter.name)
        options[parameter.name] = parameter.default
        if node is not None and check_value(node, parameter, draft.findings, templates=False):
            options[parameter.name] = _read_option(node, parameter, draft, number)
        elif node is not None:
            sound = False
    return options, sound


def _read_option(node: Node, parameter: Parameter, draft: Draft, number: int) -> Any:
    if parameter.name == "inputs" and node.kind == "map":
        return read_inputs(node, draft)
    if parameter.type == "duration":
        return read_duration(node, draft.findings, what=f"`{parameter.name}`")
    if parameter.name == "respond" and node.kind == "map":
        _note_answer(node, draft, number)
    if parameter.type == "expression" and node.kind == "text":
        return draft.note_expression(node, parameter.name, Spot(0, trigger=number))
    return node.plain()


def _note_answer(node: Node, draft: Draft, number: int) -> None:
    """The body of an answer is a template; it knows the run's result where the sender waits for it."""
    body = node.get("body")
    if body is not None:
        use = "respond" if node.get("wait") is None else RESPOND_AFTER
        draft.note_templates(body, use, Spot(0, trigger=number))


def _is_where(parameter: Parameter) -> bool:
    return parameter.name == "where"

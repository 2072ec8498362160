"""Triggers and events as the recipe reader and the engine would make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.errors import Place
from hub.model import Event, Trigger
from hub.registry import TriggerType
from hub.triggers import builtin

TYPES: Mapping[str, TriggerType] = {each.name: each for each in builtin()}


def trigger(type_name: str, **options: Any) -> Trigger:
    """A trigger with these options and the defaults of its type for the others."""
    defaults = {each.name: each.default for each in TYPES[type_name].parameters if not each.required}
    return Trigger("t1", type_name, defaults | options, Place("recipe.yaml", 3, 1))


def event(type_name: str, data: Mapping[str, Any] | None = None, *, source: str = "") -> Event:
    """An event of this type."""
    return Event("evt_1", type_name, source or type_name, "k1", 1_790_000_000.0, data or {})


def findings(checked: Trigger) -> dict[str, str]:
    """What `check` says, by option: message and hint in one text."""
    return {option: f"{message} {hint}" for option, message, hint in TYPES[checked.type].check(checked)}

"""Plug-ins: installed packages that bring actions and trigger types.

An entry point of the group `hub.actions` or `hub.triggers` names an Action (what `@hub.registry.action` makes) or a
TriggerType, or a list of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from hub.errors import SettingError
from hub.recipe.names import RESERVED
from hub.registry import Action, Registry, TriggerType

GROUPS = {"hub.actions": Action, "hub.triggers": TriggerType}


@dataclass(frozen=True, slots=True)
class Plugin:
    """A package and what it brought: the names of its actions and trigger types."""

    package: str
    version: str
    names: tuple[str, ...]


def load_plugins(registry: Registry) -> tuple[Plugin, ...]:
    """Add everything that installed packages bring. SettingError, naming the package, when one cannot be used: a hub
    that silently lacks an action would fail its recipes later."""
    found: dict[tuple[str, str], list[str]] = {}
    for group, kind in GROUPS.items():
        for point in sorted(entry_points(group=group), key=lambda each: (each.name, each.value)):
            names = found.setdefault(_package(point), [])
            for each in _brought(point, kind):
                _add(registry, each, point)
                names.append(each.name)
    return tuple(Plugin(package, version, tuple(names)) for (package, version), names in sorted(found.items()))


def _package(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else (point.value, "")


def _brought(point: EntryPoint, kind: type) -> Iterator[Any]:
    try:
        loaded = point.load()
    except Exception as problem:
        raise _refuse(point, f"it cannot be loaded: {type(problem).__name__}: {problem}") from problem
    for each in loaded if isinstance(loaded, (list, tuple)) else (loaded,):
        if not isinstance(each, kind):
            raise _refuse(point, f"{point.value} is no {kind.__name__} but {type(each).__name__}")
        yield each


def _add(registry: Registry, each: Action | TriggerType, point: EntryPoint) -> None:
    try:
        if isinstance(each, Action):
            registry.add_action(each)
            return
        taken = sorted(RESERVED & (each.scope.keys() - {"event", "record", "before", "changed", "inputs"}))
        if taken:
            raise ValueError(f"its trigger {each.name} gives a name that has a meaning already: {taken[0]}")
        registry.add_trigger(each)
    except ValueError as problem:
        raise _refuse(point, str(problem)) from problem


def _refuse(point: EntryPoint, why: str) -> SettingError:
    return SettingError(
        f"The plug-in {_package(point)[0]} cannot be used: {why}.",
        hint="Install a version that fits, or uninstall it. See docs/plug-ins.md.",
    )

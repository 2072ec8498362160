"""What `check` must know beyond the Recipe: where each expression stands, what runs before it, what stays literal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.recipe.node import Entry, Node

RESPOND_AFTER = "respond, with wait"
"""The use of an answer that is given when the run is over."""

Way = tuple[tuple[int, int], ...]
"""How one gets to a step: (order of the step that branches, number of the branch), outermost first."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A position in the run: the order of its step, the way there, the names of the loops around it and the orders of
    the steps that loop.

    `trigger` is the number of the trigger that a trigger's own expression belongs to, -1 elsewhere. `failing` says
    that it is reached only after an error.
    """

    order: int
    way: Way = ()
    items: tuple[str, ...] = ()
    loops: tuple[int, ...] = ()
    trigger: int = -1
    failing: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """One text that is an expression or a template. `use` is the key it stands under; `secret` says that a secret may
    be used in it."""

    kind: str
    node: Node
    use: str
    spot: Spot
    secret: bool = False


@dataclass(frozen=True, slots=True)
class StepMark:
    """A step as others may refer to it, with its arguments as written and the variables that it sets."""

    id: str
    action: str
    order: int
    way: Way
    loops: tuple[int, ...] = ()
    arguments: tuple[Entry, ...] = ()
    sets: tuple[str, ...] = ()
    looped: bool = False
    timeout: float | None = None

    def is_in_reach(self, spot: Spot) -> bool:
        """Whether the loops around this step are also around `spot`: outside of a loop, the results of the steps in it
        are not known."""
        return set(self.loops) <= set(spot.loops)

    def is_before(self, spot: Spot) -> bool:
        """Whether this step can be over when `spot` is reached."""
        if self.order >= spot.order or any(branching == self.order for branching, _ in spot.way):
            return False
        taken = dict(spot.way)
        return all(taken.get(branching, branch) == branch for branching, branch in self.way)


@dataclass(frozen=True, slots=True)
class TriggerMark:
    """A trigger as the checks need it: its number in the file, its options as filled in, and all of it as written."""

    number: int
    type: str
    options: Mapping[str, Any]
    node: Node


@dataclass(slots=True)
class Outline:
    """Everything of one recipe that `check` looks at, in the order of the file. Filled while the recipe is read."""

    sites: list[Site] = field(default_factory=list)
    steps: list[StepMark] = field(default_factory=list)
    triggers: list[TriggerMark] = field(default_factory=list)
    inputs: dict[str, Any] = field(default_factory=dict)
    timeout: float | None = None
    """How long a run may take, in seconds."""
    is_filled: bool = False
    """Whether it is a blueprint with the values of its inputs in place: these are known before anything happens."""

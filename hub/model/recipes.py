"""A recipe, as read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.errors import Place


@dataclass(frozen=True, slots=True)
class Condition:
    """`if` or `where`. `kind` is "expression" (then `source` is bare Jinja), "all", "any" or "not" (then `parts`)."""

    kind: str
    place: Place
    source: str = ""
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class RetryRule:
    """How often a step is tried and how long it waits in between: `delays[n]` seconds after attempt n+1 failed."""

    attempts: int
    delays: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """One reason to run. `options` are the keys beside `type` and `id`, checked and with defaults filled in;
    `where` is the parsed condition of triggers that have one."""

    id: str
    type: str
    options: Mapping[str, Any]
    place: Place
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """One way of a `choose` step, where `condition` is None in the `else` branch, or of a `parallel` one, where it
    always is and `name` says what people call it."""

    condition: Condition | None
    steps: tuple[Step, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `id` is unique in the recipe (given, or `step_<n>` by position, `step_<n>_<m>` inside a branch).

    `on_error` is "fail", "continue", "hold" or "steps" (then `error_steps` run instead of failing).
    `on_unknown` is "hold", "repeat" or "skip". `places` maps the keys of `arguments` to where they stand.
    """

    id: str
    name: str
    action: str
    arguments: Mapping[str, Any]
    place: Place
    condition: Condition | None = None
    for_each: str = ""
    item_name: str = "item"
    max_parallel: int = 1
    retry: RetryRule | None = None
    on_error: str = "fail"
    error_steps: tuple[Step, ...] = ()
    on_unknown: str = "hold"
    timeout: float | None = None
    branches: tuple[Branch, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecipeSettings:
    """`settings:` of a recipe. `retry` is the default of its steps. `order` is "per_record" (its runs about a record
    wait for those of other recipes) or "any"."""

    mode: str = "parallel"
    key: str = ""
    priority: str = "normal"
    timeout: float | None = None
    retry: RetryRule | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    keep_history: float | None = None
    order: str = "per_record"


@dataclass(frozen=True, slots=True)
class Origin:
    """The blueprint that a recipe is an instance of. `file` is where it stands, `values` what each input is."""

    blueprint: str
    version: int
    file: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A checked recipe. `version` is the content hash of `source`: the text of its file, for an instance of a blueprint
    together with the blueprint's. `origin` is None for a recipe that is written out."""

    id: str
    name: str
    version: str
    source: str
    file: str
    triggers: tuple[Trigger, ...]
    steps: tuple[Step, ...]
    description: str = ""
    enabled: bool = True
    condition: Condition | None = None
    on_error: tuple[Step, ...] = ()
    settings: RecipeSettings = field(default_factory=RecipeSettings)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    was: str = ""
    origin: Origin | None = None

    def every_step(self) -> Iterator[Step]:
        """All steps with those inside of them, in the order of the file; those of the recipe's `on_error` last."""
        return every_step((*self.steps, *self.on_error))


def every_step(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps of a list with those inside of them, in the order of the file."""
    for step in steps:
        yield step
        for branch in step.branches:
            yield from every_step(branch.steps)
        yield from every_step(step.error_steps)

"""The nouns of a test file, frozen. What is expected stays as nodes of the file, so that a difference has a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.errors import Place
from hub.model import Record
from hub.recipe.blueprints import Instance
from hub.recipe.node import Node

FAULTS = ("transient", "refused", "unknown", "unknown_done", "unauthorized", "needs_person")
"""How a step can be made to fail: it surely did not happen and may work later; the other side says no; nobody saw the
result of something that did not happen; nobody saw the result of something that did happen; the key is rejected; only
a person can decide what is right."""

NOT_STARTED = "not_started"
"""The status of a test whose event does not start the recipe at all."""

NOT_REACHED = "not_reached"
"""The status of a step that the run did not come to."""


@dataclass(frozen=True, slots=True)
class Given:
    """A record that is there when the test begins."""

    resource: str
    fields: Record
    place: Place


@dataclass(frozen=True, slots=True)
class Answer:
    """What another API answers to one method and address."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: Any
    text: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step that fails `times` times before it works."""

    step: str
    fault: str
    times: int
    message: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody answers to a step, `after` so many seconds since it began to wait: an `answer` with `fields` where
    people are asked, done or skip where the run is held, a `body` with `headers` where it waits for another app."""

    step: str
    place: Place
    answer: str
    by: str
    fields: Mapping[str, Any]
    body: Any
    headers: Mapping[str, str]
    after: float


@dataclass(frozen=True, slots=True)
class Ending:
    """How the recipe ends that a step calls, and its result."""

    step: str
    status: str
    result: Any
    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """A change that a person makes while the run waits: `after` seconds, or right before the step `step`."""

    after: float | None
    step: str
    change: Given


@dataclass(frozen=True, slots=True)
class Happening:
    """The event. `kind` is created, updated or deleted for a poll, "" where the data says it, manual when a person
    started the recipe by hand, whatever its trigger is."""

    kind: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One test. `fills` are the fields that Workglue itself sets when a step creates a record, `stored` is what the
    recipe has kept from earlier runs, as it stands in the file."""

    name: str
    place: Place
    at: float
    trigger: str
    event: Happening
    expect: Node
    secrets: Mapping[str, str] = field(default_factory=dict)
    given: tuple[Given, ...] = ()
    answers: tuple[Answer, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    fills: Mapping[str, Record] = field(default_factory=dict)
    later: tuple[Later, ...] = ()
    stored: Node | None = None
    replies: tuple[Reply, ...] = ()
    endings: tuple[Ending, ...] = ()


@dataclass(frozen=True, slots=True)
class TestFile:
    """One file of tests for one recipe. `text` is kept for messages that show a line.

    Where it tests a blueprint, `instance` holds the inputs, and `recipe_id` is the blueprint's id.
    """

    __test__ = False

    file: str
    text: str
    recipe_id: str
    recipe_place: Place
    cases: tuple[Case, ...]
    instance: Instance | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the test expects it. `what` is where to look, as in writes[2].fields.name."""

    what: str
    expected: str
    got: str
    place: Place

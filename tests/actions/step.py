"""A step for tests: the doors are real, and it is noted when something is about to leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.actions import builtin
from hub.context import Http, Mail, Messages
from hub.engine.transport.lists import Wanted, find_records, read_filters
from hub.model import Record, StepRecord
from hub.recipe.expressions import Expressions
from hub.registry import Action, Outcome
from hub.workglue.client import Workglue
from hub.workglue.profile import built_in

NOW = 1_774_000_000.0
ACTIONS: dict[str, Action] = {action.name: action for action in builtin(built_in())}


@dataclass
class Records:
    """Workglue, bound to a test's step. `calls` says what was asked of it, in order."""

    api: Workglue
    calls: list[str] = field(default_factory=list)
    confirmed: list[tuple[str, str, Record]] = field(default_factory=list)

    def list(self, resource: str, filters: Mapping[str, Any], *, limit: int, **more: Any) -> list[Record]:
        self.calls.append("list")
        wanted = Wanted(*read_filters(self.api, resource, filters), **more)
        return find_records(self.api, resource, wanted, limit=limit)

    def get(self, resource: str, record_id: str) -> Record:
        self.calls.append("get")
        return self.api.expand(resource, self.api.get(resource, record_id))

    def resolve(self, resource: str, fields: Mapping[str, Any]) -> Record:
        return self.api.resolve(resource, fields)

    def create(self, resource: str, fields: Mapping[str, Any]) -> Record:
        self.calls.append("create")
        return self.api.expand(resource, self.api.create(resource, fields, key=""))

    def update(self, resource: str, record_id: str, fields: Mapping[str, Any]) -> Record:
        self.calls.append(f"update {', '.join(sorted(fields))}")
        return self.api.expand(resource, self.api.update(resource, record_id, fields))

    def confirm(self, resource: str, record: Record, fields: Mapping[str, Any]) -> None:
        self.confirmed.append((resource, str(record["id"]), dict(fields)))

    def delete(self, resource: str, record_id: str) -> None:
        self.calls.append("delete")
        self.api.delete(resource, record_id)


@dataclass
class Step:
    """hub.context.Context for a test. A door that a test does not need is not there."""

    records: Records | None = None
    web: Http | None = None
    post: Messages | None = None
    letterbox: Mail | None = None
    previous: StepRecord | None = None
    key: str = "run_1/step"
    began: float = NOW
    moment: float = NOW
    intents: int = 0

    @property
    def workglue(self) -> Records:
        assert self.records is not None
        return self.records

    @property
    def http(self) -> Http:
        assert self.web is not None
        return self.web

    @property
    def messages(self) -> Messages:
        assert self.post is not None
        return self.post

    @property
    def mail(self) -> Mail:
        assert self.letterbox is not None
        return self.letterbox

    def now(self) -> float:
        return self.moment

    def holds(self, source: str, names: Mapping[str, Any]) -> bool:
        return bool(Expressions().bare(source, names))

    def before_send(self, *, resource: str = "") -> None:
        self.intents += 1

    def do(self, action: str, **arguments: Any) -> Outcome:
        """Run an action as the engine does."""
        run = ACTIONS[action].run
        assert run is not None
        outcome = run(self, **arguments)
        assert isinstance(outcome, Outcome)
        return outcome

"""What the poller has seen, how far it has come, and with which key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.model.records import Record


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A record as the poller last saw it. `rev` counts its changes, `missed` the full passes that did not show it.

    `born` is the pass that showed it first, `quiet` how many of its changes need no event (baseline, our own writes, a
    field's first sight), `wrote_at` when we last wrote it; `gone_at`, when it was deleted: then it is not there.
    """

    resource: str
    record_id: str
    rev: int
    record: Record
    missed: int = 0
    born: int = field(default=0, compare=False)
    quiet: int = field(default=0, compare=False)
    wrote_at: float | None = field(default=None, compare=False)
    gone_at: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the poller has come with one list. `position` is the greatest update stamp *seen*, and never later than
    the API's own clock; `claim` fences two pollers against each other.

    `baseline_at` is None until the first full pass is complete, which began at `began_at` by the API's clock. Of the
    last pass: `checked` records, `changed` ones, `handled` as events, `requests` for its pages. `unexplained` changes
    have neither an event nor a reason. `held` says why missing records are not believed to be deleted, `accepted` how
    many a person has said to be right. `fields` are those that the list is known to have; None: not looked at yet.
    """

    resource: str
    claim: int = 0
    position: str = ""
    baseline_at: float | None = None
    last_ok_at: float | None = None
    last_full_at: float | None = None
    passes: int = 0
    checked: int = 0
    changed: int = 0
    error: str = ""
    handled: int = 0
    requests: int = 0
    held: str = ""
    accepted: int = 0
    full_wanted: bool = False
    began_at: float | None = None
    fields: Sequence[str] | None = None
    unexplained: int = 0


@dataclass(frozen=True, slots=True)
class Connection:
    """A key to an API and its state: "ok", "rejected" until its `version` moves, or "missing"."""

    name: str
    version: int
    state: str
    fingerprint: str
    changed_at: float
    used_at: float | None = None
    blocked_until: float = 0.0

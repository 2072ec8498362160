"""What comes in: deliveries and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Delivery:
    """One HTTP request at the gate, raw. `headers` keep their order and repeats; `url` is the public one. `origin` is
    "test" for one that the hub made itself."""

    id: str
    path: str
    method: str
    url: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    received_at: float
    remote: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. Unique per `source` and `key`.

    `type`: "jobs.created", "jobs.updated", "jobs.deleted" (any resource), "webhook", "schedule", "manual", "recipe",
    "call". `source`: "poll:jobs", "webhook:<path>", "schedule:<recipe>/<trigger>", "manual:<recipe>", "call:<recipe>",
    "recipe:<the one that has ended>".
    `data`: poll {resource, record_id, record, before, changed, since}; webhook {body, headers, query, content_type};
    schedule {scheduled_at}; manual {inputs}; call {inputs, caller}; recipe {recipe, name, run, status, reason, error,
    result, event}. `hop` counts how many runs of ours stand behind it.
    """

    id: str
    type: str
    source: str
    key: str
    time: float
    data: Mapping[str, Any]
    origin: str = "outside"
    cause_run_id: str = ""
    hop: int = 0

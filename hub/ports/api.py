"""The door to Workglue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub.model import Record


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `last` is True on the final one.

    `served_at` is the API's own time of the answer, None where it does not tell. `shifted` means that records have
    moved between this page and the one before, so that some may have been missed.
    """

    records: tuple[Record, ...]
    last: bool
    served_at: float | None = None
    shifted: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The account's stages, types and employees, by resource: name -> id, and id -> record."""

    records: Mapping[str, Mapping[str, Record]]
    names: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the API profile says the API can do, as far as engine and poller must know."""

    updated_since: bool
    sort: bool
    idempotent: bool
    updated_field: str
    created_field: str
    read_only: Mapping[str, frozenset[str]]
    resources: tuple[str, ...] = ()
    methods: Mapping[str, frozenset[str]] = field(default_factory=dict)
    references: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    """By resource: what recipes call a related record -> (the field that holds its id or ids, its resource)."""
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By resource: the fields that its records are said to have."""
    equality: bool = True
    """Whether lists can be filtered by the values of fields."""
    key_seconds: float = 86400.0
    """How long the API knows an idempotency key."""
    index_lag: float = 0.0
    """Seconds after which a change is in the lists at the latest."""
    granularity: float = 0.0
    """To how many seconds update stamps are cut."""
    per_minute: int = 0
    """Calls that the API allows in a minute; 0: as many as one likes."""
    burst: int = 0
    """How many of them at once."""


class Api(Protocol):
    """The Public API. Raises the StepErrors of hub.errors and nothing else.

    A read that fails half-way is Transient; a write that was sent and not answered is Unknown.
    """

    @property
    def abilities(self) -> Abilities:
        """What the profile says."""

    def pages(
        self,
        resource: str,
        *,
        filters: Mapping[str, Any] | None = None,
        updated_since: str = "",
        oldest_change_first: bool = False,
        size: int | None = None,
        patience: Callable[[float], None] | None = None,
    ) -> Iterator[Page]:
        """A list, page by page. Filters the API does not know are applied here. `updated_since` is inclusive.

        Where the API asks for patience in the middle, `patience` is called with the seconds and the page is asked for
        again; without it, RateLimited is raised.
        """

    def get(self, resource: str, record_id: str) -> Record:
        """One record. NotFound when there is none."""

    def create(self, resource: str, fields: Mapping[str, Any], *, key: str) -> Record:
        """A new record, as the API answers it. `key` is sent as the idempotency key where the API honours it."""

    def update(self, resource: str, record_id: str, fields: Mapping[str, Any]) -> Record:
        """The record after the change."""

    def delete(self, resource: str, record_id: str) -> None:
        """Gone afterwards; a record that was gone already is no error."""

    def resolve(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """`fields` with references given by name turned into ids: {"stage": "Good Lead"} -> {"stage_id": "..."}.
        Permanent, naming the valid names, when there is no such name."""

    def expand(self, resource: str, record: Record) -> Record:
        """The record with `stage`, `job_type` and the employees as objects beside their ids, from a cached copy."""

    def catalogue(self) -> Catalogue:
        """The cached copy itself, fetched when older than its time to live."""

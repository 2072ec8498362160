"""The dialect of the Public API as frozen nouns. `hub.workglue.profile` makes them of a profile file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.ports import Abilities

PAGINGS = ("cursor", "page", "offset", "link", "none")
METHODS = ("GET", "POST", "PATCH", "DELETE")
SCALARS = ("text", "id", "date", "boolean", "number")
FIELD_TYPES = (*SCALARS, "ids", "list", "object")


@dataclass(frozen=True, slots=True)
class Auth:
    """Where the key stands in a request."""

    header: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Lists:
    """How lists are asked for and answered. An empty parameter name means that the API has no such parameter. A change
    is in the lists `index_lag_seconds` later at the latest."""

    paging: str
    size_parameter: str
    page_parameter: str
    default_size: int
    largest_size: int
    data_key: str
    next_key: str
    updated_since: str
    sort: str
    sort_by_update: str
    equality_filters: bool
    index_lag_seconds: int


@dataclass(frozen=True, slots=True)
class Writes:
    """Which header makes a repeated create harmless, and for how long. An empty name means: none."""

    idempotency_header: str
    idempotency_hours: int


@dataclass(frozen=True, slots=True)
class Errors:
    """Where the parts of an error stand in the answer, as dotted paths, and which statuses mean: wrong key."""

    message_path: str
    code_path: str
    fields_path: str
    wrong_key_statuses: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """The rate limit, and the headers that tell about it. An empty header name means: not sent."""

    per_minute: int
    burst: int
    limit_header: str
    remaining_header: str
    reset_header: str
    retry_header: str


@dataclass(frozen=True, slots=True)
class Timestamps:
    """What the two time stamps are called in a record, and to how many seconds they are cut. An empty name means that
    records have none."""

    created: str
    updated: str
    granularity_seconds: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A field that holds the id of another record (or, with `many`, ids). Recipes call it `alias`."""

    field: str
    alias: str
    resource: str
    many: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of record. `fields` maps names to types, `references` field names to what they point at.

    `names` are the fields that a record is called by; resources that have them are small enough to be kept as a copy.
    """

    name: str
    path: str
    methods: frozenset[str]
    one: str
    natural_key: str
    names: tuple[str, ...]
    read_only: frozenset[str]
    references: Mapping[str, Reference]
    fields: Mapping[str, str]

    def alias(self, name: str) -> Reference | None:
        """The reference that recipes call `name`, None when there is none."""
        return next((each for each in self.references.values() if each.alias == name), None)

    @property
    def words(self) -> str:
        """What one record is called in a sentence: "job stage"."""
        return self.one.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile file, checked. `file` is what messages call it."""

    file: str
    auth: Auth
    lists: Lists
    writes: Writes
    errors: Errors
    rate: Rate
    timestamps: Timestamps
    resources: Mapping[str, Resource]

    @property
    def offered(self) -> tuple[str, ...]:
        """The resources that can at least be read."""
        return tuple(name for name, resource in self.resources.items() if "GET" in resource.methods)

    @property
    def named(self) -> tuple[str, ...]:
        """The resources whose records are called by name and kept as a copy."""
        return tuple(name for name in self.offered if self.resources[name].names)

    def abilities(self) -> Abilities:
        """What engine and poller must know of all this."""
        return Abilities(
            updated_since=bool(self.lists.updated_since),
            sort=bool(self.lists.sort),
            idempotent=bool(self.writes.idempotency_header),
            updated_field=self.timestamps.updated,
            created_field=self.timestamps.created,
            read_only={name: resource.read_only for name, resource in self.resources.items()},
            resources=self.offered,
            methods={name: resource.methods for name, resource in self.resources.items()},
            references={
                name: {each.alias: (each.field, each.resource) for each in resource.references.values()}
                for name, resource in self.resources.items()
            },
            fields={name: frozenset(resource.fields) for name, resource in self.resources.items()},
            equality=self.lists.equality_filters,
            key_seconds=self.writes.idempotency_hours * 3600.0,
            index_lag=float(self.lists.index_lag_seconds),
            granularity=float(self.timestamps.granularity_seconds),
            per_minute=self.rate.per_minute,
            burst=self.rate.burst,
        )

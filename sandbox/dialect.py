"""The dialect that is spoken: header names, paths, paging, error shape and numbers, read from a profile file.

The file format is that of the hub's API profile. A file may leave out what it does not change; keys that only
concern a client (names, references, natural keys) are not used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from sandbox.problems import UsageError

BUILT_IN = Path(__file__).with_name("dialect.yaml")
PAGINGS = ("cursor", "page", "offset", "link", "none")
METHODS = ("GET", "POST", "PATCH", "DELETE")
Section = TypeVar("Section")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Auth:
    """Where the key stands in a request."""

    header: str
    prefix: str


@dataclass(frozen=True)
class Lists:
    """How lists are asked for and answered. An empty parameter name means that the API has no such parameter."""

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


@dataclass(frozen=True)
class Writes:
    """Which header makes a repeated create harmless, and for how long. An empty name means: none."""

    idempotency_header: str
    idempotency_hours: int


@dataclass(frozen=True)
class Errors:
    """Where an error's parts stand in the answer, as dotted paths."""

    message_path: str
    code_path: str
    fields_path: str
    wrong_key_statuses: tuple[int, ...]


@dataclass(frozen=True)
class Rate:
    """The rate limit and its headers. An empty header name means that the header is not sent."""

    per_minute: int
    burst: int
    limit_header: str
    remaining_header: str
    reset_header: str
    retry_header: str


@dataclass(frozen=True)
class Timestamps:
    """What the two time stamps are called in a record."""

    created: str
    updated: str
    granularity_seconds: int


@dataclass(frozen=True)
class Route:
    """Where a resource lives below the base address, and what may be done with it."""

    path: str
    methods: tuple[str, ...]


@dataclass(frozen=True)
class Dialect:
    """One profile file, checked."""

    auth: Auth
    lists: Lists
    writes: Writes
    errors: Errors
    rate: Rate
    timestamps: Timestamps
    routes: Mapping[str, Route]


def load_dialect(path: Path | None = None) -> Dialect:
    """The dialect in the file at `path`, or the built-in one. Raises UsageError naming the file and the key."""
    where = str(path or BUILT_IN)
    built_in = _read(BUILT_IN)
    given = built_in if path is None else _read(path)
    parts = {name: {**built_in[name], **_mapping(where, name, given.get(name))} for name in built_in}
    dialect = Dialect(
        auth=_section(where, "auth", Auth, parts),
        lists=_section(where, "lists", Lists, parts),
        writes=_section(where, "writes", Writes, parts),
        errors=_section(where, "errors", Errors, parts),
        rate=_section(where, "rate", Rate, parts),
        timestamps=_section(where, "timestamps", Timestamps, parts),
        routes=_routes(where, parts["resources"], built_in["resources"]),
    )
    _check(where, dialect)
    return dialect


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - the safe one, in C where there is C
    except OSError as problem:
        raise UsageError(f"The profile {path} cannot be read: {problem.strerror}.") from problem
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise UsageError(f"The profile {path} is not valid YAML: {problem}") from problem
    return _mapping(str(path), "the file", content)


def _mapping(where: str, name: str, value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UsageError(f"{where}: {name} must be a list of keys and values.")
    return value


def _section(where: str, name: str, kind: type[Section], parts: Mapping[str, Mapping[str, Any]]) -> Section:
    values = {}
    for entry in fields(kind):  # type: ignore[arg-type]
        value = parts[name][entry.name]
        values[entry.name] = _typed(f"{where}: {name}.{entry.name}", str(entry.type), value)
    return kind(**values)


def _typed(place: str, kind: str, value: object) -> object:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if kind == "str" and (value is None or isinstance(value, str)):
        return value or ""
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "int" and whole and isinstance(value, int) and value >= 0:
        return value
    if kind == "tuple[int, ...]" and isinstance(value, list) and value and all(isinstance(item, int) for item in value):
        return tuple(value)
    wanted = {"str": "text", "bool": "true or false", "int": "a whole number", "tuple[int, ...]": "a list of numbers"}
    raise UsageError(f"{place} must be {wanted[kind]}. It is {value!r}.")


def _routes(where: str, given: Mapping[str, Any], built_in: Mapping[str, Any]) -> dict[str, Route]:
    unknown = sorted(set(given) - set(built_in))
    if unknown:
        raise UsageError(f"{where}: resources.{unknown[0]} is not a resource. Resources are {', '.join(built_in)}.")
    routes = {}
    for name, standard in built_in.items():
        entry = {**standard, **_mapping(where, f"resources.{name}", given.get(name))}
        path, methods = entry["path"], entry["methods"]
        if not isinstance(path, str) or not path.strip("/"):
            raise UsageError(f"{where}: resources.{name}.path must be a path such as {standard['path']}.")
        if not isinstance(methods, list) or not set(methods) <= set(METHODS):
            raise UsageError(f"{where}: resources.{name}.methods must be a list of {', '.join(METHODS)}.")
        routes[name] = Route(path="/" + path.strip("/"), methods=tuple(methods))
    return routes


def _check(where: str, dialect: Dialect) -> None:
    lists = dialect.lists
    if lists.paging not in PAGINGS:
        raise UsageError(f"{where}: lists.paging must be one of {', '.join(PAGINGS)}. It is {lists.paging!r}.")
    if lists.paging == "cursor" and not (lists.data_key and lists.next_key):
        raise UsageError(f"{where}: cursor paging needs lists.data_key and lists.next_key.")
    if lists.paging in ("cursor", "page", "offset") and not lists.page_parameter:
        raise UsageError(f"{where}: {lists.paging} paging needs lists.page_parameter.")
    if not 1 <= lists.default_size <= lists.largest_size:
        raise UsageError(f"{where}: lists.default_size must be between 1 and lists.largest_size.")
    if not dialect.auth.header:
        raise UsageError(f"{where}: auth.header must name the header that carries the key.")
    paths = [route.path for route in dialect.routes.values()]
    if len(set(paths)) < len(paths):
        raise UsageError(f"{where}: two resources share one path.")

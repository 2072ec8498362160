"""What cannot be true together in one profile."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from hub.workglue.dialect import FIELD_TYPES, PAGINGS, Lists, Profile, Resource

Contradiction = tuple[str, str]
"""The key, and what is wrong with it."""

MEANT_OTHERWISE = frozenset({404, 405, 408, 409, 410, 425, 429})
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_OWN_FIELDS = ("id", "created_at", "updated_at")


def find_contradiction(profile: Profile) -> Contradiction | None:
    """The first thing in the profile that cannot be, None when all is well."""
    for found in (_transport(profile), _lists(profile.lists), _stamps(profile), _resources(profile)):
        for contradiction in found:
            return contradiction
    return None


def _transport(profile: Profile) -> Iterator[Contradiction]:
    if not profile.auth.header:
        yield "auth.header", "must name the header that carries the key."
    headers = {
        "auth.header": profile.auth.header,
        "writes.idempotency_header": profile.writes.idempotency_header,
        **{f"rate.{name}": getattr(profile.rate, name) for name in _RATE_HEADERS},
    }
    for key, header in headers.items():
        if header and not _HEADER.fullmatch(header):
            yield key, f"{header!r} cannot be the name of a header."
    if not profile.auth.prefix.isprintable() or not profile.auth.prefix.isascii():
        yield "auth.prefix", "holds a character that cannot stand in a header."
    if profile.writes.idempotency_header and not profile.writes.idempotency_hours:
        yield "writes.idempotency_hours", "must be at least 1 when there is an idempotency_header."
    for status in profile.errors.wrong_key_statuses:
        if not 400 <= status <= 499 or status in MEANT_OTHERWISE:
            yield "errors.wrong_key_statuses", f"{status} has another meaning and cannot say that the key is wrong."
    for name in ("per_minute", "burst"):
        if not getattr(profile.rate, name):
            yield f"rate.{name}", "must be at least 1."


_RATE_HEADERS = ("limit_header", "remaining_header", "reset_header", "retry_header")


def _lists(lists: Lists) -> Iterator[Contradiction]:
    if lists.paging not in PAGINGS:
        yield "lists.paging", f"must be one of {', '.join(PAGINGS)}. It is {lists.paging!r}."
    if lists.paging in ("cursor", "page", "offset") and not lists.page_parameter:
        yield "lists.page_parameter", f"is empty, but {lists.paging} paging sends it."
    if lists.paging == "cursor" and not lists.next_key:
        yield "lists.next_key", "is empty, but cursor paging reads the next page's cursor there."
    if lists.paging == "cursor" and not lists.data_key:
        yield "lists.data_key", "is empty: an answer that is itself a list has no place for a cursor."
    if not 1 <= lists.default_size <= lists.largest_size:
        yield "lists.default_size", f"must be between 1 and lists.largest_size ({lists.largest_size})."
    if lists.sort and not lists.sort_by_update:
        yield "lists.sort_by_update", "is empty, but lists.sort needs a value that means: oldest change first."
    sent = [lists.size_parameter, lists.updated_since, lists.sort]
    if lists.paging in ("cursor", "page", "offset"):
        sent.append(lists.page_parameter)
    used = [name for name in sent if name]
    for name in used:
        if used.count(name) > 1:
            yield "lists", f"two parameters are called {name}."


def _stamps(profile: Profile) -> Iterator[Contradiction]:
    if profile.lists.updated_since and not profile.timestamps.updated:
        yield "timestamps.updated", "is empty, but lists.updated_since asks for records by their last change."
    if profile.timestamps.updated and profile.timestamps.updated == profile.timestamps.created:
        yield "timestamps.updated", "is the same as timestamps.created."


def _resources(profile: Profile) -> Iterator[Contradiction]:
    if not profile.offered:
        yield "resources", "nothing can be read: give at least one resource the method GET."
    for name, resource in profile.resources.items():
        place = f"resources.{name}"
        if not _PATH.fullmatch(resource.path):
            yield f"{place}.path", f"must be a path such as /jobs. It is {resource.path!r}."
        if not re.fullmatch(r"[a-z][a-z0-9_]*", resource.one):
            yield f"{place}.one", f"must be a name such as job. It is {resource.one!r}."
        for key in ("path", "one"):
            twin = next(
                (other for other, their in profile.resources.items() if getattr(their, key) == getattr(resource, key)),
                name,
            )
            if twin != name:
                yield f"{place}.{key}", f"is the same as that of {twin}."
        yield from _fields(profile, place, resource)


def _fields(profile: Profile, place: str, resource: Resource) -> Iterator[Contradiction]:
    for field, kind in resource.fields.items():
        if kind not in FIELD_TYPES:
            yield f"{place}.fields.{field}", f"{kind!r} is no type. {_nearest(kind, FIELD_TYPES)}"
    stamps = (profile.timestamps.created, profile.timestamps.updated)
    for key, names, known in (
        ("natural_key", [resource.natural_key] if resource.natural_key else [], resource.fields),
        ("names", resource.names, resource.fields),
        ("read_only", sorted(resource.read_only), (*resource.fields, *_OWN_FIELDS, *stamps)),
        ("references", resource.references, resource.fields),
    ):
        for name in names:
            if name not in known:
                yield f"{place}.{key}", f"{name!r} is not among the fields. {_nearest(name, known)}"
    for field, reference in resource.references.items():
        wanted = "ids" if reference.many else "id"
        if reference.resource not in profile.resources:
            near = _nearest(reference.resource, profile.resources)
            yield f"{place}.references.{field}", f"there is no resource {reference.resource!r}. {near}"
        if resource.fields.get(field) != wanted:
            yield f"{place}.fields.{field}", f"must be {wanted}, because the field is among the references."
        if reference.alias in resource.fields:
            yield f"{place}.references.{field}", f"recipes would call it {reference.alias}, which is another field."


def _nearest(name: str, known: Iterable[str]) -> str:
    names = [each for each in known if each]
    near = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(names)}."

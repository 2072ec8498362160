"""Lists: from query parameters to a page of records, at any depth in about the same time.

Order is by id, or by change; asking for what changed since a moment orders by change as well. A page ends at a
record, not at a count, so records that are added or changed meanwhile move no other record to another page.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.dialect import Lists
from sandbox.problems import bad_request
from sandbox.records.checking import LARGEST_NUMBER
from sandbox.records.pen import Record
from sandbox.records.reading import read_rows, state_at
from sandbox.resources import RESOURCES, Field, Resource
from sandbox.stamps import is_date, read_stamp

BY_ID, OLDEST_CHANGE, NEWEST_CHANGE = "id", "oldest change", "newest change"
ID = Field("id", "id")
STAMPS = (Field("created_at", "stamp"), Field("updated_at", "stamp"))


@dataclass(frozen=True)
class Wanted:
    """What a list request asks for. `size` None is everything; `skip` is for page and offset paging."""

    size: int | None
    order: str = BY_ID
    since: str | None = None
    equal: tuple[tuple[str, Any], ...] = ()
    after: tuple[Any, ...] | None = None
    skip: int = 0

    def fingerprint(self) -> str:
        """The same for every page of one list, whatever its size."""
        text = json.dumps([self.order, self.since, self.equal])
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Page:
    """One page of records. `following` asks for the next page and is None on the last."""

    records: list[Record]
    following: Wanted | None


def read_wanted(lists: Lists, resource: Resource, parameters: Mapping[str, Sequence[str]]) -> Wanted:
    """What these query parameters ask for, in this dialect. Raises Problem 400 for what it cannot mean."""
    values = {}
    for name, given in parameters.items():
        if len(given) > 1:
            raise bad_request("repeated_parameter", f"The parameter {name!r} is given more than once.")
        values[name] = given[0]
    wanted = Wanted(size=_size(lists, values.pop(lists.size_parameter, None)))
    if lists.updated_since and lists.updated_since in values:
        wanted = replace(wanted, since=_since(lists, values.pop(lists.updated_since)), order=OLDEST_CHANGE)
    if lists.sort and lists.sort in values:
        wanted = replace(wanted, order=_order(lists, values.pop(lists.sort)))
    token = values.pop(lists.page_parameter or "cursor", None) if lists.paging != "none" else None
    wanted = replace(wanted, equal=tuple(_equal(lists, resource, name, values[name]) for name in sorted(values)))
    return wanted if token is None else _turned(lists, resource, wanted, token)


def read_page(
    connection: sqlite3.Connection, resource: Resource, wanted: Wanted, *, known_until: str | None = None
) -> Page:
    """The records that are asked for. `known_until` is for a list that lags behind: it knows nothing later."""
    where, arguments = _conditions(wanted, known_until)
    order = {
        BY_ID: "number",
        OLDEST_CHANGE: "updated_at, number",
        NEWEST_CHANGE: "updated_at DESC, number DESC",
    }[wanted.order]
    limit = -1 if wanted.size is None else wanted.size + 1
    chosen = f"SELECT number FROM {resource.name} {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    rows = connection.execute(
        f"SELECT * FROM {resource.name} WHERE number IN ({chosen}) ORDER BY {order}",  # noqa: S608
        (*arguments, limit, wanted.skip),
    ).fetchall()
    following = None
    if wanted.size is not None and len(rows) > wanted.size:
        rows = rows[: wanted.size]
        last = rows[-1]
        after = (last["number"],) if wanted.order == BY_ID else (last["updated_at"], last["number"])
        following = replace(wanted, after=after, skip=0)
    records = read_rows(connection, resource, rows)
    if known_until is not None:
        earlier = (state_at(connection, resource, record, known_until) for record in records)
        records = [record for record in earlier if _still_wanted(resource, record, wanted)]
    return Page(records, following)


def _still_wanted(resource: Resource, record: Record, wanted: Wanted) -> bool:
    """Whether a record's earlier state is one that was asked for."""
    if wanted.since is not None and record["updated_at"] < wanted.since:
        return False
    for name, value in wanted.equal:
        field = resource.by_name.get(name)
        if field and field.points_at and value is not None:
            value = RESOURCES[field.points_at].identify(value)
        if name != "id" and (record[name] or None) != (value or None):
            return False
    return True


def write_cursor(resource: Resource, wanted: Wanted) -> str:
    """The opaque text that stands for a following page."""
    content = json.dumps([resource.name, wanted.fingerprint(), *(wanted.after or ())], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def _resumed(resource: Resource, wanted: Wanted, cursor: str) -> Wanted:
    problem = bad_request("bad_cursor", "The cursor does not belong to this list. Start again without a cursor.")
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        content = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise problem from None
    if not isinstance(content, list) or content[:2] != [resource.name, wanted.fingerprint()]:
        raise problem
    after = tuple(content[2:])
    kinds = (int,) if wanted.order == BY_ID else (str, int)
    if tuple(type(part) for part in after) != kinds or not 0 < after[-1] <= LARGEST_NUMBER:
        raise problem
    return replace(wanted, after=after)


def _size(lists: Lists, text: str | None) -> int | None:
    if lists.paging == "none":
        return None
    if text is None:
        return lists.default_size
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not 1 <= int(text) <= lists.largest_size:
        raise bad_request("bad_limit", f"{lists.size_parameter} must be a whole number from 1 to {lists.largest_size}.")
    return int(text)


def _since(lists: Lists, text: str) -> str:
    stamp = read_stamp(text)
    if stamp is None:
        raise bad_request(
            "bad_time",
            f"{lists.updated_since} must be a time such as 2026-03-31T08:00:00Z (write + as %2B). It is {text!r}.",
        )
    return stamp


def _order(lists: Lists, text: str) -> str:
    orders = {lists.sort_by_update: OLDEST_CHANGE, f"-{lists.sort_by_update}": NEWEST_CHANGE, "id": BY_ID}
    if text not in orders:
        raise bad_request("bad_sort", f"{lists.sort} must be one of {', '.join(orders)}. It is {text!r}.")
    return orders[text]


def _turned(lists: Lists, resource: Resource, wanted: Wanted, token: str) -> Wanted:
    if lists.paging in ("cursor", "link"):
        return _resumed(resource, wanted, token)
    first = 1 if lists.paging == "page" else 0
    if not token.isascii() or not token.isdigit() or len(token) > 9 or int(token) < first:
        raise bad_request("bad_page", f"{lists.page_parameter} must be a whole number, {first} or more.")
    size = wanted.size or 0
    return replace(wanted, skip=(int(token) - 1) * size if lists.paging == "page" else int(token))


def _equal(lists: Lists, resource: Resource, name: str, text: str) -> tuple[str, Any]:
    known = {field.name: field for field in (*resource.fields, ID, *STAMPS)}
    field = known.get(name)
    if not lists.equality_filters or field is None:
        raise bad_request("unknown_parameter", f"{resource.label} cannot be filtered by {name!r}.")
    if not field.scalar:
        raise bad_request("unknown_parameter", f"{name} holds several values and cannot be used as a filter.")
    return name, _filter_value(resource, field, text)


def _filter_value(resource: Resource, field: Field, text: str) -> Any:
    """The stored value to look for. None looks for empty fields, -1 for a record that cannot exist."""
    if field.name == "id":
        return resource.number(text) or -1
    if field.kind == "boolean":
        if text not in ("true", "false"):
            raise bad_request("bad_filter", f"{field.name} must be true or false. It is {text!r}.")
        return text == "true"
    if not text and field.kind != "stamp":
        return None
    if field.kind == "id":
        return RESOURCES[field.points_at].number(text) or -1
    shape = _SHAPES.get(field.kind)
    if shape is None:
        return text
    read, wanted = shape
    value = read(text)
    if value is None:
        raise bad_request("bad_filter", f"{field.name} must be {wanted}. It is {text!r}.")
    return value


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def _date(text: str) -> str | None:
    return text if is_date(text) else None


_SHAPES: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "number": (_whole, "a whole number"),
    "date": (_date, "a date in the form 2026-03-31"),
    "stamp": (read_stamp, "a time such as 2026-03-31T08:00:00Z"),
}


def _conditions(wanted: Wanted, known_until: str | None) -> tuple[str, list[Any]]:
    parts: list[str] = []
    arguments: list[Any] = []
    if known_until is not None:
        parts.append("created_at <= ?")
        arguments.append(known_until)
    for name, value in wanted.equal:
        column = "number" if name == "id" else name
        if value is None:
            parts.append(f"({column} IS NULL OR {column} = '')")
        else:
            parts.append(f"{column} = ?")
            arguments.append(value)
    if wanted.since is not None:
        parts.append("updated_at >= ?")
        arguments.append(wanted.since)
    if wanted.after is not None:
        parts.append(
            {
                BY_ID: "number > ?",
                OLDEST_CHANGE: "(updated_at, number) > (?, ?)",
                NEWEST_CHANGE: "(updated_at, number) < (?, ?)",
            }[wanted.order]
        )
        arguments.extend(wanted.after)
    return f"WHERE {' AND '.join(parts)}" if parts else "", arguments

"""The client of the Public API: hub.ports.Api, spoken in the dialect of a profile."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from hashlib import sha256
from re import fullmatch
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from hub.errors import NotFound, Permanent, RateLimited, SettingError, Transient
from hub.model import Record
from hub.ports import Abilities, Catalogue, Page
from hub.timed import Answer, Lost, NeverSent, Timeouts
from hub.workglue.dialect import SCALARS, Profile, Resource
from hub.workglue.matching import as_text, has_values, is_since, read_moment, write_moment
from hub.workglue.names import Names
from hub.workglue.paging import Ask, Got, Pager
from hub.workglue.verdicts import Asked, Judge, dig
from hub.workglue.wire import Wire

_DONE_BY = {"GET": "read", "POST": "create", "PATCH": "change", "DELETE": "delete"}
_HEADER_SAFE = r"[A-Za-z0-9._~:/\[\]-]{1,200}"


class Workglue:
    """The Public API. Threads share one client; a process makes its own. Raises StepErrors and nothing else.

    `clock` returns seconds since 1970. SettingError when the address or the key cannot be used at all.
    """

    def __init__(
        self,
        *,
        base_url: str,
        key: str,
        profile: Profile,
        connection: str = "workglue",
        version: int = 1,
        clock: Callable[[], float],
        timeouts: Timeouts | None = None,
    ) -> None:
        self._profile = profile
        self._clock = clock
        self._url = _checked_url(base_url)
        self._path = urlsplit(self._url).path
        self._headers = {
            profile.auth.header: profile.auth.prefix + _checked_key(key),
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": "hub",
        }
        self._judge = Judge(
            profile,
            connection=connection,
            version=version,
            scrub=lambda text: text.replace(key.strip(), "(the key)"),
        )
        self._wire = Wire(self._url, timeouts=timeouts or Timeouts())
        self._names = Names(profile, lookup=self._lookup, fetch=self.get, clock=clock)
        self._abilities = profile.abilities()
        self._gate = threading.Lock()
        self._blocked_until = 0.0

    @property
    def abilities(self) -> Abilities:
        """What the profile says."""
        return self._abilities

    def pages(
        self,
        resource: str,
        *,
        filters: Mapping[str, Any] | None = None,
        updated_since: str = "",
        oldest_change_first: bool = False,
        size: int | None = None,
    ) -> Iterator[Page]:
        """A list, page by page, lazily. What the API cannot filter is filtered here, so pages may be short or empty.

        The order is the API's own where it cannot sort.
        """
        kind = self._resource(resource, "GET")
        lists = self._profile.lists
        wanted = dict(filters or {})
        since = _checked_moment(updated_since)
        there = self._filters_of_the_api(kind, wanted)
        parameters = {name: as_text(value) for name, value in there.items()}
        if since and lists.updated_since:
            parameters[lists.updated_since] = write_moment(since)
        if oldest_change_first and lists.sort:
            parameters[lists.sort] = lists.sort_by_update
        pager = Pager(lists, url=self._url + kind.path, size=min(size or lists.default_size, lists.largest_size))
        asked = Asked(f"the list of {kind.name.replace('_', ' ')}", kind.words)
        ask: Ask | None = pager.first()
        while ask:
            target = ask.target or _with_query(self._path + kind.path, {**parameters, **ask.parameters})
            answer = self._send("GET", target, asked)
            body = self._read(answer, asked)
            records = self._records(kind, body)
            ask = pager.following(ask, Got(body, answer.headers, records))
            shown = tuple(
                record
                for record in records
                if has_values(record, wanted, trust=frozenset(there))
                and (since is None or is_since(record.get(self._profile.timestamps.updated), since))
            )
            yield Page(shown, last=ask is None)

    def get(self, resource: str, record_id: str) -> Record:
        """One record. NotFound when there is none."""
        kind = self._resource(resource, "GET")
        asked = Asked(f"{kind.words} {record_id}", kind.words, record_id)
        return self._record(kind, self._call("GET", self._target(kind, record_id), asked), asked)

    def create(self, resource: str, fields: Mapping[str, Any], *, key: str) -> Record:
        """A new record, as the API answers it. `key` goes along where the API honours idempotency keys."""
        kind = self._resource(resource, "POST")
        asked = Asked(f"the new {kind.words}", kind.words, write=True, fields=fields)
        header = self._profile.writes.idempotency_header
        more = {header: _as_header(key)} if header and key else {}
        return self._record(kind, self._call("POST", self._path + kind.path, asked, fields, more), asked)

    def update(self, resource: str, record_id: str, fields: Mapping[str, Any]) -> Record:
        """The record after the change. NotFound when there is none."""
        kind = self._resource(resource, "PATCH")
        asked = Asked(f"the change to {kind.words} {record_id}", kind.words, record_id, write=True, fields=fields)
        return self._record(kind, self._call("PATCH", self._target(kind, record_id), asked, fields), asked)

    def delete(self, resource: str, record_id: str) -> None:
        """Gone afterwards; a record that was gone already is no error."""
        kind = self._resource(resource, "DELETE")
        asked = Asked(f"the deletion of {kind.words} {record_id}", kind.words, record_id, write=True)
        try:
            self._call("DELETE", self._target(kind, record_id), asked)
        except NotFound:
            return

    def resolve(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """`fields` with references given by name turned into ids; ids pass through.

        Permanent for a field that the profile does not have, a name that does not exist, and one that two records
        share.
        """
        return self._names.resolve(self._resource(resource), fields)

    def expand(self, resource: str, record: Record) -> Record:
        """The record with `stage`, `job_type` and the employees as objects beside their ids; None where unset."""
        return self._names.expand(self._resource(resource), record)

    def catalogue(self) -> Catalogue:
        """The copy of stages, types and employees, at most a minute old."""
        return self._names.catalogue()

    def _lookup(self, resource: str, filters: Mapping[str, Any]) -> list[Record]:
        pages = self.pages(resource, filters=filters, size=self._profile.lists.largest_size)
        return [record for page in pages for record in page.records]

    def _resource(self, name: str, method: str = "") -> Resource:
        kind = self._profile.resources.get(name)
        if kind is None:
            known = ", ".join(self._profile.offered)
            raise Permanent(f"Workglue has nothing called {name}. There are {known}.")
        if method and method not in kind.methods:
            raise Permanent(f"Workglue does not let other programs {_DONE_BY[method]} {name.replace('_', ' ')}.")
        return kind

    def _filters_of_the_api(self, kind: Resource, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Those filters that the API can apply: equality on fields with one value. Unset and others are ours."""
        if not self._profile.lists.equality_filters:
            return {}
        return {
            name: value
            for name, value in wanted.items()
            if kind.fields.get(name) in SCALARS and isinstance(value, str | bool | int | float) and value != ""
        }

    def _target(self, kind: Resource, record_id: str) -> str:
        text = str(record_id).strip()
        if text in ("", ".", ".."):
            raise Permanent(f"Which {kind.words} is meant is not said: the id is {record_id!r}.")
        return f"{self._path}{kind.path}/{quote(text, safe='')}"

    def _call(
        self,
        method: str,
        target: str,
        asked: Asked,
        fields: Mapping[str, Any] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Any:
        body = None if fields is None else _as_json(fields, asked)
        headers = dict(more or {})
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._read(self._send(method, target, asked, headers, body), asked)

    def _send(
        self,
        method: str,
        target: str,
        asked: Asked,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        self._wait_for_patience()
        try:
            return self._wire.exchange(method, target, headers={**self._headers, **(headers or {})}, body=body)
        except NeverSent as problem:
            raise Transient(f"Workglue cannot be reached: {problem}.") from problem
        except Lost as problem:
            raise asked.lost(str(problem)) from problem

    def _wait_for_patience(self) -> None:
        """Raise RateLimited while the API has asked for patience: one thread's 429 holds for all."""
        left = self._blocked_until - self._clock()
        if left > 0:
            jitter = secrets.randbelow(1000) / 1000
            raise RateLimited("Workglue has asked for patience; the call was not made.", retry_after=left + jitter)

    def _read(self, answer: Answer, asked: Asked) -> Any:
        now = self._clock()
        try:
            return self._judge.read(answer, asked, now=now)
        except RateLimited as patience:
            with self._gate:
                self._blocked_until = max(self._blocked_until, now + (patience.retry_after or 0.0))
            raise

    def _records(self, kind: Resource, body: Any) -> list[Record]:
        records = dig(body, self._profile.lists.data_key)
        if not isinstance(records, list) or not all(_is_record(each) for each in records):
            raise Permanent(
                f"Workglue's list of {kind.name.replace('_', ' ')} is not where it is looked for.",
                hint="Check lists.data_key in the API profile.",
            )
        return [_with_text_ids(kind, record) for record in records]

    def _record(self, kind: Resource, body: Any, asked: Asked) -> Record:
        key = self._profile.lists.data_key
        if isinstance(body, dict) and not _is_record(body) and key:
            body = dig(body, key)  # some APIs wrap a single record as they wrap a list
        if not _is_record(body):
            raise asked.lost("the answer holds no record")
        return _with_text_ids(kind, body)


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), str | int) and value["id"] != ""


def _with_text_ids(kind: Resource, record: Record) -> Record:
    """Ids are opaque texts to the hub, also where the API writes them as numbers."""
    if isinstance(record["id"], str):
        return record
    texts: Record = {"id": str(record["id"])}
    for field, reference in kind.references.items():
        value = record.get(field)
        if not reference.many and isinstance(value, int):
            texts[field] = str(value)
        elif reference.many and isinstance(value, list):
            texts[field] = [str(each) for each in value]
    return {**record, **texts}


def _with_query(path: str, parameters: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path


def _checked_url(base_url: str) -> str:
    parts = urlsplit(base_url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingError("WORKGLUE_API_URL must be an address such as https://api.example.com/v1.")
    return base_url.strip().rstrip("/")


def _checked_key(key: str) -> str:
    text = key.strip()
    if not text or not text.isascii() or not text.isprintable():
        raise SettingError("WORKGLUE_API_KEY is empty or holds characters that no key has.")
    return text


def _checked_moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = read_moment(text)
    if moment is None:
        raise Permanent(f"{text!r} is not a time such as 2026-03-31T08:00:00Z.")
    return moment


def _as_header(key: str) -> str:
    return key if fullmatch(_HEADER_SAFE, key) else sha256(key.encode()).hexdigest()


def _as_json(fields: Mapping[str, Any], asked: Asked) -> bytes:
    try:
        return json.dumps(dict(fields), ensure_ascii=False, allow_nan=False, default=_plain).encode()
    except (TypeError, ValueError, RecursionError) as problem:
        raise Permanent(f"{asked.what[:1].upper()}{asked.what[1:]} holds a value that cannot be sent.") from problem


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)

"""The client of the Public API: hub.ports.Api, spoken in the dialect of a profile."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from re import fullmatch
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from hub.errors import NotFound, Permanent, RateLimited, SettingError, Transient, Unauthorized
from hub.model import Record
from hub.patience import USUAL_WAIT, read_date
from hub.ports import Abilities, Catalogue, Page
from hub.ports.keys import Credential, KeyInForce
from hub.timed import Answer, Lost, NeverSent, Timeouts
from hub.workglue.budget import IMPATIENCE, USUAL_SHARE, Allowance
from hub.workglue.dialect import SCALARS, Profile, Resource
from hub.workglue.matching import as_text, has_values, is_since, read_moment, write_moment
from hub.workglue.names import Names
from hub.workglue.paging import Ask, Got, Pager
from hub.workglue.verdicts import Asked, Judge, dig
from hub.workglue.wire import Wire

_DONE_BY = {"GET": "read", "POST": "create", "PATCH": "change", "DELETE": "delete"}
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "hub"}
_HEADER_SAFE = r"[A-Za-z0-9._~:/\[\]-]{1,200}"


class FixedKey:
    """hub.ports.keys.KeyInForce for one key that stays in force, whatever is said about it."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def current(self) -> Credential:
        """That key."""
        return self._credential

    def refused(self, version: int) -> None:
        """Nobody needs to be told."""

    def accepted(self, version: int) -> None:
        """Nobody needs to be told."""

    def noticed(self, version: int, state: str) -> None:
        """Nothing changes."""


class Workglue:
    """The Public API. Threads share one client; a process makes its own. Raises StepErrors and nothing else.

    Each call is made with the key that is in force when it begins: `keys` says which, else it is always `key`. `clock`
    returns seconds since 1970. SettingError when the address or the key cannot be used at all.
    """

    def __init__(
        self,
        *,
        base_url: str,
        key: str = "",
        keys: KeyInForce | None = None,
        profile: Profile,
        connection: str = "workglue",
        version: int = 1,
        clock: Callable[[], float],
        timeouts: Timeouts | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self._profile = profile
        self._clock = clock
        self._url = _checked_url(base_url)
        self._path = urlsplit(self._url).path
        self._connection = connection
        self._keys = keys or FixedKey(Credential(checked_key(key), version))
        self._wire = Wire(self._url, timeouts=timeouts or Timeouts())
        self._names = Names(profile, lookup=self._lookup, fetch=self.get, clock=clock)
        self._abilities = profile.abilities()
        self._allowance = allowance or Allowance(None, connection, rate=profile.rate, clock=clock, sleep=time.sleep)
        self._share = USUAL_SHARE

    def at(self, share: float) -> Workglue:
        """The same client for callers who may use up this part (0 to 1) of what the API allows at once."""
        twin = copy(self)
        twin._share = share
        return twin

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
        patience: Callable[[float], None] | None = None,
    ) -> Iterator[Page]:
        """A list, page by page, lazily. What the API cannot filter is filtered here, so pages may be short or empty.

        The order is the API's own where it cannot sort. Whoever has `patience` (see hub.ports.Api) wants to miss
        nothing: what records do between two pages is looked at as closely as the paging allows.
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
        fetch = partial(self._fetch, kind, parameters=parameters, patience=patience)
        ask: Ask | None = pager.first()
        while ask:
            got = fetch(ask)
            records, shifted = pager.join(got.records)
            probe = pager.probe(ask) if patience else None
            if probe is not None:
                shifted = [each["id"] for each in fetch(probe[0]).records[:1]] != [probe[1]]
            ask = pager.following(ask, got)
            known = (each for each in records if has_values(each, wanted, trust=frozenset(there)))
            stamp = self._profile.timestamps.updated
            shown = tuple(each for each in known if since is None or is_since(each.get(stamp), since))
            yield Page(shown, last=ask is None, served_at=read_date(got.headers.get("Date", "")), shifted=shifted)

    def _fetch(
        self, kind: Resource, ask: Ask, *, parameters: Mapping[str, str], patience: Callable[[float], None] | None
    ) -> Got:
        """One page; where the API asks for patience, and the caller has some, asked for again until it comes."""
        target = ask.target or _with_query(self._path + kind.path, {**parameters, **ask.parameters})
        asked = Asked(f"the list of {kind.name.replace('_', ' ')}", kind.words)
        share = self._share
        while True:
            try:
                answer, body = self.at(share)._exchange("GET", target, asked)
                return Got(body, answer.headers, self._records(kind, body))
            except RateLimited as wait:
                if patience is None:
                    raise
                patience(wait.retry_after or USUAL_WAIT)
                share = min(1.0, share + IMPATIENCE)  # who has waited long enough comes before the others

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
        return self._exchange(method, target, asked, headers, body)[1]

    def _exchange(
        self,
        method: str,
        target: str,
        asked: Asked,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> tuple[Answer, Any]:
        """Make one call, and read its answer."""
        self._keys.current()  # a key that does not work costs nothing of the budget
        self._allowance.spend(self._share)
        held = self._keys.current()
        sent = {**_HEADERS, self._profile.auth.header: self._profile.auth.prefix + held.key, **(headers or {})}
        try:
            answer = self._wire.exchange(method, target, headers=sent, body=body)
        except NeverSent as problem:
            raise Transient(f"Workglue cannot be reached: {problem}.") from problem
        except Lost as problem:
            raise asked.lost(str(problem)) from problem
        self._allowance.learn(answer.headers, good=answer.status < 300)
        return answer, self._read(answer, asked, held)

    def _read(self, answer: Answer, asked: Asked, held: Credential) -> Any:
        judge = Judge(
            self._profile,
            connection=self._connection,
            version=held.version,
            scrub=lambda text: text.replace(held.key, "(the key)"),
        )
        try:
            body = judge.read(answer, asked, now=self._clock())
        except Unauthorized:
            self._keys.refused(held.version)
            raise
        except RateLimited as patience:
            self._allowance.hold(patience.retry_after or USUAL_WAIT)
            raise
        self._keys.accepted(held.version)
        return body

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


def checked_key(key: str) -> str:
    """The key without the space around it. SettingError when it cannot be one."""
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

"""A Public API in memory, behind the real client: lists in every paging style, with all that goes wrong with lists.

Stamps are coarse and by a clock that is wrong; changes come into the lists late; records come, go and change while a
list is read, and the API may ask for patience or break off. What the truth was at each moment is kept, to judge by.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hub.timed import Answer
from hub.workglue.client import Workglue
from hub.workglue.matching import read_moment
from hub.workglue.profile import read_profile

Record = dict[str, Any]
WATCHED = ("a", "b")
LAG = 30.0
GRAIN = 5.0
UNLIMITED = "rate: {per_minute: 1000000, burst: 1000000}"

PROFILES = {
    name: read_profile(
        f"lists: {{{lists}, default_size: 3, largest_size: 3, index_lag_seconds: 30}}\n{more}\n{UNLIMITED}\n"
    )
    for name, lists, more in (
        ("cursor", "paging: cursor", "timestamps: {granularity_seconds: 5}"),
        ("offset", "paging: offset, page_parameter: skip", "timestamps: {granularity_seconds: 5}"),
        ("page", "paging: page, page_parameter: page", "timestamps: {granularity_seconds: 5}"),
        ("unsorted", "paging: offset, page_parameter: skip, sort: '', sort_by_update: ''", ""),
        ("no filter", "paging: offset, page_parameter: skip, updated_since: '', sort: '', sort_by_update: ''", ""),
        (
            "no stamps",
            "paging: cursor, updated_since: '', sort: '', sort_by_update: ''",
            "timestamps: {created: '', updated: ''}",
        ),
    )
}


@dataclass
class Version:
    """A record as it was from `at` on (None: deleted), in the lists since `visible_at`."""

    at: float
    visible_at: float
    record: Record | None


@dataclass
class Simulated:
    """The account. `mishap` is asked before each answer and may change records, or return a status to answer with."""

    style: str
    clock: Callable[[], float]
    dice: random.Random
    skew: float = 0.0
    latest: float = LAG
    mishap: Callable[[], int] = lambda: 200
    history: dict[str, list[Version]] = field(default_factory=dict)
    requests: int = 0
    empty_answers: int = 0

    def client(self) -> Workglue:
        """The real client, with this account in place of a network."""
        client = Workglue(base_url="http://127.0.0.1:1/v1", key="k", profile=PROFILES[self.style], clock=self.clock)
        client._wire = self  # type: ignore[assignment]
        return client

    # ---- what people do --------------------------------------------------------------------------------------

    def create(self, **fields: Any) -> str:
        """A new record; its id."""
        record_id = f"r{len(self.history):04d}"
        self._put(record_id, {"id": record_id, "a": 0, "b": 0, **fields, "created_at": self._stamp()})
        return record_id

    def edit(self, record_id: str, **fields: Any) -> None:
        """A change."""
        now = self.truth(record_id)
        assert now is not None
        self._put(record_id, {**now, **fields})

    def delete(self, record_id: str) -> None:
        """A deletion, which the lists show at once or late, as everything."""
        self._put(record_id, None)

    def alive(self) -> list[str]:
        """The ids of the records that are there now."""
        return [record_id for record_id in self.history if self.truth(record_id) is not None]

    def truth(self, record_id: str) -> Record | None:
        """The record as it is now, None when it is not there."""
        return self.history[record_id][-1].record

    def _put(self, record_id: str, record: Record | None) -> None:
        versions = self.history.setdefault(record_id, [])
        now = self.clock()
        late = self.dice.choice((0.0, 0.0, self.dice.uniform(0.0, self.latest)))
        visible_at = max(now + late, versions[-1].visible_at if versions else 0.0)
        if record is not None:
            record = {**record, "updated_at": self._stamp()}
        versions.append(Version(now, visible_at, record))

    def _stamp(self) -> str:
        return _iso((self.clock() + self.skew) // GRAIN * GRAIN)

    # ---- the API ---------------------------------------------------------------------------------------------

    def exchange(self, _method: str, target: str, **_: Any) -> Answer:
        """hub.workglue.wire.Wire.exchange."""
        self.requests += 1
        status = self.mishap()
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        headers = {"Date": formatdate(self.clock() + self.skew, usegmt=True), "Retry-After": "2"}
        if status != 200:
            return Answer(status, headers, b'{"error": {}}')
        record_id = parts.path.rpartition("/")[2]
        if record_id in self.history:
            found = self.truth(record_id)
            body = json.dumps(found or {"error": {"code": "not_found"}})
            return Answer(200 if found else 404, headers, body.encode())
        return Answer(200, headers, json.dumps(self._page(query)).encode())

    def _page(self, query: Mapping[str, str]) -> dict[str, Any]:
        if self.empty_answers:
            self.empty_answers -= 1
            return {"data": [], "next_cursor": None}
        rows = self._listed(query.get("updated_since", ""))
        by_change = query.get("sort") == "updated_at" or ("updated_since" in query and self.style != "unsorted")
        rows.sort(key=lambda row: (row["updated_at"], row["id"]) if by_change else ("", row["id"]))
        size = int(query.get("limit", "3"))
        if self.style in ("cursor", "no stamps"):
            after = json.loads(query["cursor"]) if "cursor" in query else ["", ""]
            rows = [row for row in rows if [row["updated_at"] if by_change else "", row["id"]] > after]
            more = len(rows) > size
            last = rows[:size][-1] if more else None
            following = json.dumps([last["updated_at"] if by_change else "", last["id"]]) if last else None
            return {"data": rows[:size], "next_cursor": following}
        start = int(query.get("skip", "0")) + (int(query.get("page", "1")) - 1) * size
        return {"data": rows[start : start + size]}

    def _listed(self, since: str) -> list[Record]:
        now = self.clock()
        moment = read_moment(since) if since else None
        found = []
        for versions in self.history.values():
            seen = [each for each in versions if each.visible_at <= now]
            record = seen[-1].record if seen else None
            if record is not None and (moment is None or read_moment(record["updated_at"]) >= moment):  # type: ignore[operator]
                found.append(dict(record))
        return found


def _iso(at: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")

"""Rows in the making, and the moments and phone numbers that they are given."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sandbox.resources import RESOURCES
from sandbox.seeding.words import AREA_CODES
from sandbox.stamps import write_stamp

DAY = 86_400_000_000
Row = tuple[Any, ...]


@dataclass
class Rows:
    """Rows ready to be stored: of records by resource, of links by table."""

    records: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in RESOURCES})
    links: dict[str, list[Row]] = field(default_factory=lambda: {"customers_contacts": [], "jobs_contacts": []})

    def add(self, resource: str, created: int, updated: int, values: dict[str, Any]) -> int:
        """Add one record and return its row number. Stamps are in microseconds."""
        rows = self.records[resource]
        number = len(rows) + 1
        columns = (values.get(column.name) for column in RESOURCES[resource].columns)
        rows.append((number, write_stamp(created), write_stamp(max(created, updated)), *columns))
        return number


def midnight(day: date) -> int:
    """The beginning of a day, UTC, in microseconds since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000


def day_of(moment: int, *, plus: int = 0) -> str:
    """The calendar day of a moment, `plus` days later."""
    return (datetime.fromtimestamp(moment // 1_000_000, UTC).date() + timedelta(days=plus)).isoformat()


def moment_between(dice: random.Random, earliest: int, latest: int) -> int:
    """Some moment from `earliest` up to `latest`, in working hours (UTC-7) where there is room for it."""
    moment = earliest + int(dice.random() * max(0, latest - earliest))
    within = moment // DAY * DAY + int((14 + dice.random() * 10) * DAY / 24)
    return within if earliest <= within < latest else moment


def phone(dice: random.Random) -> str:
    """A phone number from the range that is kept for fiction."""
    return f"({dice.choice(AREA_CODES)}) 555-01{dice.randrange(100):02d}"

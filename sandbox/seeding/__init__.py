"""The account that the sandbox starts with. The same seed, size and date always make the same records."""

from __future__ import annotations

import random
import sqlite3
from datetime import UTC, date, datetime

from sandbox.database import Database, indexes
from sandbox.problems import UsageError
from sandbox.resources import RESOURCES, Resource
from sandbox.seeding.customers import make_customers
from sandbox.seeding.jobs import make_jobs
from sandbox.seeding.moments import Rows, midnight
from sandbox.seeding.staff import make_staff
from sandbox.stamps import microseconds_of

USUAL_JOBS = 400
CUSTOMERS_PER_JOB = 0.65
CONTACTS_PER_JOB = 0.825
Counts = dict[str, int]


def seed_when_empty(
    database: Database, *, seed: int = 1, jobs: int | None = None, today: date | None = None
) -> Counts | None:
    """Fill an empty database. Returns what it holds then, or None when it was not empty and was left alone."""
    with database.reading() as connection:
        if _filled(connection):
            return None
    made = _make(seed=seed, jobs=jobs, today=today)
    with database.writing() as connection:
        # Another process may have been faster.
        return None if _filled(connection) else _fill(connection, made)


def start_anew(database: Database, *, seed: int = 1, jobs: int | None = None, today: date | None = None) -> Counts:
    """Throw everything away but the API keys, and fill the database. Returns what it holds then."""
    made = _make(seed=seed, jobs=jobs, today=today)
    with database.writing() as connection:
        for table in (*RESOURCES, *made.links, "activity", "remembered_answers", "messages", "faults"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608
        connection.execute("DELETE FROM sqlite_sequence WHERE name <> 'api_keys'")
        return _fill(connection, made)


def _filled(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM job_stages LIMIT 1").fetchone() is not None


def _fill(connection: sqlite3.Connection, made: Rows) -> Counts:
    for name in made.records:
        for index in _index_names(RESOURCES[name]):
            connection.execute(f"DROP INDEX {index}")
    for table, rows in (*made.records.items(), *made.links.items()):
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
    for name in made.records:
        for statement in indexes(RESOURCES[name]):
            connection.execute(statement)
    latest = max(row[2] for rows in made.records.values() for row in rows)
    connection.execute("INSERT OR REPLACE INTO marks (name, value) VALUES ('stamp', ?)", (microseconds_of(latest),))
    connection.execute("ANALYZE")
    return {name: len(rows) for name, rows in made.records.items()}


def _make(*, seed: int, jobs: int | None, today: date | None) -> Rows:
    jobs = USUAL_JOBS if jobs is None else jobs
    if jobs < 0:
        raise UsageError("The number of jobs must be 0 or more.")
    # Repeatable on purpose: nothing here is a secret.
    dice = random.Random(f"workglue sandbox {seed}")  # noqa: S311
    end = midnight(today or datetime.now(UTC).date())
    rows = Rows()
    make_staff(rows, dice, end=end)
    make_customers(
        rows, dice, end=end, customers=round(jobs * CUSTOMERS_PER_JOB), contacts=round(jobs * CONTACTS_PER_JOB)
    )
    make_jobs(rows, dice, end=end, jobs=jobs)
    return rows


def _index_names(resource: Resource) -> list[str]:
    return [statement.split()[5] for statement in indexes(resource)]

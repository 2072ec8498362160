"""The audit trail only grows, whoever asks, and a change behind the program's back shows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Executable, delete, text, update
from sqlalchemy.exc import IntegrityError

from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.tables import audit
from hub.store.views import Views
from hub.store.views.shapes import AuditRow
from tests.store.samples import NOW


def write_three(ledger: SqlLedger) -> None:
    for number in (1, 2, 3):
        ledger.audit("ana", "recipe.edit", now=NOW, before={"n": number}, after=[number], where="198.51.100.7")


def tamper(db: Database, statement: Executable) -> None:
    """What only somebody with the database's own keys can do."""
    with db.write() as connection:
        if db.is_sqlite:
            connection.execute(text("DROP TRIGGER audit_guard_update"))
            connection.execute(text("DROP TRIGGER audit_guard_delete"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(statement)


def test_rows_are_listed_newest_first_in_pages(db: Database, ledger: SqlLedger) -> None:
    write_three(ledger)
    first = Views(db).audit_log(limit=2)
    assert first.items[0] == AuditRow(3, NOW, "ana", "recipe.edit", {"n": 3}, [3], "198.51.100.7")
    rest = Views(db).audit_log(after=first.next, limit=2)
    assert [row.seq for row in (*first.items, *rest.items)] == [3, 2, 1]
    assert rest.next == ""
    assert Views(db).find_audit_break() is None


def test_no_statement_changes_or_removes_a_row(db: Database, ledger: SqlLedger) -> None:
    write_three(ledger)
    statements: list[Executable] = [update(audit).values(who="bo"), delete(audit)]
    if not db.is_sqlite:  # SQLite knows no TRUNCATE
        statements.append(text("TRUNCATE audit"))
    for statement in statements:
        with pytest.raises(IntegrityError, match="the audit trail only grows"), db.write() as connection:
            connection.execute(statement)
    assert len(Views(db).audit_log().items) == 3


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        (update(audit).where(audit.c.seq == 2).values(who="bo"), 2),
        (update(audit).where(audit.c.seq == 2).values(before=None), 2),
        (delete(audit).where(audit.c.seq == 1), 1),
        (delete(audit).where(audit.c.seq == 2), 2),
    ],
)
def test_tampering_shows(db: Database, ledger: SqlLedger, tampering: Executable, broken_at: int) -> None:
    write_three(ledger)
    tamper(db, tampering)
    assert Views(db).find_audit_break() == broken_at


def test_many_writers_make_one_chain(db: Database, ledger: SqlLedger) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: ledger.audit("ana", f"deed {number}", now=NOW), range(40)))
    assert len(Views(db).audit_log().items) == 40
    assert Views(db).find_audit_break() is None

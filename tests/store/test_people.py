"""Users and sessions: found by e-mail in any capitals, ended at once, audited without their secrets."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.people import User
from hub.store.tables import session
from hub.store.views import Views
from tests.store.samples import NOW


@pytest.fixture
def ana(ledger: SqlLedger) -> User:
    """A user."""
    user = ledger.create_user(
        "usr_1", email="Ana@Example.com", password_hash="$argon2id$x", role="office", now=NOW, by="setup"
    )
    assert user is not None
    return user


def test_a_user_is_found_in_any_capitals(db: Database, ledger: SqlLedger, ana: User) -> None:
    assert ana == User("usr_1", "ana@example.com", "$argon2id$x", "office", NOW)
    assert ledger.find_user("ANA@example.COM") == ana
    assert ledger.find_user("bo@example.com") is None
    assert Views(db).users() == [ana]


def test_an_address_is_taken_once(db: Database, ledger: SqlLedger, ana: User) -> None:
    twin = ledger.create_user("usr_2", email="ana@EXAMPLE.com", password_hash="y", role="admin", now=NOW, by="setup")
    assert twin is None
    assert Views(db).users() == [ana]
    assert len(Views(db).audit_log().items) == 1


def test_a_session_lasts_until_its_time_or_its_end(ledger: SqlLedger, ana: User) -> None:
    ledger.open_session("usr_1", "token", now=NOW, lifetime=60, remote="198.51.100.7")
    found = ledger.find_session("token", now=NOW + 59)
    assert found is not None
    assert (found.user, found.opened_at, found.expires_at, found.remote) == (ana, NOW, NOW + 60, "198.51.100.7")
    assert ledger.find_session("token", now=NOW + 60) is None
    assert ledger.find_session("tokem", now=NOW) is None
    ledger.end_session("token")
    assert ledger.find_session("token", now=NOW) is None


def test_all_sessions_of_one_user_end_together(ledger: SqlLedger, ana: User) -> None:
    ledger.create_user("usr_2", email="bo@example.com", password_hash="y", role="admin", now=NOW, by="setup")
    for user_id, token in (("usr_1", "a"), ("usr_1", "b"), ("usr_2", "c")):
        ledger.open_session(user_id, token, now=NOW, lifetime=60)
    assert ledger.end_sessions("usr_1") == 2
    assert ledger.find_session("a", now=NOW) is None
    assert ledger.find_session("c", now=NOW) is not None


def test_a_new_role_counts_at_once(db: Database, ledger: SqlLedger, ana: User) -> None:
    ledger.open_session("usr_1", "a", now=NOW, lifetime=60)
    assert ledger.set_role("usr_1", "admin", now=NOW, by="bo", where="198.51.100.7")
    found = ledger.find_session("a", now=NOW)
    assert found is not None
    assert found.user.role == "admin"
    assert not ledger.set_role("usr_9", "admin", now=NOW, by="bo")
    row = Views(db).audit_log().items[0]
    assert (row.what, row.where) == ("user.role", "198.51.100.7")
    assert (row.before, row.after) == (
        {"user": "ana@example.com", "role": "office"},
        {"user": "ana@example.com", "role": "admin"},
    )


def test_a_new_password_ends_all_sessions_and_stays_out_of_the_trail(
    db: Database, ledger: SqlLedger, ana: User
) -> None:
    ledger.open_session("usr_1", "a", now=NOW, lifetime=60)
    assert ledger.set_password("usr_1", "$argon2id$new", now=NOW, by="ana@example.com")
    assert ledger.find_session("a", now=NOW) is None
    found = ledger.find_user("ana@example.com")
    assert found is not None
    assert found.password_hash == "$argon2id$new"
    assert not ledger.set_password("usr_9", "x", now=NOW, by="ana@example.com")
    assert "argon2id" not in repr(Views(db).audit_log().items)
    assert "argon2id" not in repr(found)


def test_a_token_does_not_stand_in_the_database(db: Database, ledger: SqlLedger, ana: User) -> None:
    ledger.open_session("usr_1", "canary-token", now=NOW, lifetime=60)
    with db.read() as connection:
        rows = connection.execute(select(session)).all()
    assert rows
    assert "canary-token" not in repr(rows)

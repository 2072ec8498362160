"""Secrets are sealed: unreadable in the database, bound to their names, and their keys can be changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, update

from hub.errors import SettingError
from hub.store.crypto import Sealer
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.tables import secret
from hub.store.views import Views
from tests.store.samples import NOW

OLD, NEW = Sealer.new_key(), Sealer.new_key()
CANARY = "canary-4f1d\u0000\ud800 \N{HONEYBEE}"


@pytest.fixture
def vault(db: Database) -> SqlLedger:
    """A ledger that seals."""
    return SqlLedger(db, Sealer([OLD]))


def test_a_secret_comes_back_as_it_was_put(db: Database, vault: SqlLedger) -> None:
    vault.put_secret("CHAT", "first", by="ana", now=NOW)
    vault.put_secret("CHAT", CANARY, by="ana", now=NOW)
    vault.put_secret("API", "", by="ana", now=NOW)
    assert vault.secret_values() == {"API": "", "CHAT": CANARY}
    assert SqlLedger(db).secret_names() == ["API", "CHAT"]
    assert vault.drop_secret("CHAT", by="ana", now=NOW)
    assert not vault.drop_secret("CHAT", by="ana", now=NOW)
    assert vault.secret_names() == ["API"]


def test_a_secret_stands_nowhere_in_readable_form(db: Database, vault: SqlLedger) -> None:
    vault.put_secret("CHAT", "canary-4f1d", by="ana", now=NOW)
    assert "canary" not in repr(Views(db).audit_log().items)
    with db.read() as connection:
        assert "canary" not in repr(connection.execute(select(secret)).all())
    db.close()
    if db.is_sqlite:
        folder = Path(str(db.url.database)).parent
        files = [file for file in folder.iterdir() if file.name.startswith("hub.db")]
        assert files
        assert not any(b"canary" in file.read_bytes() for file in files)


def test_putting_and_dropping_are_audited(db: Database, vault: SqlLedger) -> None:
    vault.put_secret("CHAT", "x", by="ana", now=NOW, where="198.51.100.7")
    vault.drop_secret("CHAT", by="bo", now=NOW)
    dropped, put = Views(db).audit_log().items
    assert (put.who, put.what, put.after, put.where) == ("ana", "secret.put", {"secret": "CHAT"}, "198.51.100.7")
    assert (dropped.who, dropped.what, dropped.before) == ("bo", "secret.drop", {"secret": "CHAT"})


def test_a_sealed_value_in_another_row_is_noticed(db: Database, vault: SqlLedger) -> None:
    vault.put_secret("A", "x", by="ana", now=NOW)
    vault.put_secret("B", "y", by="ana", now=NOW)
    with db.write() as connection:
        sealed = connection.execute(select(secret.c.sealed).where(secret.c.name == "A")).scalar_one()
        connection.execute(update(secret).where(secret.c.name == "B").values(sealed=sealed))
    with pytest.raises(SettingError, match="The secret B holds the value of another one, A"):
        vault.secret_values()


def test_keys_are_changed_without_losing_a_secret(db: Database, vault: SqlLedger) -> None:
    vault.put_secret("CHAT", "x", by="ana", now=NOW)
    both = SqlLedger(db, Sealer([NEW, OLD]))
    assert both.secret_values() == {"CHAT": "x"}
    with pytest.raises(SettingError, match="The secret CHAT cannot be read with the present sealing keys"):
        SqlLedger(db, Sealer([NEW])).secret_values()
    assert both.reseal(by="ana", now=NOW) == 1
    assert SqlLedger(db, Sealer([NEW])).secret_values() == {"CHAT": "x"}


def test_the_first_key_seals() -> None:
    assert Sealer([NEW]).unseal("A", Sealer([NEW, OLD]).seal("A", "x")) == "x"
    with pytest.raises(SettingError):
        Sealer([OLD]).unseal("A", Sealer([NEW, OLD]).seal("A", "x"))
    with pytest.raises(SettingError):
        Sealer([OLD]).rotate(Sealer([NEW]).seal("A", "x"))


def test_any_long_text_is_a_key_and_a_short_one_is_refused() -> None:
    Fernet(Sealer.new_key())
    text = "a long enough text from a password manager"
    assert Sealer([text]).unseal("A", Sealer([text]).seal("A", "x")) == "x"
    with pytest.raises(SettingError, match="Key number 2 of HUB_SEALING_KEYS is too short: it has 5 characters"):
        Sealer([OLD, "short"])
    with pytest.raises(SettingError, match="no key to seal"):
        Sealer([])


def test_without_keys_nothing_is_sealed(ledger: SqlLedger) -> None:
    with pytest.raises(SettingError, match="no key to seal"):
        ledger.put_secret("CHAT", "x", by="ana", now=NOW)
    assert ledger.secret_values() == {}


def test_the_value_before_is_kept_for_a_while(vault: SqlLedger) -> None:
    vault.put_secret("HOOK", "one", by="ana", now=NOW, previous_until=NOW + 60)
    assert vault.previous_values(now=NOW) == {}, "there was none"
    vault.put_secret("HOOK", "one", by="ana", now=NOW, previous_until=NOW + 60)
    assert vault.previous_values(now=NOW) == {}, "it was the same"
    vault.put_secret("HOOK", "two", by="ana", now=NOW, previous_until=NOW + 60)
    assert vault.secret_values() == {"HOOK": "two"}
    assert vault.previous_values(now=NOW + 59) == {"HOOK": "one"}
    assert vault.previous_values(now=NOW + 60) == {}
    vault.note_previous_used("HOOK", now=NOW + 5)
    vault.note_previous_used("HOOK", now=NOW + 3)
    [line] = vault.secret_lines()
    assert (line.previous_until, line.previous_used_at) == (NOW + 60, NOW + 5)
    vault.put_secret("HOOK", "three", by="ana", now=NOW)
    assert vault.previous_values(now=NOW) == {}, "only on demand"


def test_everything_that_is_sealed_is_sealed_again_or_nothing(db: Database, vault: SqlLedger) -> None:
    vault.put_secret("A", "one", by="ana", now=NOW)
    vault.put_secret("A", "two", by="ana", now=NOW, previous_until=NOW + 60)
    vault.enter_key("workglue", "wga_key", environment="", by="ana", now=NOW)
    both = SqlLedger(db, Sealer([NEW, OLD]))
    assert both.look_at_seals().under == (1, 1, 1)
    assert both.reseal(by="ana", now=NOW) == 3
    fresh = SqlLedger(db, Sealer([NEW]))
    assert fresh.look_at_seals().under == (0, 0, 0)
    assert fresh.secret_values() == {"A": "two"}
    assert fresh.previous_values(now=NOW) == {"A": "one"}
    row = fresh.key_row("workglue")
    assert row is not None and fresh.open_key(row) == "wga_key"
    SqlLedger(db, Sealer([OLD])).put_secret("B", "x", by="ana", now=NOW)
    for verb in (fresh.look_at_seals, lambda: fresh.reseal(by="ana", now=NOW)):
        with pytest.raises(SettingError, match="cannot be read with the present sealing keys"):
            verb()
    assert both.look_at_seals().under == (0, 1, 0, 0)


def test_keys_that_change_while_it_runs_are_noticed() -> None:
    keys = [OLD]
    sealer = Sealer(lambda: tuple(keys))
    old = sealer.seal("A", "x")
    keys.insert(0, NEW)
    assert Sealer([NEW]).unseal("A", sealer.seal("A", "y")) == "y", "the newest seals at once"
    keys[:] = [Sealer.new_key(), NEW, OLD]
    assert sealer.unseal("A", old) == "x"
    assert sealer.unseal("A", Sealer([keys[0]]).seal("A", "z")) == "z", "looked for when something does not open"

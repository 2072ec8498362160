"""The keys to other APIs: rejected once, however many notice it, and replaced once, with everything that waited."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, select, update

from hub.errors import SettingError
from hub.model import RunStatus
from hub.ports.entries import RunChange
from hub.ports.keys import KeyRow
from hub.store.desk import Desk
from hub.store.dialects import insert_new
from hub.store.ledger.trail import write_audit
from hub.store.tables import connection as key
from hub.store.tables import run

TAIL = 4
"""How many of a key's last characters people may see, of a key that is long enough for that."""

_LONG_ENOUGH = 16
_ROW = [key.c[each.name] for each in fields(KeyRow)]


class Keys(Desk):
    """The ledger's verbs about keys. A run does not say which key it waits for, so a good key releases all PARKED
    runs: one that waits for another key parks itself again."""

    def key_row(self, name: str) -> KeyRow | None:
        """The key of this connection, None when there never was one."""
        with self.db.read() as connection:
            row = connection.execute(select(*_ROW).where(key.c.name == name)).first()
        return None if row is None else KeyRow(**row._asdict())

    def open_key(self, row: KeyRow) -> str:
        """The key itself. SettingError when the sealing keys do not open it."""
        if self.sealer is None:
            raise SettingError("There is no key to open the API key with.", hint="Set HUB_SEALING_KEYS.")
        return self.sealer.unseal(seal_name(row.name), row.sealed)

    def reject_key(self, name: str, *, version: int, now: float) -> bool:
        """Mark a key as rejected. False when its version has moved on, or it was marked already."""
        with self.db.write() as connection:
            this = (key.c.name == name, key.c.version == version, key.c.state == "ok")
            return _change(connection, *this, state="rejected", changed_at=now)

    def restore_key(self, name: str, *, version: int, now: float) -> bool:
        """A rejected key was tried again and works: state ok, its PARKED runs QUEUED. False when its version has
        moved on, or it was not rejected."""
        with self.db.write() as connection:
            this = (key.c.name == name, key.c.version == version, key.c.state == "rejected")
            if not _change(connection, *this, state="ok", changed_at=now):
                return False
            _release(connection, now)
        return True

    def connect(self, name: str, *, fingerprint: str, now: float, text: str = "") -> bool:
        """The environment gives the key with this fingerprint. Where it gave another one before, this one becomes the
        current one: a new version, state ok, its PARKED runs QUEUED. False when nothing changed.

        So the key that was set last wins: one that the office enters stays in force until the environment's changes.
        With its `text` it is kept sealed, so that processes whose environment is older can use it, too.
        """
        given = _given(text, self._seal(name, text)) | {"fingerprint": fingerprint, "origin": "environment"}
        with self.db.write() as connection:
            insert_new(connection, key, [_first(name, now)])
            seen = connection.execute(select(*_SEEN).where(key.c.name == name).with_for_update()).one()
            if seen.environment == fingerprint:
                if text and seen.fingerprint == fingerprint and not seen.sealed:
                    _change(connection, key.c.name == name, **given)
                return False
            noted = {"environment": fingerprint}
            if seen.fingerprint == fingerprint:
                _change(connection, key.c.name == name, **noted)
                return False
            _replace(connection, name, now, given | noted | {"entered_by": ""})
        return True

    def enter_key(self, name: str, text: str, *, environment: str, by: str, now: float, where: str = "") -> int:
        """A person gives the key: a new version, state ok, its PARKED runs QUEUED. Audited, without the key. Returns
        the version. `environment` is the fingerprint of the key that the environment gives, "" for none: it is
        remembered, so that only another one takes this key's place."""
        given = _given(text, self._seal(name, text)) | {"fingerprint": fingerprint_of(text), "origin": "office"}
        with self.db.write() as connection:
            insert_new(connection, key, [_first(name, now)])
            more = {"environment": environment} if environment else {}
            _replace(connection, name, now, given | more | {"entered_by": by})
            version = connection.execute(select(key.c.version).where(key.c.name == name)).scalar_one()
            after = {"connection": name, "version": version, "ends in": given["tail"]}
            write_audit(connection, now=now, who=by, what="key.set", after=after, where=where)
        return int(version)

    def forget_key(self, name: str, *, by: str, now: float, where: str = "") -> bool:
        """There is no key any more, until one is entered or the environment gives one. False when there is none.
        Audited."""
        gone = {"fingerprint": "", "environment": "", "sealed": "", "tail": "", "origin": "", "entered_by": ""}
        moved = {"version": key.c.version + 1, "state": "missing", "changed_at": now, "entered_at": None}
        with self.db.write() as connection:
            if not _change(connection, key.c.name == name, key.c.fingerprint != "", **gone, **moved):
                return False
            write_audit(connection, now=now, who=by, what="key.forget", before={"connection": name}, where=where)
        return True

    def count_calls(self, name: str, *, version: int, calls: int, now: float) -> None:
        """So many calls were made with this version, the last of them now and with success."""
        minute = int(now // 60)
        same, next_one = key.c.used_minute == minute, key.c.used_minute == minute - 1
        counted = {
            "used_at": now,
            "used_minute": minute,
            "used_calls": case((same, key.c.used_calls), else_=0) + calls,
            "used_before": case((same, key.c.used_before), (next_one, key.c.used_calls), else_=0),
        }
        with self.db.write() as connection:
            _change(connection, key.c.name == name, key.c.version == version, **counted)

    def _seal(self, name: str, text: str) -> str:
        return self.sealer.seal(seal_name(name), text) if self.sealer is not None and text else ""


_SEEN = (key.c.environment, key.c.fingerprint, key.c.sealed)


def fingerprint_of(text: str) -> str:
    """What tells one key from another, and from which nobody can tell the key; "" for none."""
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


def seal_name(connection: str) -> str:
    """The name under which a connection's key is sealed: one that no secret can have."""
    return f"key of {connection}"


def still_parked(connection: Connection, change: RunChange) -> RunChange:
    """A run that is about to wait for a key, inside somebody's transaction: due at once where that key has been
    replaced, or works again, since the call was refused. Nobody would wake it otherwise."""
    if change.status is not RunStatus.PARKED or change.waits_for is None:
        return change
    name, version = change.waits_for
    question = select(key.c.version, key.c.state, key.c.changed_at).where(key.c.name == name)
    row = connection.execute(question.with_for_update(read=True)).first()
    if row is None or row.state != "ok" or row.version < version:
        return change
    return replace(change, status=RunStatus.QUEUED, due_at=row.changed_at, reason="")


def _given(text: str, sealed: str) -> dict[str, Any]:
    return {"sealed": sealed, "tail": text[-TAIL:] if len(text) >= _LONG_ENOUGH else ""}


def _first(name: str, now: float) -> dict[str, Any]:
    return {"name": name, "version": 0, "state": "missing", "fingerprint": "", "changed_at": now}


def _replace(connection: Connection, name: str, now: float, values: dict[str, Any]) -> None:
    fresh = {"version": key.c.version + 1, "state": "ok", "changed_at": now, "entered_at": now, "used_at": None}
    _change(connection, key.c.name == name, **fresh, **values)
    _release(connection, now)


def _change(connection: Connection, *which: ColumnElement[bool], **values: Any) -> bool:
    return connection.execute(update(key).where(and_(*which)).values(**values)).rowcount == 1


def _release(connection: Connection, now: float) -> None:
    parked = update(run).where(run.c.status == RunStatus.PARKED)
    connection.execute(parked.values(status=RunStatus.QUEUED, due_at=now, reason=""))

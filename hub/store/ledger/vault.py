"""Secrets of recipes, sealed. Their values never stand in the audit trail, nor in any error."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select, update

from hub.errors import SettingError
from hub.ports.keys import Resealing, SecretLine
from hub.store.crypto import Sealer
from hub.store.desk import Desk
from hub.store.dialects import upsert
from hub.store.ledger.keys import seal_name
from hub.store.ledger.trail import write_audit
from hub.store.tables import connection as key
from hub.store.tables import secret

_LINE = (secret.c.name, secret.c.changed_at, secret.c.changed_by, secret.c.previous_until, secret.c.previous_used_at)


class Vault(Desk):
    """The ledger's verbs about secrets. SettingError without sealing keys, or when a secret does not fit them."""

    def put_secret(
        self, name: str, value: str, *, by: str, now: float, where: str = "", previous_until: float | None = None
    ) -> None:
        """Keep a secret, or replace it. Audited, without the value.

        With `previous_until` the value that it has now is still believed at webhooks until then; one that is the same
        as the new one is not worth that.
        """
        row = {"name": name, "sealed": self._keys().seal(name, value), "changed_at": now, "changed_by": by}
        row |= {"previous": "", "previous_until": None, "previous_used_at": None}
        after: dict[str, object] = {"secret": name}
        with self.db.write() as connection:
            if previous_until is not None:
                question = select(secret.c.sealed).where(secret.c.name == name).with_for_update()
                old = connection.execute(question).scalar() or ""
                if old and self._keys().unseal(name, old) != value:
                    row |= {"previous": old, "previous_until": previous_until}
                    after["previous until"] = previous_until
            upsert(connection, secret, [row])
            write_audit(connection, now=now, who=by, what="secret.put", after=after, where=where)

    def drop_secret(self, name: str, *, by: str, now: float, where: str = "") -> bool:
        """Forget a secret. False when there is none. Audited."""
        with self.db.write() as connection:
            if connection.execute(delete(secret).where(secret.c.name == name)).rowcount == 0:
                return False
            write_audit(connection, now=now, who=by, what="secret.drop", before={"secret": name}, where=where)
        return True

    def drop_previous(self, name: str, *, by: str, now: float, where: str = "") -> bool:
        """Believe the value before no longer. False when there is none. Audited."""
        gone = {"previous": "", "previous_until": None, "previous_used_at": None}
        with self.db.write() as connection:
            this = update(secret).where(secret.c.name == name, secret.c.previous != "")
            if connection.execute(this.values(**gone)).rowcount == 0:
                return False
            write_audit(connection, now=now, who=by, what="secret.drop_previous", before={"secret": name}, where=where)
        return True

    def note_previous_used(self, name: str, *, now: float) -> None:
        """A delivery that came `now` was believed for the value before. An older one changes nothing."""
        later = func.coalesce(secret.c.previous_used_at, 0.0) < now
        this = (secret.c.name == name, secret.c.previous != "", later)
        with self.db.write() as connection:
            connection.execute(update(secret).where(*this).values(previous_used_at=now))

    def secret_values(self) -> dict[str, str]:
        """All secrets, by name."""
        with self.db.read() as connection:
            rows = connection.execute(select(secret.c.name, secret.c.sealed).order_by(secret.c.name)).all()
        return {name: self._keys().unseal(name, sealed) for name, sealed in rows}

    def previous_values(self, *, now: float) -> dict[str, str]:
        """The values before, by the secret's name, of those that are still believed."""
        these = (secret.c.previous != "", secret.c.previous_until > now)
        with self.db.read() as connection:
            rows = connection.execute(select(secret.c.name, secret.c.previous).where(*these)).all()
        return {name: self._keys().unseal(name, sealed) for name, sealed in rows}

    def secret_names(self) -> list[str]:
        """The names of all secrets, in order. Needs no key."""
        with self.db.read() as connection:
            return list(connection.execute(select(secret.c.name).order_by(secret.c.name)).scalars())

    def secret_lines(self) -> list[SecretLine]:
        """All secrets without their values, by name. Needs no key."""
        with self.db.read() as connection:
            return [SecretLine(*row) for row in connection.execute(select(*_LINE).order_by(secret.c.name))]

    def look_at_seals(self) -> Resealing:
        """Open everything that is sealed, and say under which keys it is. SettingError names what cannot be opened."""
        with self.db.read() as connection:
            rows = _sealed(connection)
        return Resealing(tuple(self._keys().place(name, sealed) for name, sealed in rows))

    def reseal(self, *, by: str, now: float) -> int:
        """Put everything that is sealed under the first sealing key, so that the old ones can be taken away. Returns
        how many values there were. All of them or, when one cannot be opened, none (SettingError). Audited."""
        sealer = self._keys()
        sealer.refresh()
        with self.db.write() as connection:
            count = 0
            for table, key_column, sealed, _ in _PLACES:
                rows = connection.execute(select(key_column, sealed).where(sealed != "").with_for_update()).all()
                for name, value in rows:
                    again = {sealed.name: sealer.rotate(value)}
                    connection.execute(update(table).where(key_column == name).values(**again))
                count += len(rows)
            write_audit(connection, now=now, who=by, what="keys.rotate", after={"sealed again": count})
        return count

    def _keys(self) -> Sealer:
        if self.sealer is None:
            raise SettingError("There is no key to seal secrets with.", hint="Set HUB_SEALING_KEYS.")
        return self.sealer


_PLACES = (
    (secret, secret.c.name, secret.c.sealed, str),
    (secret, secret.c.name, secret.c.previous, str),
    (key, key.c.name, key.c.sealed, seal_name),
)
"""Everything that is sealed: table, key, column, and from the key the name that stands inside the seal."""


def _sealed(connection: Connection) -> list[tuple[str, str]]:
    found = []
    for _, key_column, sealed, named in _PLACES:
        rows = connection.execute(select(key_column, sealed).where(sealed != "")).all()
        found += [(named(name), value) for name, value in rows]
    return found

"""Secrets of recipes, sealed. Their values never stand in the audit trail, nor in any error."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from hub.errors import SettingError
from hub.store.crypto import Sealer
from hub.store.desk import Desk
from hub.store.dialects import upsert
from hub.store.ledger.trail import write_audit
from hub.store.tables import secret


class Vault(Desk):
    """The ledger's verbs about secrets. SettingError without sealing keys, or when a secret does not fit them."""

    def put_secret(self, name: str, value: str, *, by: str, now: float, where: str = "") -> None:
        """Keep a secret, or replace it. Audited, without the value."""
        row = {"name": name, "sealed": self._keys().seal(name, value), "changed_at": now, "changed_by": by}
        with self.db.write() as connection:
            upsert(connection, secret, [row])
            write_audit(connection, now=now, who=by, what="secret.put", after={"secret": name}, where=where)

    def drop_secret(self, name: str, *, by: str, now: float, where: str = "") -> bool:
        """Forget a secret. False when there is none. Audited."""
        with self.db.write() as connection:
            if connection.execute(delete(secret).where(secret.c.name == name)).rowcount == 0:
                return False
            write_audit(connection, now=now, who=by, what="secret.drop", before={"secret": name}, where=where)
        return True

    def secret_values(self) -> dict[str, str]:
        """All secrets, by name."""
        with self.db.read() as connection:
            rows = connection.execute(select(secret.c.name, secret.c.sealed).order_by(secret.c.name)).all()
        return {name: self._keys().unseal(name, sealed) for name, sealed in rows}

    def secret_names(self) -> list[str]:
        """The names of all secrets, in order. Needs no key."""
        with self.db.read() as connection:
            return list(connection.execute(select(secret.c.name).order_by(secret.c.name)).scalars())

    def reseal_secrets(self) -> int:
        """Put all secrets under the first sealing key, so that the old ones can be taken away. Returns how many."""
        with self.db.write() as connection:
            rows = connection.execute(select(secret.c.name, secret.c.sealed).with_for_update()).all()
            for name, sealed in rows:
                resealed = update(secret).where(secret.c.name == name).values(sealed=self._keys().rotate(sealed))
                connection.execute(resealed)
        return len(rows)

    def _keys(self) -> Sealer:
        if self.sealer is None:
            raise SettingError("There is no key to seal secrets with.", hint="Set HUB_SEALING_KEYS.")
        return self.sealer

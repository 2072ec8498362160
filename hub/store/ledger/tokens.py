"""The tokens of programs that use the API. Who may do what is looked up with each request, so a revoked one is out at
once."""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import insert, or_, select, update

from hub.store.desk import Desk
from hub.store.ledger.subscriptions import pause_all
from hub.store.ledger.trail import write_audit
from hub.store.rows import columns_of
from hub.store.subscribers import ApiToken
from hub.store.tables import api_token

_USED_EVERY = 60.0  # seconds between two notes that a token was used


class Tokens(Desk):
    """The ledger's verbs about tokens."""

    def create_token(self, token: ApiToken, secret: str, *, by: str, where: str = "") -> None:
        """Keep a new token, with a hash of its secret. Audited."""
        row = {column.name: getattr(token, column.name) for column in columns_of(ApiToken, api_token)}
        row |= {"scopes": list(token.scopes), "created_by": by, "secret_hash": _hash(secret)}
        after = {"token": token.id, "name": token.name, "scopes": list(token.scopes)}
        with self.db.write() as connection:
            connection.execute(insert(api_token).values(row))
            write_audit(connection, now=token.created_at, who=by, what="token.create", after=after, where=where)

    def revoke_token(self, token_id: str, *, by: str, now: float, where: str = "") -> bool:
        """The token lets nobody in any more, and its subscriptions are paused. False when there is none that still did.
        Audited."""
        this = (api_token.c.id == token_id, api_token.c.revoked_at.is_(None))
        with self.db.write() as connection:
            if connection.execute(update(api_token).where(*this).values(revoked_at=now)).rowcount == 0:
                return False
            pause_all(connection, token_id, note="Its token was revoked.", now=now)
            write_audit(connection, now=now, who=by, what="token.revoke", before={"token": token_id}, where=where)
        return True

    def find_token(self, token_id: str, secret: str, *, now: float) -> ApiToken | None:
        """The token with this id, when the secret is its own and it still lets anybody in. Its use is noted."""
        question = select(api_token.c.secret_hash, *columns_of(ApiToken, api_token)).where(api_token.c.id == token_id)
        with self.db.read() as connection:
            row = connection.execute(question).first()
        if row is None or not hmac.compare_digest(row.secret_hash, _hash(secret)):
            return None
        values = row._asdict()
        del values["secret_hash"]
        token = ApiToken(**values | {"scopes": tuple(values["scopes"])})
        if not token.is_valid(now):
            return None
        if token.used_at is None or token.used_at <= now - _USED_EVERY:
            self._note_use(token.id, now)
        return token

    def _note_use(self, token_id: str, now: float) -> None:
        old = or_(api_token.c.used_at.is_(None), api_token.c.used_at <= now - _USED_EVERY)
        with self.db.write() as connection:
            connection.execute(update(api_token).where(api_token.c.id == token_id, old).values(used_at=now))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

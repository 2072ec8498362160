"""Users and their sessions. A changed password or role takes effect at once, because sessions live here."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, delete, insert, select, update

from hub.store.desk import Desk
from hub.store.dialects import insert_new
from hub.store.ledger.trail import write_audit
from hub.store.people import Session, User
from hub.store.tables import session, user


class Access(Desk):
    """The ledger's verbs about people. Those that change a user are audited under `by`."""

    def create_user(
        self, user_id: str, *, email: str, password_hash: str, role: str, now: float, by: str, where: str = ""
    ) -> User | None:
        """A new user; None when there is one with this e-mail address already, in whatever capitals."""
        new = User(user_id, email.casefold(), password_hash, role, now)
        row = {name: getattr(new, name) for name in user.c.keys()}  # noqa: SIM118 - a collection of columns
        with self.db.write() as connection:
            if insert_new(connection, user, [row]) == 0:
                return None
            after = {"user": new.email, "role": role}
            write_audit(connection, now=now, who=by, what="user.create", after=after, where=where)
        return new

    def find_user(self, email: str) -> User | None:
        """The user with this e-mail address, in whatever capitals."""
        with self.db.read() as connection:
            row = connection.execute(select(user).where(user.c.email == email.casefold())).first()
        return None if row is None else User(**row._asdict())

    def set_password(self, user_id: str, password_hash: str, *, now: float, by: str, where: str = "") -> bool:
        """Replace the hash and end all sessions of the user. False when there is no such user."""
        with self.db.write() as connection:
            before = _lock_user(connection, user_id)
            if before is None:
                return False
            connection.execute(update(user).where(user.c.id == user_id).values(password_hash=password_hash))
            connection.execute(delete(session).where(session.c.user_id == user_id))
            write_audit(connection, now=now, who=by, what="user.password", after={"user": before.email}, where=where)
        return True

    def set_role(self, user_id: str, role: str, *, now: float, by: str, where: str = "") -> bool:
        """Replace the role. False when there is no such user."""
        with self.db.write() as connection:
            before = _lock_user(connection, user_id)
            if before is None:
                return False
            connection.execute(update(user).where(user.c.id == user_id).values(role=role))
            states = {
                "before": {"user": before.email, "role": before.role},
                "after": {"user": before.email, "role": role},
            }
            write_audit(connection, now=now, who=by, what="user.role", where=where, **states)
        return True

    def open_session(self, user_id: str, token: str, *, now: float, lifetime: float, remote: str = "") -> None:
        """Start a login that `token` proves for `lifetime` seconds. Only a hash of the token is kept."""
        row = {
            "token_hash": _hash(token),
            "user_id": user_id,
            "opened_at": now,
            "expires_at": now + lifetime,
            "remote": remote,
        }
        with self.db.write() as connection:
            connection.execute(insert(session).values(row))

    def find_session(self, token: str, *, now: float) -> Session | None:
        """The login that this token proves, None when it has ended or there never was one."""
        this = (session.c.token_hash == _hash(token), session.c.expires_at > now)
        question = select(session.c.opened_at, session.c.expires_at, session.c.remote, *user.c)
        with self.db.read() as connection:
            row = connection.execute(question.join(user, user.c.id == session.c.user_id).where(*this)).first()
        if row is None:
            return None
        opened_at, expires_at, remote, *person = row
        return Session(User(*person), opened_at, expires_at, remote)

    def end_session(self, token: str) -> None:
        """The token proves nothing any more."""
        with self.db.write() as connection:
            connection.execute(delete(session).where(session.c.token_hash == _hash(token)))

    def end_sessions(self, user_id: str) -> int:
        """End all logins of a user. Returns how many there were."""
        with self.db.write() as connection:
            return connection.execute(delete(session).where(session.c.user_id == user_id)).rowcount


def _lock_user(connection: Connection, user_id: str) -> User | None:
    row = connection.execute(select(user).where(user.c.id == user_id).with_for_update()).first()
    return None if row is None else User(**row._asdict())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

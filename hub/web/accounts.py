"""Logins: passwords, and the first of them."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.model import new_id
from hub.services import Services, kept
from hub.store.people import User

PASSWORD_FILE = "admin-password"  # noqa: S105 - the name of a file
LONGEST_PASSWORD = 1024

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_nobody = _hasher.hash(secrets.token_urlsafe(16))
_at_once = threading.BoundedSemaphore(2)
"""Each check takes 19 MiB and about a 50th of a second; more of them at once would starve the deliveries."""


def ensure_admin(services: Services) -> str | None:
    """Make the first login from HUB_ADMIN_EMAIL and HUB_ADMIN_PASSWORD when there is none yet.

    Without a given password one is made, kept in HUB_HOME (readable by its owner only) and returned. None when nobody
    needs to be told: there is a login already, or the password was given.
    """
    if services.views.users():
        return None
    settings = services.settings
    password = settings.admin_password or kept(Path(settings.home), PASSWORD_FILE, lambda: secrets.token_urlsafe(12))
    now = services.clock()
    made = services.ledger.create_user(
        new_id("usr", now),
        email=settings.admin_email,
        password_hash=hash_password(password),
        role="admin",
        now=now,
        by="the hub",
    )
    return password if made and not settings.admin_password else None


def hash_password(password: str) -> str:
    """What is kept of a password (argon2id)."""
    return _hasher.hash(password)


def check_password(user: User | None, password: str) -> bool:
    """Whether this is the user's password. Takes as long for a user who does not exist."""
    with _at_once:
        try:
            _hasher.verify(user.password_hash if user else _nobody, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
    return user is not None

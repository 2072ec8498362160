"""Who may use the dashboard, as frozen nouns."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class User:
    """A person with a login. `email` is in small letters; the hash is the web's affair."""

    id: str
    email: str
    password_hash: str = field(repr=False)
    role: str
    created_at: float


@dataclass(frozen=True, slots=True)
class Session:
    """A login that lasts until `expires_at`, with the person as they are now."""

    user: User
    opened_at: float
    expires_at: float
    remote: str

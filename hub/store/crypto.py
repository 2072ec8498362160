"""Sealed values: unreadable in the database's file, in its backups and to whoever else may read its tables."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken

from hub.errors import SettingError

SHORTEST_KEY = 32


class Sealer:
    """Seals and unseals under any of several keys: the first one seals, all of them unseal. Threads share it.

    A key is a Fernet key, or any text of at least 32 characters. The name of what is sealed stands inside the seal,
    so that a sealed value moved to another row is noticed. Keys given as a function are asked for anew before
    anything is sealed, and when something cannot be opened: they may have been changed since.
    """

    def __init__(self, keys: Sequence[str] | Callable[[], Sequence[str]]) -> None:
        """SettingError when there is no key, or one is too short to be a secret."""
        self._ask = keys if callable(keys) else lambda: keys
        self._lock = threading.Lock()
        self._known: tuple[str, ...] = ()
        self._fernets: tuple[Fernet, ...] = ()
        self.refresh()

    @staticmethod
    def new_key() -> str:
        """A fresh key."""
        return Fernet.generate_key().decode()

    def refresh(self) -> bool:
        """Ask for the keys anew. True when they have changed."""
        keys = tuple(self._ask())
        with self._lock:
            if keys and keys == self._known:
                return False
            if not keys:
                raise SettingError("There is no key to seal secrets with.", hint="Set HUB_SEALING_KEYS.")
            self._fernets = tuple(_fernet(key, place) for place, key in enumerate(keys, start=1))
            self._known = keys
        return True

    def seal(self, name: str, value: str) -> str:
        """The value under the first key, as ASCII text."""
        self.refresh()
        return self._fernets[0].encrypt(json.dumps([name, value]).encode()).decode()

    def unseal(self, name: str, sealed: str) -> str:
        """The value. SettingError when no key fits, or when it was sealed under another name."""
        found = self._open(sealed)
        if found is None:
            raise SettingError(
                f"The secret {name} cannot be read with the present sealing keys.",
                hint="Put the key that it was saved under back into HUB_SEALING_KEYS, or enter the secret again.",
            )
        bound_to, value = json.loads(found[1])
        if bound_to != name:
            raise SettingError(
                f"The secret {name} holds the value of another one, {bound_to}. Someone has changed the database.",
                hint=f"Enter the secret {name} again.",
            )
        return str(value)

    def place(self, name: str, sealed: str) -> int:
        """Under which key the value is sealed, 0 for the first. SettingError as with `unseal`."""
        self.unseal(name, sealed)
        found = self._open(sealed)
        assert found is not None
        return found[0]

    def rotate(self, sealed: str) -> str:
        """The same value under the first key. SettingError when no key fits."""
        found = self._open(sealed)
        if found is None:
            raise SettingError("A secret cannot be read with the present sealing keys.")
        return self._fernets[0].encrypt(found[1]).decode()

    def _open(self, sealed: str) -> tuple[int, bytes] | None:
        """The place of the key that fits, and what is inside."""
        for again in (True, False):
            for place, fernet in enumerate(self._fernets):
                try:
                    return place, fernet.decrypt(sealed.encode())
                except InvalidToken:
                    continue
            if not (again and self.refresh()):
                return None
        return None


def _fernet(key: str, place: int) -> Fernet:
    if len(key) < SHORTEST_KEY:
        raise SettingError(
            f"Key number {place} of HUB_SEALING_KEYS is too short: it has {len(key)} characters.",
            hint=f"Use at least {SHORTEST_KEY} random characters.",
        )
    try:
        return Fernet(key)
    except ValueError:
        return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))

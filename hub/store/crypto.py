"""Sealed values: unreadable in the database's file, in its backups and to whoever else may read its tables."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from hub.errors import SettingError

SHORTEST_KEY = 32


class Sealer:
    """Seals and unseals under any of several keys: the first one seals, all of them unseal.

    A key is a Fernet key, or any text of at least 32 characters. The name of what is sealed stands inside the seal,
    so that a sealed value moved to another row is noticed.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """SettingError when there is no key, or one is too short to be a secret."""
        if not keys:
            raise SettingError("There is no key to seal secrets with.", hint="Set HUB_SEALING_KEYS.")
        self._fernet = MultiFernet([_fernet(key, place) for place, key in enumerate(keys, start=1)])

    @staticmethod
    def new_key() -> str:
        """A fresh key."""
        return Fernet.generate_key().decode()

    def seal(self, name: str, value: str) -> str:
        """The value under the first key, as ASCII text."""
        return self._fernet.encrypt(json.dumps([name, value]).encode()).decode()

    def unseal(self, name: str, sealed: str) -> str:
        """The value. SettingError when no key fits, or when it was sealed under another name."""
        try:
            bound_to, value = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken:
            raise SettingError(
                f"The secret {name} cannot be read with the present sealing keys.",
                hint="Put the key that it was saved under back into HUB_SEALING_KEYS, or enter the secret again.",
            ) from None
        if bound_to != name:
            raise SettingError(
                f"The secret {name} holds the value of another one, {bound_to}. Someone has changed the database.",
                hint=f"Enter the secret {name} again.",
            )
        return str(value)

    def rotate(self, sealed: str) -> str:
        """The same value under the first key. SettingError when no key fits."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise SettingError("A secret cannot be read with the present sealing keys.") from None


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

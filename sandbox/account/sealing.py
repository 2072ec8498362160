"""Seal keys so that they can be shown again, with a secret that lies beside the database, not in it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from sandbox.problems import UsageError


class Seal:
    """Seals and opens short texts with the secret in one file."""

    def __init__(self, database: Path) -> None:
        """Use the secret that belongs to `database`. It is made when missing, readable by its owner only."""
        self._path = database.with_name(database.name + ".secret")

    def close(self, text: str) -> bytes:
        """The sealed form of `text`."""
        return self._fernet().encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text that was sealed. Raises UsageError when the secret is not the one it was sealed with."""
        try:
            return self._fernet().decrypt(sealed).decode()
        except InvalidToken:
            raise UsageError(
                f"The key cannot be shown: {self._path} is not the secret it was sealed with. Create or reset the key."
            ) from None

    def secret(self) -> bytes:
        """The secret itself."""
        return self._path.read_bytes() if self._path.exists() else self._made()

    def _fernet(self) -> Fernet:
        return Fernet(self.secret())

    def _made(self) -> bytes:
        # Written under another name and then linked, so that a second process never reads half a secret.
        draft = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
        try:
            os.link(draft, self._path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return self._path.read_bytes()

"""What is kept: the database with its writes and reads, secrets, keys, and where Redis is."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from hub.queue import PrivateServer, RedisBell, SharedPace
from hub.services.sealing import FILE as SEALING_FILE
from hub.services.sealing import SealingKeys
from hub.settings import Settings
from hub.store.crypto import Sealer
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from hub.triggers.reception import PREVIOUS


class Storage:
    """The first floor of Services: everything that is kept."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.clock = clock
        self.home = Path(settings.home)
        self._secrets: tuple[float, Mapping[str, str]] = (float("-inf"), {})

    @property
    def has_database(self) -> bool:
        """Whether there can be anything to read; opening a SQLite database would make it."""
        return bool(self.settings.database_url) or (self.home / "hub.db").exists()

    @cached_property
    def database(self) -> Database:
        """Our own database."""
        return Database.open(self.settings.database)

    @cached_property
    def sealer(self) -> Sealer:
        """Seals stored secrets; its key is made once in HUB_HOME where none is given."""
        return Sealer(self.settings.sealing_keys or self._kept_sealing_keys)

    def _kept_sealing_keys(self) -> tuple[str, ...]:
        return tuple(kept(self.home, SEALING_FILE, Sealer.new_key).split())

    @cached_property
    def sealing_keys(self) -> SealingKeys:
        """What seals, and how that is changed."""
        assert self.sealer  # made at first use
        return SealingKeys(self.home, self.settings.sealing_keys, self.ledger, self.clock)

    @cached_property
    def ledger(self) -> SqlLedger:
        """All writes."""
        return SqlLedger(self.database, self.sealer)

    @cached_property
    def views(self) -> Views:
        """All reads."""
        return Views(self.database)

    @cached_property
    def secret_key(self) -> str:
        """What sessions and forms are signed with."""
        return self.settings.secret_key or kept(self.home, "secret-key", lambda: secrets.token_urlsafe(48))

    @cached_property
    def redis_url(self) -> str:
        """Where Redis is; without REDIS_URL the private server of HUB_HOME (started by whoever runs the processes)."""
        return self.settings.redis_url or PrivateServer(self.home / "redis").url

    @cached_property
    def bell(self) -> RedisBell:
        """The doorbell."""
        return RedisBell(self.redis_url, drain_seconds=self.settings.drain_seconds)

    @cached_property
    def pace(self) -> SharedPace:
        """Counts deliveries, for all processes together."""
        return SharedPace(self.redis_url)

    def secrets(self) -> Mapping[str, str]:
        """Recipe secrets by name: the sealed ones, and those of the environment, which win. Fresh within 5 seconds.

        The value that a sealed one had before stands beside it, as long as it is still believed (see PREVIOUS).
        """
        read_at, known = self._secrets
        if time.monotonic() - read_at > 5:
            before = self.ledger.previous_values(now=self.clock())
            known = {f"{name}{PREVIOUS}": value for name, value in before.items() if name not in self.settings.secrets}
            known |= {**self.ledger.secret_values(), **self.settings.secrets}
            self._secrets = (time.monotonic(), known)
        return known

    def forget_secrets(self) -> None:
        """Look for secrets anew the next time: a recipe came up that may name one saved together with it."""
        self._secrets = (float("-inf"), {})

    def secret_names(self) -> tuple[str, ...] | None:
        """The names of the secrets that exist; None where nobody can know yet, because there is no database."""
        if not self.has_database:
            return tuple(self.settings.secrets) or None
        return tuple(name for name in self.secrets() if not name.endswith(PREVIOUS))

    def close(self) -> None:
        """Give connections back."""
        for name in ("bell", "pace", "database"):
            if name in self.__dict__:
                self.__dict__[name].close()


def kept(home: Path, name: str, make: Callable[[], str]) -> str:
    """The text kept in HUB_HOME under this name, made on first use; readable by its owner only.

    When several processes start at once, the first one's text is everybody's.
    """
    file = home / name
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=home, prefix=f".{name}-") as draft:
            draft.write(make() + "\n")
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, file)
    return file.read_text(encoding="utf-8").strip()

"""The keys that seal what the hub keeps secret, and how they are changed while it runs.

In HUB_HOME they stand in one file, newest first, one a line; HUB_SEALING_KEYS has them in the same order. Processes
that run look at the file again before they seal and when something does not open, so they need not be told.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub import failpoints
from hub.ports.keys import Resealing
from hub.store.crypto import Sealer
from hub.store.ledger import SqlLedger

FILE = "sealing-key"
KEPT = 2
"""Keys that stay in HUB_HOME after a change: the new one, and the one before for a process that seals at that moment
and for a backup from just before."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a change of the key came to. `finished_earlier`: one that had been interrupted was brought to its end."""

    resealed: int
    made_key: bool
    finished_earlier: bool


class SealingKeys:
    """Changes the sealing key. `given` are the keys of HUB_SEALING_KEYS; without any, those in `home` count."""

    def __init__(self, home: Path, given: tuple[str, ...], ledger: SqlLedger, clock: Callable[[], float]) -> None:
        self._file = home / FILE
        self._given = given
        self._ledger = ledger
        self._clock = clock

    @property
    def are_given(self) -> bool:
        """Whether the keys come from HUB_SEALING_KEYS, where only the office can put a new one in front."""
        return bool(self._given)

    def look(self) -> Resealing:
        """Open everything that is sealed. SettingError names the first thing that cannot be opened."""
        return self._ledger.look_at_seals()

    def rotate(self, *, by: str) -> Rotated:
        """Seal everything again: under a new key, or under the first of HUB_SEALING_KEYS. SettingError, and nothing is
        changed, when something cannot be opened. Killed in the middle it may be run again, and then makes no other
        key but brings the change to its end."""
        if self._given:
            waiting = self.look().waiting
            return Rotated(self._ledger.reseal(by=by, now=self._clock()) if waiting else 0, False, False)
        with self._alone():
            unfinished = self.look().waiting > 0
            if not unfinished:
                self._write((Sealer.new_key(), *self._read()))
            failpoints.reach("keys_half_rotated")
            resealed = self._ledger.reseal(by=by, now=self._clock())
            failpoints.reach("keys_resealed")
            self._write(self._read()[:KEPT])
        return Rotated(resealed, not unfinished, unfinished)

    def _read(self) -> tuple[str, ...]:
        return tuple(self._file.read_text(encoding="utf-8").split())

    def _write(self, keys: tuple[str, ...]) -> None:
        """All of the file or none of it, on the disk before anything is sealed with it."""
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=self._file.parent, prefix=f".{FILE}-", delete=False
        ) as draft:
            draft.write("\n".join(keys) + "\n")
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).replace(self._file)
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._file.parent / f".{FILE}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

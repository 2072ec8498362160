"""A seeded sequence of faults. The same seed chooses the same ones; when exactly they strike is the machine's."""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.faults import FAULTS, End, Fault
from tests.chaos.house import House


@dataclass
class Storm:
    """Up to `at_once` faults of different parts at a time, each for its time multiplied by `hurry`. `seen` counts them
    by name."""

    house: House
    dice: random.Random
    faults: tuple[Fault, ...] = FAULTS
    hurry: float = 1.0
    at_once: int = 2
    seen: Counter[str] = field(default_factory=Counter)
    _active: list[tuple[float, Fault, End]] = field(default_factory=list)

    def blow(self) -> None:
        """End what has lasted long enough, and begin the next ones."""
        now = time.monotonic()
        for each in [each for each in self._active if each[0] <= now]:
            self._active.remove(each)
            each[2]()
        while len(self._active) < self.at_once and self._possible():
            fault = self.dice.choice(self._possible())
            self.seen[fault.name] += 1
            lasts = fault.seconds * self.hurry * self.dice.uniform(0.5, 1.0)
            self._active.append((now + lasts, fault, fault.begin(self.house, self.dice)))

    def calm(self) -> None:
        """End everything."""
        with contextlib.ExitStack() as ends:
            for _, _, end in self._active:
                ends.callback(end)
            self._active.clear()

    def _possible(self) -> list[Fault]:
        """Those that could begin now and have been seen least."""
        kind = "postgres" if self.house.postgres else "sqlite"
        broken = {fault.part for _, fault, _ in self._active}
        fitting = [each for each in self.faults if each.only in ("", kind) and each.part not in broken]
        seldom = min((self.seen[each.name] for each in fitting), default=0)
        return [each for each in fitting if self.seen[each.name] == seldom]

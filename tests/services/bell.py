"""A doorbell for tests that call the workers by hand."""

from __future__ import annotations

import time


class StillBell:
    """hub.ports.Bell, and what a drain waits at: wakes nobody, counts how often it was rung."""

    def __init__(self) -> None:
        self.rings = 0

    def ring(self) -> bool:
        """Count."""
        self.rings += 1
        return True

    def wait(self, seconds: float) -> bool:
        """A moment; nobody rings."""
        time.sleep(min(seconds, 0.01))
        return False

    def close(self) -> None:
        """Nothing to close."""

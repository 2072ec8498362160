"""The doorbell."""

from __future__ import annotations

from typing import Protocol


class Bell(Protocol):
    """The doorbell: tells the workers that something is due. It carries nothing, and may fail silently."""

    def ring(self) -> bool:
        """Wake a worker. False when Redis is away; never raises, never takes longer than about a second."""

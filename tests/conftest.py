"""What all rooms share: one real browser."""

from __future__ import annotations

from tests.services.browser import browser

__all__ = ["browser"]

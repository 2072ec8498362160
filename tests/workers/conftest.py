"""A plug-in and the feed that it watches, for the clocks."""

from __future__ import annotations

from tests.plugins.conftest import feed, site

__all__ = ["feed", "site"]

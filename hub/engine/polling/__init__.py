"""Polling: what is new, changed or gone in a list since the last look, as events, each exactly once."""

from __future__ import annotations

from hub.engine.polling.poller import Pass, Poller

__all__ = ["Pass", "Poller"]

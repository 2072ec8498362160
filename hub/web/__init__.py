"""The web room: the gate for deliveries, the dashboard for people, and the health of both."""

from __future__ import annotations

from hub.web.application import create_app

__all__ = ["create_app"]

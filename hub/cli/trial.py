"""What the hub needs to be tried without an account: settings that point at the sandbox, and recipe secrets."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from hub.services import kept

ROOMS = {"TEAM_CHAT_URL": "team", "PRODUCTION_CHAT_URL": "production", "BOOKKEEPING_URL": "bookkeeping"}
"""Secrets of the shipped recipes that are addresses of a chat, and the room of the sandbox that plays it."""

LEAD_SECRET = "WEBSITE_LEAD_SECRET"  # noqa: S105 - its name


def trial_environment(home: Path, *, port: int, hub_port: int, given: Mapping[str, str]) -> dict[str, str]:
    """Variables for all processes of a trial. What is `given` by the environment wins over each of them."""
    host = f"127.0.0.1:{port}"
    lead_secret = given.get(f"HUB_SECRET_{LEAD_SECRET}") or kept(home, "lead-secret", lambda: secrets.token_urlsafe(32))
    return {
        "WORKGLUE_API_URL": f"http://{host}/api/v1",
        "HUB_ALLOWED_PRIVATE_HOSTS": host,
        **{f"HUB_SECRET_{name}": f"json://{host}/sandbox/messages/{room}" for name, room in ROOMS.items()},
        f"HUB_SECRET_{LEAD_SECRET}": lead_secret,
        "HUB_PUBLIC_URL": f"http://127.0.0.1:{hub_port}",
        "SANDBOX_LEAD_WEBHOOK_URL": f"http://127.0.0.1:{hub_port}/hooks/website-lead",
        "SANDBOX_LEAD_WEBHOOK_SECRET": lead_secret,
    }

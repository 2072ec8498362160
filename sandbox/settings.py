"""The sandbox's settings. This is its only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.problems import UsageError

DEFAULT_PORT = 5001
LARGEST_PORT = 65535


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside. `None` for a rate means: what the dialect says."""

    database: Path = Path("var/sandbox.db")
    port: int = DEFAULT_PORT
    rate_per_minute: int | None = None
    burst: int | None = None
    profile: Path | None = None
    lead_webhook_url: str = ""
    lead_webhook_secret: str = ""
    quote_webhook_url: str = ""
    quote_webhook_secret: str = ""


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from environment variables. Raises UsageError that names the variable when a value cannot be used."""
    values = os.environ if environ is None else environ
    profile = values.get("SANDBOX_PROFILE", "").strip()
    port = _whole_number(values, "SANDBOX_PORT")
    if port is not None and port > LARGEST_PORT:
        raise UsageError(f"SANDBOX_PORT must be at most {LARGEST_PORT}. It is {port}.")
    return Settings(
        database=Path(values.get("SANDBOX_DATABASE", "").strip() or "var/sandbox.db"),
        port=DEFAULT_PORT if port is None else port,
        rate_per_minute=_whole_number(values, "SANDBOX_RATE_PER_MINUTE"),
        burst=_whole_number(values, "SANDBOX_BURST"),
        profile=Path(profile) if profile else None,
        lead_webhook_url=values.get("SANDBOX_LEAD_WEBHOOK_URL", "").strip(),
        lead_webhook_secret=values.get("SANDBOX_LEAD_WEBHOOK_SECRET", "").strip(),
        quote_webhook_url=values.get("SANDBOX_QUOTE_WEBHOOK_URL", "").strip(),
        quote_webhook_secret=values.get("SANDBOX_QUOTE_WEBHOOK_SECRET", "").strip(),
    )


def _whole_number(values: Mapping[str, str], name: str) -> int | None:
    text = values.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise UsageError(f"{name} must be a whole number, 0 or more. It is {text!r}.")
    return int(text)

"""What steps a run takes, and in which order. Each module here does some of the flow actions."""

from __future__ import annotations

from hub.engine.flow import branches, values
from hub.engine.flow.walking import perform_all

__all__ = ["branches", "perform_all", "values"]

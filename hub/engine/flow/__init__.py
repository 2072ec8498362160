"""What steps a run takes, and in which order. Each module here does some of the flow actions."""

from __future__ import annotations

from hub.engine.flow import answers, branches, calls, values, ways
from hub.engine.flow.walking import perform_all

__all__ = ["answers", "branches", "calls", "perform_all", "values", "ways"]

"""The one place that wires settings to live things. Each is made when first used: a process pays for what it uses."""

from __future__ import annotations

import time
from collections.abc import Callable

from hub import failpoints
from hub.errors import SettingError
from hub.services.language import published
from hub.services.storage import kept
from hub.services.subscriptions import Subscriptions
from hub.settings import Settings

__all__ = ["Services", "kept", "open_services", "published"]


class Services(Subscriptions):
    """Live things by name. `clock` gives seconds since the epoch."""


def open_services(settings: Settings, *, clock: Callable[[], float] = time.time) -> Services:
    """Services for one process. SettingError when HUB_FAILPOINTS is not understood."""
    try:
        failpoints.arm(settings.failpoints)
    except ValueError as problem:
        raise SettingError(f"The setting HUB_FAILPOINTS cannot be used: {problem}.") from problem
    return Services(settings, clock=clock)

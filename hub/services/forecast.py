"""What looking at the lists costs of the calls that Workglue allows, and what is left for runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from hub.engine.intake import listened_resources
from hub.engine.polling.pace import SHARE, Interval
from hub.services.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Forecast:
    """Calls a minute, on average: `looks` for the usual looks, `passes` for reading the lists to their ends (`pages` of
    them in all). `allowed` is None while nobody knows, 0 for any number."""

    looks: float
    passes: float
    pages: int
    allowed: int | None

    @property
    def needed(self) -> float:
        """What the polls need of each minute."""
        return self.looks + self.passes

    @property
    def is_too_much(self) -> bool:
        """Whether the polls need more than the part that they may have, so that lists are looked at more seldom."""
        return bool(self.allowed) and self.needed > (self.allowed or 0) * SHARE

    def sentence(self) -> str:
        """The line for `doctor`."""
        need = f"polls need {_shown(self.needed)} calls a minute ({self.pages:,} pages when all lists are read whole)"
        if self.allowed is None:
            return f"{need}; what Workglue allows is not known yet"
        if self.allowed == 0:
            return f"{need}; Workglue sets no limit"
        return f"{need} of {self.allowed:,}; {_shown(max(0.0, self.allowed - self.needed))} are left for runs"


def forecast(
    intervals: Mapping[str, Interval],
    records: Mapping[str, int],
    full_every: Mapping[str, float],
    *,
    page_size: int,
    allowed: int | None,
) -> Forecast:
    """From how often each list shall be looked at and is read whole (in seconds), and how many records it has. Pure."""
    pages = {name: max(1, ceil(records.get(name, 0) / page_size)) for name in intervals}
    looks = sum(each.requests * 60 / each.wanted for each in intervals.values())
    passes = sum(pages[name] * 60 / full_every[name] for name in intervals)
    return Forecast(looks, passes, sum(pages.values()), allowed)


def forecast_calls(services: Workshop) -> Forecast:
    """The same for the recipes that are on."""
    recipes = services.shelf.enabled()
    settings, key = services.settings, services.keys.row()
    deletes = {
        name: any("deleted" in each.options.get("events", ()) for each in triggers)
        for name, triggers in listened_resources(recipes).items()
    }
    whole, often = settings.full_pass_every, min(settings.full_pass_every, settings.delete_pass_every)
    allowed = settings.api_rate if settings.api_rate is not None else key.per_minute if key else None
    return forecast(
        services.poll_intervals(recipes),
        services.views.record_counts(),
        {name: often if waits else whole for name, waits in deletes.items()},
        page_size=services.profile.lists.default_size,
        allowed=allowed,
    )


def _shown(calls: float) -> str:
    return f"{calls:,.0f}" if calls >= 10 else f"{calls:.1f}"

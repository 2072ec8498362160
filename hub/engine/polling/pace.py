"""How often each list is looked at: never so often that it takes more than a third of the API's calls. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SHARE = 1 / 3
"""The part of the API's calls that polling may use; the rest is for runs."""

FROZEN_AFTER = 10
"""A list that was not looked at for so many intervals is a case for somebody."""


@dataclass(frozen=True, slots=True)
class Interval:
    """How often a list shall be looked at, and how often it is, in seconds. `requests`: what one look costs."""

    wanted: float
    every: float
    requests: int

    @property
    def is_stretched(self) -> bool:
        """Whether it is looked at more seldom than its recipes say."""
        return self.every > self.wanted


def plan(wanted: Mapping[str, float], requests: Mapping[str, int], *, per_minute: int) -> dict[str, Interval]:
    """By list: how often. Where all together would be too much, lists that cost little keep their interval, and what
    they leave is shared by the others. `per_minute` 0: there is no limit."""
    costs = {name: max(1, requests.get(name, 1)) for name in wanted}
    demands = {name: costs[name] * 60.0 / wanted[name] for name in wanted}
    left, waiting = per_minute * SHARE, len(wanted)
    found = {}
    for name in sorted(wanted, key=lambda each: (demands[each], each)):
        share = left / waiting if per_minute else demands[name]
        given = min(demands[name], share)
        every = wanted[name] if given >= demands[name] else costs[name] * 60.0 / given
        found[name] = Interval(wanted[name], every, costs[name])
        left, waiting = left - given, waiting - 1
    return found


def pause_between(pages: int, *, per_minute: int, burst: int) -> float:
    """Seconds to wait before the next page when a pass has read so many."""
    if not per_minute or pages < max(1, burst // 2):
        return 0.0
    return 60.0 / (per_minute * SHARE)

"""What became of the time in which the hub was away, or of a change of its version: found out after each start of the
clock, from what the ledger tells.

The facts of a report: `webhooks` that were kept, runs that were `waiting` and that were `resumed` by another worker,
schedules that run `late` or are `skipped` (times by recipe), changes that the first look at each of the `lists` has
found, `recipes` that changed, and the `version` before and after where the program did.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.errors import RecipeError
from hub.model import Recipe
from hub.store.ledger import SqlLedger
from hub.store.outages import Outage, Release
from hub.store.views import Views
from hub.store.views.shapes import Heartbeat
from hub.triggers.schedule import due_times

GAP = 60.0
"""Seconds without any clock that count as being away."""

REPORTED_FOR = 3_600.0
"""Seconds in which a clock that begins anew reports a gap before it; later ones are no news."""

OPEN_FOR = 600.0
"""Seconds after which a report is closed although a list could not be looked at."""

FOLLOW_EVERY = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a clock, or the change from one clock to another. `before` is the clock that was there last."""

    since: float
    until: float
    before: Heartbeat
    is_away: bool


def find_gap(clocks: Sequence[Heartbeat], me: str, *, began: float) -> Gap | None:
    """What lies before the clock `me`, which began then; None when nothing does. Pure.

    Clocks that began anew a few times within a minute count as one start.
    """
    others = [each for each in clocks if each.kind == "clock" and each.id != me]
    start = began
    for each in sorted(others, key=lambda each: each.seen_at, reverse=True):
        if start - each.seen_at > GAP:
            return Gap(each.seen_at, start, each, is_away=True)
        start = min(start, _began(each))
    earlier = [each for each in others if _began(each) < began]
    if not earlier:
        return None
    last = max(earlier, key=_began)
    return Gap(min(last.seen_at, began), began, last, is_away=False)


def _began(beat: Heartbeat) -> float:
    return float(beat.detail.get("began", beat.seen_at))


class OutageReports:
    """Makes the reports of one clock; only while it leads."""

    def __init__(self, ledger: SqlLedger, views: Views, clock: Callable[[], float], *, timezone: str) -> None:
        self._ledger = ledger
        self._views = views
        self._clock = clock
        self._timezone = timezone
        self._open: list[Outage] = []
        self._next = 0.0

    def begin(self, me: Heartbeat, recipes: Sequence[Recipe]) -> None:
        """Look at what lies before this clock, before anything is made up for; go on with reports that are open."""
        gap = find_gap(self._views.heartbeats(), me.id, began=_began(me))
        if gap is not None and self._clock() - gap.until < REPORTED_FOR:
            self._report(gap, me, recipes)
        self._open = [each for each in self._views.outages() if each.is_open]

    def follow(self, lists: Collection[str]) -> None:
        """Add what has been found out since; `lists` are those that are looked at."""
        now = self._clock()
        if not self._open or now < self._next:
            return
        self._next = now + FOLLOW_EVERY
        followed = [self._followed(each, lists, now) for each in self._open]
        self._open = [each for each in followed if each.is_open]

    def _report(self, gap: Gap, me: Heartbeat, recipes: Sequence[Recipe]) -> None:
        releases = self._views.releases(since=_began(gap.before))
        facts = dict(_changes(gap.before, me, releases))
        if not gap.is_away and not facts:
            return
        cause = "deployed"
        name = f"deploy-{gap.before.id}"
        if gap.is_away:
            cause = "stopped" if gap.before.detail.get("ended") else "vanished"
            name = f"away-{gap.since:.3f}"
        now = self._clock()
        meanwhile = self._views.meanwhile(gap.since, gap.until, now=now)
        late, skipped = _schedules(recipes, self._expected(), now, since=gap.since, timezone=self._timezone)
        facts |= {"webhooks": meanwhile.webhooks, "resumed": meanwhile.resumed, "late": late, "skipped": skipped}
        facts |= {"waiting": self._views.due_count(now), "lists": {}}
        self._ledger.begin_outage(Outage(name, gap.since, gap.until, cause, facts=facts))

    def _expected(self) -> dict[tuple[str, str], float]:
        return {(each.recipe_id, each.trigger_id): each.next_at for each in self._views.schedules()}

    def _followed(self, known: Outage, lists: Collection[str], now: float) -> Outage:
        seen = dict(known.facts.get("lists") or {})
        for cursor in self._views.cursors():
            if cursor.resource in lists and cursor.resource not in seen and (cursor.last_ok_at or 0) >= known.until:
                seen[cursor.resource] = cursor.changed
        age = now - known.until
        is_over = age > OPEN_FOR or (age > GAP and set(seen) >= set(lists))
        if seen == known.facts.get("lists") and not is_over:
            return known
        facts = {**known.facts, "lists": seen}
        if is_over:
            meanwhile = self._views.meanwhile(known.since, known.until, now=now)
            facts["resumed"] = max(meanwhile.resumed, int(facts.get("resumed") or 0))
        found = replace(known, facts=facts, is_open=not is_over)
        self._ledger.keep_outage(found)
        if is_over:
            log.info("While the hub was away: %s.", "; ".join(describe(found)) or "nothing happened")
        return found


def _changes(before: Heartbeat, me: Heartbeat, releases: Sequence[Release]) -> Iterator[tuple[str, Any]]:
    """What was deployed between two clocks. Nothing where the older one was too old to say which program it was."""
    if before.detail.get("program") not in (None, me.detail["program"]):
        yield "version", [before.detail.get("version", ""), me.detail["version"]]
    changed = sorted({recipe for each in releases for recipe in each.recipes})
    if changed:
        yield "recipes", changed


def _schedules(
    recipes: Sequence[Recipe], expected: Mapping[tuple[str, str], float], now: float, *, since: float, timezone: str
) -> tuple[dict[str, int], dict[str, int]]:
    """By recipe, how many times of its schedules that came while nobody was there are made up for, and how many not."""
    late: dict[str, int] = {}
    skipped: dict[str, int] = {}
    for recipe in recipes:
        for trigger in recipe.triggers:
            due = expected.get((recipe.id, trigger.id)) if trigger.type == "schedule" else None
            if due is None or not since <= due <= now:
                continue
            each = replace(trigger, options={**trigger.options, "missed": "each"})
            try:
                kept = len(due_times(trigger, due, now, timezone=timezone))
                missed = len(due_times(each, due, now, timezone=timezone)) - kept
            except RecipeError:
                continue
            for counts, number in ((late, kept), (skipped, missed)):
                if number:
                    counts[recipe.id] = counts.get(recipe.id, 0) + number
    return late, skipped


def describe(outage: Outage) -> list[str]:
    """What became of it, in phrases that follow a colon."""
    facts = outage.facts
    changed = {name: number for name, number in (facts.get("lists") or {}).items() if number}
    lists = " and ".join(f"{number:,} in {name.replace('_', ' ')}" for name, number in sorted(changed.items()))
    phrases = [
        _version(facts.get("version")),
        _recipes(facts.get("recipes") or ()),
        _number(facts.get("webhooks"), "one webhook was kept", "{} webhooks were kept"),
        f"the first looks found changes: {lists}" if lists else "",
        _times(facts.get("late"), "one schedule ran late", "{} times of schedules ran late"),
        _times(facts.get("skipped"), "one time of a schedule was skipped", "{} times of schedules were skipped"),
        _number(facts.get("resumed"), "one run went on at another worker", "{} runs went on at another worker"),
        _number(facts.get("waiting"), "one run was waiting", "{} runs were waiting"),
    ]
    return [each for each in phrases if each]


def _number(number: Any, one: str, many: str) -> str:
    return "" if not number else one if number == 1 else many.format(f"{number:,}")


def _times(counts: Mapping[str, int] | None, one: str, many: str) -> str:
    if not counts:
        return ""
    return f"{_number(sum(counts.values()), one, many)} ({', '.join(sorted(counts))})"


def _version(versions: Sequence[str] | None) -> str:
    if not versions:
        return ""
    before, after = versions
    return f"version {after} took the place of {before}" if before != after else "another build of the program began"


def _recipes(recipes: Sequence[str]) -> str:
    if not recipes:
        return ""
    shown = ", ".join(recipes[:5]) + (f" and {len(recipes) - 5} more" if len(recipes) > 5 else "")
    return f"{'recipe' if len(recipes) == 1 else 'recipes'} changed: {shown}"

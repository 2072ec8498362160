"""The first page: are we fine?"""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, render_template

from hub.model import RunStatus
from hub.services import Services
from hub.services.coverage import look_at_lists
from hub.web import visit
from hub.web.dashboard import outages
from hub.web.dashboard.polls import held_lists, waiting
from hub.web.dashboard.wellbeing import Sight, concerns, processes

LATEST = 8
"""Runs that the page shows."""

SOON = 5
"""Schedules that the page shows."""


def add_pages(blueprint: Blueprint) -> None:
    """Add the page to the blueprint."""
    blueprint.add_url_rule("/", "home", home)


def home() -> str:
    """Everything at a glance, with links to what needs somebody."""
    services = visit.services()
    sight = look(services)
    return render_template(
        "home.html",
        sight=sight,
        concerns=concerns(sight),
        processes=processes(sight),
        statuses=list(RunStatus),
        latest=services.views.runs(limit=LATEST).items,
        names={each.recipe_id: each.name for each in sight.recipes},
        schedules=_schedules(services, sight),
        away=outages.latest(services),
        next_due=services.views.next_due(),
        waiting=waiting(services),
        held_lists=held_lists(list(sight.lists)),
    )


def look(services: Services) -> Sight:
    """What can be seen of the hub now."""
    now = services.clock()
    views, settings = services.views, services.settings
    recipes = views.recipes(now=now, removed=True)
    known = [each for each in views.connections() if each.state != "missing"]
    recent: Counter[RunStatus] = Counter()
    for each in recipes:
        recent.update(each.recent)
    return Sight(
        now=now,
        heartbeats=views.heartbeats(),
        connections=known,
        cursors=views.cursors(),
        lists=look_at_lists(services),
        recipes=recipes,
        counts=views.counts(),
        recent=recent,
        asking=views.asking_count(),
        queue_age=views.queue_age(now),
        redis=services.bell.state(),
        has_key=bool(settings.api_key) or any(each.state == "ok" for each in known),
        disk_is_lost=bool(settings.platform) and not settings.database_url,
    )


def _schedules(services: Services, sight: Sight) -> list[tuple[str, str, float]]:
    """(recipe id, its name, when it is next due), soonest first, of recipes that are on."""
    names = {each.recipe_id: each.name for each in sight.recipes if each.enabled}
    due = [each for each in services.views.schedules() if each.recipe_id in names]
    return [(each.recipe_id, names[each.recipe_id], each.next_at) for each in due[:SOON]]

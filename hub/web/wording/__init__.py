"""How the dashboard says things: times, numbers, states and triggers, in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from flask import Flask, request
from markupsafe import Markup, escape

from hub.web import visit
from hub.web.wording import statuses, times, values
from hub.web.wording.happenings import capitalised, happening, subject_of

__all__ = ["install"]

SINGLE = {
    "dashboard.recipes": "dashboard.recipe",
    "dashboard.runs": "dashboard.run",
    "dashboard.deliveries": "dashboard.delivery",
}

BESIDE = {
    "dashboard.deliveries": (
        "dashboard.addresses",
        "dashboard.address",
        "dashboard.address_command",
        "dashboard.replay_choice",
        "dashboard.replay_many",
    ),
    "dashboard.runs": ("dashboard.failures",),
}
"""Further pages of a room that has more than its list and the one thing of it."""


def install(app: Flask) -> None:
    """Give templates these words."""
    app.jinja_env.filters.update(
        when=when,
        ago=ago,
        moment=moment,
        lasted=times.lasted,
        count=values.count,
        size=values.size,
        pretty=pretty,
        coded=coded,
        file_name=lambda path: PurePosixPath(path).name,
        happening=happening,
        subject=subject,
        capitalised=capitalised,
    )
    app.jinja_env.globals.update(
        run_word=statuses.RUN_WORDS.__getitem__,
        run_meaning=statuses.RUN_MEANINGS.__getitem__,
        step_word=statuses.STEP_WORDS.__getitem__,
        delivery_word=statuses.DELIVERY_WORDS.__getitem__,
        delivery_meaning=statuses.DELIVERY_MEANINGS.__getitem__,
        outcome_word=statuses.OUTCOME_WORDS.__getitem__,
        tone=statuses.tone,
        person=visit.person,
        may=visit.may,
        is_in=is_in,
    )


def is_in(endpoint: str) -> bool:
    """Whether the present page is this list or one thing of it: "dashboard.run" belongs to "dashboard.runs"."""
    return request.endpoint in (endpoint, SINGLE.get(endpoint)) or request.endpoint in BESIDE.get(endpoint, ())


def when(at: float | None) -> Markup:
    """The time of day with the day where it is another one: "Today 09:31"."""
    if at is None:
        return Markup("")
    return _element(at, times.shown(at, visit.now(), zone=_zone()))


def ago(at: float | None) -> Markup:
    """How long ago it was, or how soon it will be: "2 minutes ago"."""
    if at is None:
        return Markup("never")
    return _element(at, times.distance(at, visit.now()))


def moment(at: float) -> Markup:
    """The full time with seconds."""
    return _element(at, times.full(at, zone=_zone()))


def pretty(value: object) -> str:
    """Readable JSON, without the text of any secret."""
    return values.pretty(values.without_secrets(value, visit.services().secrets()))


def subject(data: Mapping[str, Any]) -> str:
    """Who or what an event is about, without the text of any secret."""
    return str(values.without_secrets(subject_of(data), visit.services().secrets()))


def coded(text: str) -> Markup:
    """A message with what stands between `backticks` set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just before


def _zone() -> str:
    return visit.services().settings.timezone


def _element(at: float, text: str) -> Markup:
    exact = times.exact(at)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(times.iso(at), exact, text)

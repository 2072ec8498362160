"""When the hub was away, and what became of that time."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template

from hub.services import Services
from hub.services.outages import describe
from hub.store.outages import Outage
from hub.web import visit

LATELY = 86_400.0
"""Seconds for which the first page shows the latest one."""


@dataclass(frozen=True, slots=True)
class Told:
    """One of them in words. `is_deploy`: the hub was not away, a new version took over."""

    since: float
    until: float
    is_deploy: bool
    why: str
    phrases: tuple[str, ...]
    is_open: bool


def add_pages(blueprint: Blueprint) -> None:
    """Add the page to the blueprint."""
    blueprint.add_url_rule("/outages", "outages", outages)


def outages() -> str:
    """The last ones, newest first."""
    return render_template("outages.html", outages=[_tell(each) for each in visit.services().views.outages(limit=100)])


def latest(services: Services) -> Told | None:
    """The latest one, if it is not long ago."""
    found = services.views.outages(limit=1)
    return _tell(found[0]) if found and services.clock() - found[0].until < LATELY else None


def _tell(outage: Outage) -> Told:
    is_deploy = outage.cause == "deployed"
    why = {"stopped": "It was stopped on purpose.", "vanished": "It ended without a word."}.get(outage.cause, "")
    return Told(outage.since, outage.until, is_deploy, why, tuple(describe(outage)), outage.is_open)

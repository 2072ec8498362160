"""The inbox: what other apps sent, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template, request

from hub.model import DeliveryStatus
from hub.services.inbox import Choice
from hub.store.views.shapes import DeliveryPage
from hub.web import visit
from hub.web.wording.deliveries import holding, shown_address, shown_headers
from hub.web.wording.values import body_text, bytes_table, without_secrets

ROWS = 40
"""Deliveries that one part of the list shows."""

LONGEST_TEXT = 200
DAY = 86_400.0


def add_pages(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint."""
    blueprint.add_url_rule("/inbox", "deliveries", deliveries)
    blueprint.add_url_rule("/inbox/<delivery_id>", "delivery", delivery)
    blueprint.add_url_rule("/inbox/<delivery_id>/body", "delivery_body", delivery_body)


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody looks for, as the form said it, and what is meant by it."""

    said: Mapping[str, str]
    choice: Choice


def read_filter(given: Mapping[str, str]) -> Filter:
    """The filter of a form or an address. What cannot be understood counts as not given."""
    status = given.get("status", "")
    said = {"status": status if status in list(DeliveryStatus) else ""}
    said["path"] = given.get("path", "").strip()[:LONGEST_TEXT].removeprefix("/hooks/")
    said["q"] = given.get("q", "").strip()[:LONGEST_TEXT]
    since, until = (_moment(given.get(name, "")) for name in ("since", "until"))
    said["since"] = given.get("since", "")[:16] if since is not None else ""
    said["until"] = given.get("until", "")[:16] if until is not None else ""
    choice = Choice(
        status=DeliveryStatus(said["status"]) if said["status"] else None,
        path=said["path"],
        since=since,
        until=until,
        holds=holding(said["q"], visit.services().secrets()) if said["q"] else None,
        shown={name: value for name, value in said.items() if value},
    )
    return Filter(said, choice)


def deliveries() -> str:
    """Deliveries, newest first, by status, address, time and what stands in them."""
    services = visit.services()
    chosen = read_filter(request.args)
    after = request.args.get("after", "")
    choice = chosen.choice
    bounds: dict[str, Any] = {"status": choice.status, "path": choice.path, "since": choice.since}
    bounds |= {"until": choice.until, "after": after, "limit": ROWS}
    looked, back_to = 0, None
    if choice.holds is None:
        listing = services.views.deliveries(**bounds)
        rows, following = listing.items, listing.next
    else:
        found = services.views.search_deliveries(choice.holds, **bounds)
        rows, following, looked, back_to = found.items, found.next, found.looked, found.until
    return render_template(
        "deliveries.html",
        rows=rows,
        next=following,
        after=after,
        looked=looked,
        back_to=back_to,
        chosen=chosen.said,
        kept={name: value for name, value in chosen.said.items() if value},
        statuses=list(DeliveryStatus),
        names={each.recipe_id: each.name for each in services.views.recipes(now=services.clock(), removed=True)},
        base_url=visit.base_url(),
        refused=services.views.refused(since=services.clock() - DAY, path=choice.path),
        addresses=[each for each in services.views.addresses(now=services.clock()) if each.state],
    )


def delivery(delivery_id: str) -> str:
    """One delivery as it came, and what it started; with ?as=bytes its body byte by byte."""
    services = visit.services()
    page = _page(delivery_id)
    secrets = services.secrets()
    found = page.delivery
    as_bytes = request.args.get("as") == "bytes"
    event = services.views.event(page.line.event_id) if page.line.event_id else None
    shown = without_secrets(body_text(found.body), secrets)
    return render_template(
        "delivery.html",
        line=page.line,
        address=without_secrets(shown_address(found), secrets),
        headers=without_secrets(shown_headers(found), secrets),
        body=bytes_table(found.body) if as_bytes and visit.may("operator") else shown,
        as_bytes=as_bytes and visit.may("operator"),
        event=event,
        number=len(event.runs) if event else 0,
    )


def delivery_body(delivery_id: str) -> Response:
    """The body as it came, to be saved. It may hold secrets that the page leaves out, so a viewer cannot have it."""
    visit.need("operator")
    page = _page(delivery_id)
    headers = {"Content-Disposition": f'attachment; filename="{page.line.id}.bin"'}
    return Response(page.delivery.body, content_type="application/octet-stream", headers=headers)


def _page(delivery_id: str) -> DeliveryPage:
    page = visit.services().views.delivery(delivery_id)
    if page is None:
        abort(404)
    return page


def _moment(text: str) -> float | None:
    """A time as a browser's form writes it, in the hub's time zone; None for anything else."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return local.replace(tzinfo=ZoneInfo(visit.services().settings.timezone)).timestamp()
    except (OverflowError, ValueError):
        return None

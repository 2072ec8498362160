"""The inbox: what other apps sent, and what became of it."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlsplit

from flask import Blueprint, abort, render_template, request

from hub.model import Delivery, DeliveryStatus
from hub.web import visit
from hub.web.wording.values import body_text, hidden, is_secret_name, without_secrets

ROWS = 40
"""Deliveries that one part of the list shows."""


def add_pages(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint."""
    blueprint.add_url_rule("/inbox", "deliveries", deliveries)
    blueprint.add_url_rule("/inbox/<delivery_id>", "delivery", delivery)


def deliveries() -> str:
    """Deliveries, newest first, by status and path."""
    services = visit.services()
    status = request.args.get("status", "")
    chosen = {"status": status if status in list(DeliveryStatus) else ""}
    chosen["path"] = request.args.get("path", "").strip()[:200]
    after = request.args.get("after", "")
    listing = services.views.deliveries(
        status=DeliveryStatus(chosen["status"]) if chosen["status"] else None,
        path=chosen["path"],
        after=after,
        limit=ROWS,
    )
    return render_template(
        "deliveries.html",
        rows=listing.items,
        next=listing.next,
        after=after,
        chosen=chosen,
        kept={name: value for name, value in chosen.items() if value},
        statuses=list(DeliveryStatus),
        names={each.recipe_id: each.name for each in services.views.recipes(now=services.clock(), removed=True)},
        base_url=visit.base_url(),
    )


def delivery(delivery_id: str) -> str:
    """One delivery as it came, and what it started."""
    services = visit.services()
    page = services.views.delivery(delivery_id)
    if page is None:
        abort(404)
    secrets = services.secrets()
    found = page.delivery
    return render_template(
        "delivery.html",
        line=page.line,
        address=without_secrets(shown_address(found), secrets),
        headers=without_secrets(shown_headers(found), secrets),
        body=without_secrets(body_text(found.body), secrets),
        event=services.views.event(page.line.event_id) if page.line.event_id else None,
    )


def shown_headers(delivery: Delivery) -> list[tuple[str, str]]:
    """The headers in their order, without what proves who sent the delivery."""
    return [(name, hidden(value) if is_secret_name(name) else value) for name, value in delivery.headers]


def shown_address(delivery: Delivery) -> str:
    """The address, without the values of parameters that prove who sent it."""
    parts = urlsplit(delivery.url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if not any(is_secret_name(name) for name, _ in pairs):
        return delivery.url
    query = "&".join(
        f"{quote(name)}={hidden(value) if is_secret_name(name) else quote(value)}" for name, value in pairs
    )
    return f"{parts.scheme}://{parts.netloc}{parts.path}?{query}"

"""Pages that stand for Workglue's neighbours: a website's lead form, and the quoting program."""

from __future__ import annotations

import random

from flask import Blueprint, render_template, request

from sandbox.neighbours import leads, quotes
from sandbox.neighbours.delivery import Receipt, send
from sandbox.problems import UsageError
from sandbox.resources import JOBS
from sandbox.web.forms import guard
from sandbox.web.service import service

neighbours = Blueprint("neighbours", __name__, url_prefix="/sandbox")
guard(neighbours)
_dice = random.Random()  # noqa: S311 - invents sums of money, not secrets


@neighbours.get("/lead-form")
def show_lead_form() -> str:
    """The form on the company's website."""
    return render_template("lead_form.html", configured=bool(service().settings.lead_webhook_url), values={}, faults={})


@neighbours.post("/lead-form")
def take_lead() -> tuple[str, int]:
    """Send what was filled in to the configured webhook."""
    here = service()
    url = here.settings.lead_webhook_url
    values, faults = leads.read_lead(request.form)
    told: str | None = None
    receipt: Receipt | None = None
    if not faults and url:
        content = leads.make_lead(values, text_me="may_text" in request.form, now=here.clock())
        body, headers = leads.sign_lead(here.settings.lead_webhook_secret, content)
        receipt, told = _sent(url, body, headers)
    thanked = receipt is not None and receipt.accepted
    page = render_template(
        "lead_form.html",
        configured=bool(url),
        values={} if thanked else values,
        faults=faults,
        told=told,
        receipt=receipt,
    )
    return page, 422 if faults else 200 if thanked else 502


@neighbours.get("/quotes")
def show_quotes() -> str:
    """The quoting program."""
    return _quotes_page(None, None)


@neighbours.post("/quotes")
def send_quote() -> tuple[str, int]:
    """Tell the configured webhook about a quote."""
    here = service()
    url, event = here.settings.quote_webhook_url, request.form.get("event", "")
    if not url or event not in quotes.EVENTS:
        return _quotes_page(None, None), 422
    now = here.clock()
    try:
        with here.database.reading() as connection:
            content = quotes.make_quote(connection, _dice, event=event, job=request.form.get("job") or None, now=now)
    except UsageError as problem:
        return _quotes_page(None, str(problem)), 422
    body, headers = quotes.sign_quote(here.settings.quote_webhook_secret, content, now=now)
    receipt, told = _sent(url, body, headers)
    return _quotes_page(receipt, told), 200 if receipt and receipt.accepted else 502


def _sent(url: str, body: bytes, headers: dict[str, str]) -> tuple[Receipt | None, str | None]:
    try:
        return send(url, body, headers=headers), None
    except UsageError as problem:
        return None, str(problem)


def _quotes_page(receipt: Receipt | None, told: str | None) -> str:
    with service().database.reading() as connection:
        rows = connection.execute(
            "SELECT j.number, j.name FROM jobs j JOIN job_stages s ON s.number = j.stage_id "
            "WHERE s.category = 'sales' AND j.customer_id IS NOT NULL ORDER BY j.number DESC LIMIT 50"
        ).fetchall()
    jobs = [(JOBS.identify(row["number"]), row["name"]) for row in rows]
    configured = bool(service().settings.quote_webhook_url)
    return render_template(
        "quotes.html",
        configured=configured,
        jobs=jobs,
        events=quotes.EVENTS,
        headers=quotes,
        receipt=receipt,
        told=told,
    )

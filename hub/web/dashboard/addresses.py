"""Addresses of webhooks: paused or going on, listened to while they are set up, tested, and called from a terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.errors import HubError
from hub.model import Delivery, Trigger, new_id
from hub.triggers.proposing import propose_fields
from hub.triggers.sending import Request, make_request, write_curl
from hub.web import visit
from hub.web.wording.values import without_secrets

PATH = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*")
LISTEN_FOR = {"10m": 600.0, "1h": 3_600.0, "8h": 28_800.0, "24h": 86_400.0}
EXAMPLE = '{"name": "Ana Ruiz", "phone": "+1 555 010 0199", "message": "Two bedrooms, please call."}'
KINDS = ("application/json", "application/x-www-form-urlencoded", "text/plain")
SHOWN = 20
LONGEST_BODY = 32_000


def add_pages(blueprint: Blueprint) -> None:
    """Add the pages and deeds to the blueprint."""
    blueprint.add_url_rule("/inbox/addresses", "addresses", addresses)
    blueprint.add_url_rule("/inbox/address", "address", address)
    for name, deed in (
        ("pause", pause),
        ("resume", resume),
        ("listen", listen),
        ("test", send_test),
        ("command", show_command),
    ):
        blueprint.add_url_rule(f"/inbox/address/{name}", f"address_{name}", deed, methods=["POST"])


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form for a test holds, and the command that was made of it."""

    body: str
    content_type: str
    command: str = ""
    expires_at: float | None = None
    secret_name: str = ""


def addresses() -> str:
    """All addresses: those that recipes listen to, and those that are paused or listened to."""
    services = visit.services()
    marked = {each.path: each for each in services.views.addresses(now=visit.now())}
    heard: dict[str, list[str]] = {}
    for recipe in services.shelf.enabled():
        for trigger in recipe.triggers:
            if trigger.type == "webhook":
                heard.setdefault(str(trigger.options["path"]), []).append(recipe.name)
    lines = [(path, marked.get(path), heard.get(path, [])) for path in sorted({*marked, *heard})]
    return render_template("addresses.html", lines=lines, base_url=visit.base_url(), choices=list(LISTEN_FOR))


def address() -> str:
    """One address (?path=)."""
    return _page(_path(request.args.get("path", "")), None)


def pause() -> ResponseReturnValue:
    """Keep what comes without starting anything."""
    person, path = visit.need("operator"), _path(request.form.get("path", ""))
    done = visit.services().ledger.pause(path, by=person.email, now=visit.now(), where=visit.remote())
    flash(f"/hooks/{path} is paused. What comes is kept." if done else "It is paused already.")
    return _back(path)


def resume() -> ResponseReturnValue:
    """Start what was kept back, in order, and go on."""
    person, path = visit.need("operator"), _path(request.form.get("path", ""))
    services = visit.services()
    if services.intake.listener(path) is None and services.views.address(path).waiting:
        flash("No recipe that is on listens at this address. Switch it on first; what came stays kept back.", "bad")
        return _back(path)
    done = services.ledger.resume(path, by=person.email, now=visit.now(), where=visit.remote())
    flash("It goes on. What was kept back starts in the order in which it came." if done else "It was not paused.")
    return _back(path)


def listen() -> ResponseReturnValue:
    """Keep samples of what comes (form field `for`: 10m, 1h, 8h, 24h, or "" to end it)."""
    person, path = visit.need("operator"), _path(request.form.get("path", "").strip().removeprefix("/hooks/"))
    services = visit.services()
    wanted = request.form.get("for", "")
    if wanted and wanted not in LISTEN_FOR:
        abort(400)
    if wanted and services.intake.listener(path) is not None:
        flash("A recipe listens at this address already. What comes is in the inbox.", "bad")
        return _back(path)
    until = visit.now() + LISTEN_FOR[wanted] if wanted else 0.0
    if not services.ledger.listen(path, until=until, by=person.email, now=visit.now(), where=visit.remote()):
        flash("Too many addresses are listened to. End one of them first.", "bad")
    elif wanted:
        flash(f"The hub listens at /hooks/{path} now. Let the other app send something.")
    return _back(path)


def send_test() -> ResponseReturnValue:
    """Send a delivery to this address as its sender would, marked as a test."""
    person, path = visit.need("operator"), _path(request.form.get("path", ""))
    services = visit.services()
    try:
        made, _ = _make(path)
        now = visit.now()
        delivery = Delivery(
            id=new_id("dlv", now),
            path=path,
            method=made.method,
            url=made.url,
            query=made.url.partition("?")[2],
            headers=made.headers,
            body=made.body,
            received_at=now,
            remote=visit.remote(),
            origin="test",
        )
        answer = services.intake.deliver(delivery)
    except HubError as problem:
        flash(f"{problem.message} {problem.hint}".strip(), "bad")
        return _back(path)
    after = {"path": path, "delivery": delivery.id, "answer": answer.status}
    services.ledger.audit(person.email, "address.test", now=now, after=after, where=visit.remote())
    flash(f"The test was sent and answered {answer.status}.")
    return redirect(url_for("dashboard.delivery", delivery_id=delivery.id), 303)


def show_command() -> ResponseReturnValue:
    """The page with a command for a terminal that sends this body, signed."""
    visit.need("operator")
    path = _path(request.form.get("path", ""))
    try:
        made, draft = _make(path)
        draft = replace(draft, command=write_curl(made), expires_at=made.expires_at, secret_name=made.secret_name)
    except HubError as problem:
        flash(f"{problem.message} {problem.hint}".strip(), "bad")
        return _back(path)
    return _page(path, draft)


def _make(path: str) -> tuple[Request, Draft]:
    services = visit.services()
    found = services.intake.listener(path)
    if found is None:
        raise HubError("No recipe that is on listens at this address.")
    kind = request.form.get("content_type", KINDS[0])
    draft = Draft(request.form.get("body", "")[:LONGEST_BODY], kind if kind in KINDS else KINDS[0])
    made = make_request(
        found[1],
        secrets=services.secrets(),
        url=f"{visit.base_url()}/hooks/{path}",
        body=draft.body.replace("\r\n", "\n").encode(),
        content_type=draft.content_type,
        delivery_id=new_id("test", visit.now()),
        now=visit.now(),
    )
    return made, draft


def _page(path: str, draft: Draft | None) -> str:
    services = visit.services()
    found = services.intake.listener(path)
    line = services.views.address(path)
    kept = services.views.samples(path, limit=SHOWN) or services.views.believed(path, limit=SHOWN)
    secrets = services.secrets()
    fields = [replace(each, example=without_secrets(each.example, secrets)) for each in propose_fields(kept)]
    return render_template(
        "address.html",
        line=line,
        listens=line.listens_until > visit.now(),
        recipe=found[0] if found else None,
        verify=_verify(found[1]) if found else "",
        fields=fields,
        looked=len(kept),
        samples=services.views.deliveries(path=path, limit=10).items,
        draft=draft or (_first_draft(kept, secrets) if visit.may("operator") else None),
        kinds=KINDS,
        choices=list(LISTEN_FOR),
        base_url=visit.base_url(),
        proposal=_proposal(path, [each.name for each in fields]) if not found else "",
    )


def _first_draft(kept: tuple[Delivery, ...], secrets: Any) -> Draft:
    """The newest real body, where it is text and holds no secret; else an example."""
    for each in kept[:1]:
        kind = next((value for name, value in each.headers if name.lower() == "content-type"), "").partition(";")[0]
        try:
            text = each.body.decode("utf-8")
        except UnicodeDecodeError:
            break
        if text and "\0" not in text and len(text) <= LONGEST_BODY and without_secrets(text, secrets) == text:
            return Draft(text, kind if kind in KINDS else KINDS[0])
    return Draft(EXAMPLE, KINDS[0])


def _proposal(path: str, names: list[str]) -> str:
    """The beginning of a recipe for this address."""
    shown = "\n".join(
        f'      {re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")}: "{{{{ {name} }}}}"' for name in names[:8]
    )
    secret = re.sub("[^A-Z0-9]+", "_", path.upper()).strip("_")
    secret = secret if secret[:1].isalpha() else f"HOOK_{secret}"
    return (
        f"recipe: 1\nname: What comes to {path}\ntrigger:\n  type: webhook\n  path: {path}\n  verify: token\n"
        f"  secret: {secret[:50]}_TOKEN\nsteps:\n  - id: received\n    action: set\n    with:\n"
        + (shown or '      body: "{{ body }}"')
        + "\n"
    )


def _verify(trigger: Trigger) -> str:
    choice = trigger.options.get("verify")
    return str(choice.get("scheme")) if isinstance(choice, dict) else str(choice)


def _path(text: str) -> str:
    if len(text) > 200 or not PATH.fullmatch(text):
        abort(404 if request.method == "GET" else 400)
    return text


def _back(path: str) -> ResponseReturnValue:
    return redirect(url_for("dashboard.address", path=path), 303)

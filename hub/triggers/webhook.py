"""`type: webhook`: another app sends a request to an address of the hub."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hub.errors import SignatureError
from hub.model import Event, Trigger
from hub.recipe.durations import parse_duration
from hub.registry import Parameter, TriggerType
from hub.signing import Kind, Scheme, scheme_of
from hub.triggers.body import KINDS
from hub.triggers.limits import HOW_TO_WRITE, read_limit
from hub.triggers.reception import Reception, receive

__all__ = ["TRIGGER", "Reception", "receive"]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
RESPOND = ("status", "body", "content_type", "wait")
LONGEST_TOLERANCE = 86_400.0
LONGEST_WAIT = 25.0
"""Seconds. Hosts cut an answer off after 30."""

_PATH = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*")
_CONTENT_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,60}(?:; ?charset=[a-zA-Z0-9-]{1,20})?")
SECRET_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_SECRET_TEMPLATE = re.compile(r"\{\{\s*secrets\.([A-Za-z][A-Za-z0-9_]*)\s*\}\}")

Finding = tuple[str, str, str]


def _matches(trigger: Trigger, event: Event) -> bool:
    return event.type == "webhook" and event.source == f"webhook:{trigger.options.get('path')}"


def _check(trigger: Trigger) -> Sequence[Finding]:
    return [*_check_path(trigger.options.get("path")), *_check_verify(trigger.options), *_check_rest(trigger.options)]


def _check_path(path: Any) -> Iterator[Finding]:
    if not path:
        yield "path", "The webhook has no path.", "Write one of your own, as in `path: leads/website`."
    elif not isinstance(path, str) or len(path) > 200 or not _PATH.fullmatch(path):
        better = re.sub(r"[^a-z0-9_/-]+", "-", str(path).lower()).strip("-/")[:200]
        better = re.sub(r"/{2,}", "/", better) or "leads/website"
        yield "path", "A path is made of small letters, digits, - and _, with / in between.", f"Write `path: {better}`."


def _check_verify(options: Mapping[str, Any]) -> Iterator[Finding]:
    choice = options.get("verify")
    if choice is None or choice == "":
        yield (
            "verify",
            "It does not say how a delivery is believed.",
            "Write how the sender signs, as in `verify: standard`; `verify: none` lets anybody start this recipe.",
        )
        return
    try:
        scheme = scheme_of(choice)
    except SignatureError as problem:
        yield "verify", problem.message, problem.hint
        return
    yield from _check_secret(scheme, options.get("secret"))
    yield from _check_handshake(scheme, choice)
    yield from _check_tolerance(scheme, options.get("tolerance"))


def _check_secret(scheme: Scheme, secret: Any) -> Iterator[Finding]:
    if scheme.kind is Kind.NONE:
        if secret:
            yield (
                "secret",
                "With `verify: none` the secret is not used.",
                "Take it away, or write how the sender signs.",
            )
        return
    if not secret:
        hint = f"{scheme.shown_at} Keep it as HUB_SECRET_{_suggest(scheme)} and write `secret: {_suggest(scheme)}`."
        yield "secret", f"{scheme.title} needs a secret, and none is named.", hint
        return
    for name in [secret] if isinstance(secret, str) else secret:
        yield from _check_name("secret", name, scheme)


def _check_name(option: str, name: Any, scheme: Scheme) -> Iterator[Finding]:
    if isinstance(name, str) and SECRET_NAME.fullmatch(name) and not name.lower().startswith(("whsec_", "whpk_")):
        return
    template = _SECRET_TEMPLATE.fullmatch(name) if isinstance(name, str) else None
    better = template[1] if template else _suggest(scheme)
    # The value itself is not repeated: it may be the secret.
    yield option, "This is not the name of a secret.", f"Write its name, never the secret itself: `{option}: {better}`."


def _check_handshake(scheme: Scheme, choice: Any) -> Iterator[Finding]:
    if not scheme.needs_handshake_secret:
        return
    name = choice.get("handshake_secret") if isinstance(choice, Mapping) else None
    if not name:
        hint = f"Write `verify: {{scheme: {scheme.name}, handshake_secret: {_suggest(scheme)}_HANDSHAKE}}`."
        yield "verify", f"{scheme.title} asks for a token when it is connected, and none is named.", hint
    elif not isinstance(name, str) or not SECRET_NAME.fullmatch(name):
        yield from _check_name("handshake_secret", name, scheme)


def _check_tolerance(scheme: Scheme, tolerance: Any) -> Iterator[Finding]:
    if tolerance is None:
        return
    if scheme.stamp is None:
        yield "tolerance", f"{scheme.title} sends no time stamp, so nothing can be too old.", "Take tolerance away."
    elif not 0 < tolerance <= LONGEST_TOLERANCE:
        yield "tolerance", "tolerance must be above nothing and at most a day.", "Write `tolerance: 5m`."


def _check_rest(options: Mapping[str, Any]) -> Iterator[Finding]:
    for option, words in (("methods", METHODS), ("content_types", KINDS)):
        for word in options.get(option) or ():
            if word not in words:
                yield option, f"{option} cannot hold {str(word)[:40]!r}.", f"The words are {', '.join(words)}."
    if options.get("limit"):
        try:
            read_limit(str(options["limit"]))
        except ValueError as problem:
            yield "limit", f"The limit cannot be read: {problem}.", HOW_TO_WRITE
    respond = options.get("respond")
    if respond:
        yield from _check_respond(respond)


def _check_respond(respond: Mapping[str, Any]) -> Iterator[Finding]:
    for key in respond:
        if key not in RESPOND:
            near = difflib.get_close_matches(str(key), RESPOND, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"The keys are {', '.join(RESPOND)}."
            yield "respond", f"respond knows no key {str(key)[:40]!r}.", hint
    yield from _check_wait(respond.get("wait"))
    kind = respond.get("content_type", "text/plain")
    if not isinstance(kind, str) or not _CONTENT_TYPE.fullmatch(kind):
        yield "respond", "content_type must be the type of the answer.", "Write `content_type: text/xml`."
    status = respond.get("status", 200)
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 299:
        yield (
            "respond",
            "status must be a number from 200 to 299: the delivery was taken.",
            "Write `respond: {status: 200}`.",
        )
    if not isinstance(respond.get("body", ""), str | dict | list):
        yield "respond", "body must be a text, an object or a list.", 'Write `body: "ok"`.'


def _check_wait(wait: Any) -> Iterator[Finding]:
    if wait is None:
        return
    try:
        seconds = parse_duration(str(wait)) if isinstance(wait, str) else 0.0
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_WAIT:
        hint = "Write `wait: 10s`. When the run is not over by then, the sender is answered 202."
        yield "respond", f"wait is how long the sender waits for the run, at most {LONGEST_WAIT:g} seconds.", hint


def _suggest(scheme: Scheme) -> str:
    return f"{scheme.name.upper()}_SECRET"


TRIGGER = TriggerType(
    name="webhook",
    doc="Another app sends a request to an address of the hub.",
    parameters=(
        Parameter("path", "text", required=True, doc="Your part of the address, after /hooks/: leads/website."),
        Parameter(
            "verify",
            "text|object",
            required=False,
            doc="How a delivery is believed: standard, github, stripe, ... (docs/webhooks.md), hmac or token with "
            "details, basic, or none, which must be said.",
        ),
        Parameter(
            "secret",
            "text|list",
            required=False,
            doc="The name of the secret, or several names while it is being changed.",
        ),
        Parameter(
            "tolerance", "duration", required=False, doc="How old a delivery may be; the sender's own rule else."
        ),
        Parameter(
            "dedupe",
            "expression",
            required=False,
            default="",
            doc="What tells the same delivery again: body.id. Else the sender's id for it, else its body.",
        ),
        Parameter("methods", "list", required=False, default=("POST",), doc=f"Of {', '.join(METHODS)}."),
        Parameter(
            "respond",
            "object",
            required=False,
            doc="The answer: status (200 to 299), body (with braces, as everywhere), content_type, and wait: how long "
            "the sender waits for the run; body then knows its result.",
        ),
        Parameter(
            "limit",
            "text",
            required=False,
            doc="How many deliveries are let in: 60 per minute. More are answered 429. Else HUB_HOOK_LIMIT counts.",
        ),
        Parameter(
            "gzip",
            "boolean",
            required=False,
            default=False,
            doc="Whether bodies compressed by gzip are taken; the signature may be over either form.",
        ),
        Parameter(
            "content_types",
            "list",
            required=False,
            default=(),
            doc=f"What is taken, of {', '.join(KINDS)}; everything else is kept and marked. All of them, if not given.",
        ),
    ),
    scope={
        "event": "What happened: id, type, source, time, data.",
        "body": "What was sent: an object for JSON and forms, else a text; none when there was nothing.",
        "headers": "The headers by small name, without those that prove who sent it.",
        "query": "The parameters of the address.",
    },
    matches=_matches,
    check=_check,
)

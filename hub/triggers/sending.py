"""The other side of a webhook: a request that its trigger will believe, for a test or for a command to copy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hub.errors import HubError, SignatureError
from hub.model import Trigger
from hub.signing import Kind, Scheme, scheme_of, sign

PUBLIC_KEYS = (Kind.ED25519, Kind.ECDSA)
ENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent. `expires_at` is when it is no longer believed, None when it always is.

    `secret_name` is set where the secret itself is sent; it then stands as it is in `url`, `headers` or `body`.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    expires_at: float | None
    secret: str = ""
    secret_name: str = ""


def make_request(
    trigger: Trigger,
    *,
    secrets: Mapping[str, str],
    url: str,
    body: bytes,
    content_type: str,
    delivery_id: str,
    now: float,
) -> Request:
    """A request that is believed. HubError, with what to do instead, where only the sender itself can sign."""
    scheme = scheme_of(trigger.options.get("verify"))
    name, secret = _secret(trigger, scheme, secrets)
    methods = tuple(trigger.options.get("methods") or ("POST",))
    method = "POST" if "POST" in methods else methods[0]
    kind, _, place = scheme.carrier.source.split("|")[0].partition(":")
    sends_itself = scheme.kind in (Kind.TOKEN, Kind.BASIC)
    if sends_itself and kind == "query":
        url = f"{url}?{place}={quote(secret, safe='')}"
    elif sends_itself and kind == "body":
        body = _with_field(body, place, secret)
    body = _with_time(scheme, body, now)
    given = {"content-type": content_type} if body else {}
    if not sends_itself or kind == "header":
        given |= _sign(scheme, secret, body, url, content_type, delivery_id, method, now)
    elif scheme.id and scheme.id[0].startswith("header:"):
        given[scheme.id[0].removeprefix("header:")] = delivery_id
    tolerance = trigger.options.get("tolerance") or (scheme.stamp.tolerance if scheme.stamp else None)
    return Request(
        method,
        url,
        tuple(given.items()),
        body,
        now + float(tolerance) if scheme.stamp and tolerance else None,
        secret if sends_itself else "",
        name if sends_itself else "",
    )


def write_curl(request: Request) -> str:
    """A command for a shell that sends it. A secret that is sent itself stands there as a variable, never as it is."""
    parts = [f"curl -sS -X {request.method} {_quoted(request.url, request)}"]
    for name, value in request.headers:
        with_login = request.secret_name and value.startswith("Basic ")
        parts.append(f'-u "${request.secret_name}"' if with_login else f"-H {_quoted(f'{name}: {value}', request)}")
    if request.body:
        parts.append(f"--data-binary {_quoted(_text(request.body), request)}")
    return " \\\n  ".join(parts)


def _secret(trigger: Trigger, scheme: Scheme, secrets: Mapping[str, str]) -> tuple[str, str]:
    if scheme.kind is Kind.NONE:
        return "", ""
    option = trigger.options.get("secret") or ()
    names = [option] if isinstance(option, str) else list(option)
    for name in names:
        if secrets.get(name):
            if scheme.for_secret(secrets[name]).kind in PUBLIC_KEYS:
                raise HubError(
                    f"{scheme.title} signs with a key that only the sender has.",
                    hint="Let the sender send a test, or run an earlier delivery again.",
                )
            return name, secrets[name]
    raise HubError("The secret of this webhook is not set.", hint=f"Set HUB_SECRET_{names[0] if names else 'NAME'}.")


def _sign(
    scheme: Scheme, secret: str, body: bytes, url: str, content_type: str, delivery_id: str, method: str, now: float
) -> dict[str, str]:
    try:
        return sign(
            scheme,
            secret=secret,
            body=body,
            now=now,
            delivery_id=delivery_id,
            method=method,
            url=url,
            content_type=content_type,
        )
    except (ValueError, SignatureError) as problem:
        raise HubError(
            f"{scheme.title} does not sign in a header, so the hub cannot sign in its place.",
            hint="Let the sender send a test, or run an earlier delivery again.",
        ) from problem


def _with_field(body: bytes, name: str, secret: str) -> bytes:
    try:
        value: Any = json.loads(body or b"{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise HubError("The secret stands in the body of this webhook, so the body must be a JSON object.")
    return json.dumps({**value, name: secret}).encode()


def _with_time(scheme: Scheme, body: bytes, now: float) -> bytes:
    """Where the time of signing stands in the body (Linear), that of an earlier delivery would be too old."""
    kind, _, name = scheme.stamp.source.partition(":") if scheme.stamp else ("", "", "")
    if kind != "body" or scheme.stamp is None:
        return body
    try:
        value = json.loads(body)
    except ValueError:
        return body
    if not isinstance(value, dict) or name not in value:
        return body
    return json.dumps({**value, name: int(now * 1000) if scheme.stamp.unit == "ms" else int(now)}).encode()


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise HubError("This body is no text, so it cannot stand in a command.") from problem
    if "\0" in text:
        raise HubError("This body is no text, so it cannot stand in a command.")
    return text


def _quoted(text: str, request: Request) -> str:
    """The text for a shell; the secret, also as it stands in an address, becomes a variable."""
    parts = [text]
    spellings = (request.secret, quote(request.secret, safe=""), json.dumps(request.secret)[1:-1])
    for spelled in filter(None, dict.fromkeys(spellings)):
        parts = [piece for part in parts for piece in part.split(spelled)]
    inside = [part.replace("'", "'\\''") for part in parts]
    return f"'\"${request.secret_name}\"'".join(["'" + inside[0], *inside[1:]]) + "'" if inside else "''"

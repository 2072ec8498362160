"""`webhook.send`: an event for another program, signed by Standard Webhooks.

Its id is made from the step's idempotency key, so every attempt carries the same id and the same body, under a fresh
time stamp and signature. The receiver knows a repeat by the id; that is why an attempt without an answer is repeated.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from hub.context import Context
from hub.errors import NotFound, Permanent, RateLimited, StepError, Transient, Unknown
from hub.model import ActionKind, Record
from hub.patience import read_wait
from hub.recipe.templates import has_braces
from hub.registry import Outcome, action
from hub.signing import SCHEMES, sign

LARGEST_BODY = 1024 * 1024
SECONDS = 20.0
_TYPE = re.compile(r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*")
_TYPE_HINT = "Write words of letters, digits and underscores with dots between them, as in job.won."
_MAY_WORK_LATER = frozenset({408, 409, 423, 425})


def _check(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    kind, secret = arguments.get("type"), arguments.get("secret")
    if isinstance(kind, str) and not has_braces(kind) and not _is_type(kind):
        yield "type", f"{kind[:60]!r} cannot be the type of an event.", _TYPE_HINT
    if isinstance(secret, str) and not has_braces(secret):
        yield "secret", "A signing secret does not stand in the recipe.", 'Write "{{ secrets.NAME }}".'


@action(
    "webhook.send",
    kind=ActionKind.ABSOLUTE,
    secrets=("url", "secret"),
    output="{status, id}: the receiver's answer, and the id under which the receiver knows the event.",
    check=lambda arguments: tuple(_check(arguments)),
)
def send(ctx: Context, *, url: str, secret: str, type: str, data: Any, timestamp: str = "") -> Outcome:
    """Tells another program that something happened, signed by Standard Webhooks. Every attempt carries the same id,
    so that the receiver takes the event once; without an answer it is sent again. Redirects are not followed, and
    addresses inside the own network are refused unless the settings name their host.

    url: The receiver's address, starting with https:// or http://.
    secret: The signing secret that the receiver has too, beginning with whsec_; by the name of a secret.
    type: What happened, in words with dots between them, as in job.won.
    data: What the receiver gets to know, usually an object.
    timestamp: When it happened. The moment of the first attempt when nothing is given.
    """
    body = make_body(type, data, timestamp=timestamp or ctx.began)
    message_id = make_id(ctx.key)
    headers = {**_signed(secret, body, message_id, now=ctx.now()), "Content-Type": "application/json"}
    host = urlsplit(url.strip()).hostname or "the receiver"
    ctx.before_send()
    try:
        answer = ctx.http.request("POST", url, headers=headers, params={}, text=body, timeout=SECONDS)
    except Unknown as lost:
        raise Transient(f"{lost} It goes out again under the same id.", status=lost.status) from lost
    if 200 <= answer["status"] < 300:
        return Outcome({"status": answer["status"], "id": message_id}, f"{answer['status']} from {host}")
    raise _refusal(answer, host, now=ctx.now())


def make_id(key: str) -> str:
    """The id of a delivery, from the idempotency key of its step."""
    return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def make_body(type: str, data: Any, *, timestamp: str | float) -> str:
    """The JSON of a delivery. Permanent when `type` is no type, `timestamp` no moment, or all of it too large."""
    if not _is_type(type):
        raise Permanent(f"{type[:100]!r} cannot be the type of an event.", hint=_TYPE_HINT)
    text = json.dumps({"type": type, "timestamp": _moment(timestamp), "data": data}, ensure_ascii=False)
    # A lone surrogate cannot be written as UTF-8; with a backslash before it, it is JSON's own way to write it.
    body = text.encode("utf-8", "backslashreplace")
    if len(body) > LARGEST_BODY:
        raise Permanent(f"The event is larger than {LARGEST_BODY // 1024} KiB.", hint="Send fewer fields.")
    return body.decode()


def _is_type(word: str) -> bool:
    return len(word) <= 100 and _TYPE.fullmatch(word) is not None


def _moment(given: str | float) -> str:
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else datetime.fromtimestamp(given, UTC)
    except (ValueError, OverflowError):
        raise Permanent(f"{given!r:.60} is no moment.", hint="Write it as 2026-03-31T08:00:00Z.") from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _signed(secret: str, body: str, message_id: str, *, now: float) -> dict[str, str]:
    hint = "It begins with whsec_ and is best kept with: python -m hub secrets set NAME"
    if not secret.strip().startswith("whsec_"):
        raise Permanent("The signing secret is not one of Standard Webhooks.", hint=hint)
    try:
        return sign(SCHEMES["standard"], secret=secret.strip(), body=body.encode(), now=now, delivery_id=message_id)
    except ValueError:
        raise Permanent("The signing secret cannot be read: it is damaged or cut off.", hint=hint) from None


def _refusal(answer: Record, host: str, *, now: float) -> StepError:
    """What an answer other than 2xx means for the delivery."""
    status: int = answer["status"]
    detail = " ".join(str(answer["text"]).split())[:300]
    wait = answer["headers"].get("retry-after", "")
    patience = read_wait(wait, date=answer["headers"].get("date", ""), now=now) if wait or status == 429 else None
    if status == 429:
        return RateLimited(f"{host} asks for patience.", retry_after=patience, status=status, detail=detail)
    if status >= 500 or status in _MAY_WORK_LATER:
        words = f"{host} could not take the event ({status}). It goes out again under the same id."
        return Transient(words, retry_after=patience, status=status, detail=detail)
    if status == 410:
        return NotFound(f"{host} does not want these events any more (410).", status=status, detail=detail)
    if 300 <= status < 400:
        hint = "Use the address that it names."
        words = f"{host} sent us to another address ({status}), which is not followed."
        return Permanent(words, status=status, detail=detail, hint=hint)
    return Permanent(f"{host} refused the event ({status}).", status=status, detail=detail)

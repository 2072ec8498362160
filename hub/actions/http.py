"""`http.request`: any other API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from hub.actions.outside import METHODS, SAFE_METHODS, lost
from hub.context import Context
from hub.errors import Conflict, NotFound, Permanent, RateLimited, StepError, Transient
from hub.model import ActionKind, Record
from hub.patience import read_wait
from hub.registry import Outcome, action


@action(
    "http.request",
    kind=ActionKind.SEND,
    secrets=("url", "headers", "params", "json", "form", "text"),
    choices={"method": METHODS},
    output="{status, headers, body, text}: body is the parsed JSON where the answer is JSON, else empty.",
)
def request(
    ctx: Context,
    *,
    url: str,
    method: str = "GET",
    headers: dict[str, Any] | None = None,
    params: dict[str, Any] | None = None,
    json: Any = None,
    form: dict[str, Any] | None = None,
    text: str | None = None,
    expect: Any = None,
    timeout: float = 20.0,
) -> Outcome:
    """Calls another API and waits for its answer. Redirects are not followed. Addresses inside the own network are
    refused unless the settings name their host.

    url: The address, starting with https:// or http://.
    method: What to do there: GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS.
    headers: Headers to send along.
    params: What goes into the address after the question mark.
    json: A body to send as JSON.
    form: A body to send as a web form.
    text: A body to send as plain text.
    expect: The status, or a list of statuses, that count as success. All from 200 to 299 when nothing is given.
    timeout: Seconds to wait for the answer, at most 120.
    """
    word = method.strip().upper()
    wanted = _statuses(expect)
    if word not in SAFE_METHODS:
        ctx.before_send()
    answer = ctx.http.request(
        word, url, headers=headers or {}, params=params or {}, json=json, form=form, text=text, timeout=timeout
    )
    host = urlsplit(url.strip()).hostname or "the server"
    status = answer["status"]
    if (status in wanted) if wanted else (200 <= status < 300):
        return Outcome(answer, f"{status} from {host}")
    raise refusal_of(answer, word, host, now=ctx.now())


def _statuses(expect: Any) -> frozenset[int]:
    if expect is None:
        return frozenset()
    try:
        statuses = frozenset(int(each) for each in (expect if isinstance(expect, list | tuple) else [expect]))
    except (TypeError, ValueError):
        statuses = frozenset({0})
    if not statuses or not all(100 <= each <= 599 for each in statuses):
        raise Permanent(f"expect must be a status such as 200, or a list of them. It is {expect!r}.")
    return statuses


def refusal_of(answer: Record, method: str, host: str, *, now: float) -> StepError:
    """The StepError that a status other than the expected ones means (docs/how-it-works.md)."""
    status: int = answer["status"]
    told: dict[str, Any] = {"status": status, "detail": " ".join(str(answer["text"]).split())[:300]}
    if status == 429:
        wait = _wait(answer["headers"], now)
        return RateLimited(f"{host} asks for patience: too many requests.", retry_after=wait, **told)
    if status == 425:
        return Transient(f"{host} is not ready for this request yet.", **told)
    if status == 408 or status >= 500:
        problem = lost(method, host, f"it answered with a fault of its own ({status})", status=status)
        if isinstance(problem, Transient) and "retry-after" in answer["headers"]:
            problem.retry_after = _wait(answer["headers"], now)
        problem.detail = str(told["detail"])
        return problem
    if status < 300:
        return Permanent(f"{host} answered {status}, which the recipe does not expect.", **told)
    if status < 400:
        return Permanent(
            f"{host} sent us to another address ({status}), which is not followed.",
            hint="Use the address that it names, or put the status under expect.",
            **told,
        )
    if status in (401, 403):
        return Permanent(f"{host} does not let us do this ({status}). Check the key or the password.", **told)
    kind = {404: NotFound, 410: NotFound, 409: Conflict}.get(status, Permanent)
    words = "has nothing at this address" if kind is NotFound else "refused the request"
    return kind(f"{host} {words} ({status}).", **told)


def _wait(headers: Mapping[str, str], now: float) -> float:
    return read_wait(headers.get("retry-after", ""), date=headers.get("date", ""), now=now)

"""Who may use the API: whoever shows a token, for what its scopes say, so often a minute."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import cast

from flask import current_app, g, request
from flask.typing import ResponseReturnValue

from hub.store.subscribers import ApiToken
from hub.web import visit
from hub.web.api.faults import Refusal, fault

SCOPES = {
    "read": "look at recipes and runs",
    "run": "start and decide runs",
    "hooks": "subscribe to events, and see and end its own subscriptions",
    "admin": "everything, also the subscriptions of other tokens",
}
"""What a token may be allowed to do."""

OPEN_ENDPOINT = "openapi"
"""The one address that needs no token."""

RATES = "hub.api.rates"
PER_MINUTE = 120
_MOST_TOKENS = 10_000
_TOKEN = re.compile(r"hub_([a-z0-9]{4,40})_([A-Za-z0-9_-]{20,200})")
_MAKE_ONE = "Make a token with: python -m hub tokens create NAME --scope hooks"


class Rates:
    """How many requests each token may still make: PER_MINUTE, refilled steadily. Counted in this process; several web
    processes each count for themselves. Safe for many threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, token_id: str) -> float:
        """Count a request and return 0, or return the seconds to wait."""
        now = self._clock()
        with self._lock:
            left, at = self._left.get(token_id, (float(PER_MINUTE), now))
            left = min(float(PER_MINUTE), left + max(0.0, now - at) * PER_MINUTE / 60.0)
            is_allowed = left >= 1.0
            self._left[token_id] = (left - 1.0 if is_allowed else left, now)
            self._left.move_to_end(token_id)
            while len(self._left) > _MOST_TOKENS:
                self._left.popitem(last=False)
        return 0.0 if is_allowed else (1.0 - left) * 60.0 / PER_MINUTE


def let_in() -> ResponseReturnValue | None:
    """Before each request: find the token, or answer 401 or 429."""
    if request.endpoint == f"api.{OPEN_ENDPOINT}":
        return None
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    match = _TOKEN.fullmatch(text.strip())
    if kind.lower() != "bearer" or match is None:
        message = "This needs a token, in a header: Authorization: Bearer hub_..."
        return fault(401, "unauthorized", message, hint=_MAKE_ONE, headers={"WWW-Authenticate": "Bearer"})
    found = visit.services().ledger.find_token(match[1], match[2], now=visit.now())
    if found is None:
        message = "This token is not known, has been revoked, or has expired."
        return fault(401, "unauthorized", message, hint=_MAKE_ONE, headers={"WWW-Authenticate": "Bearer"})
    wait = cast(Rates, current_app.extensions[RATES]).take(found.id)
    if wait:
        message = f"Too many requests: a token has {PER_MINUTE} a minute."
        return fault(429, "too_many_requests", message, headers={"Retry-After": str(int(wait) + 1)})
    g.api_token = found
    return None


def token() -> ApiToken:
    """The token of this request."""
    return cast(ApiToken, g.api_token)


def may(scope: str) -> bool:
    """Whether the token has this scope, or the one that has them all."""
    return not {scope, "admin"}.isdisjoint(token().scopes)


def demand(*scopes: str) -> None:
    """Refusal, 403, when the token has none of these scopes."""
    if not any(may(each) for each in scopes):
        raise Refusal(
            f"This token may not {SCOPES[scopes[0]]}: it lacks the scope {scopes[0]}.",
            status=403,
            code="forbidden",
            hint=f"Make a token with: python -m hub tokens create NAME --scope {scopes[0]}",
        )


def who() -> str:
    """The token as the audit trail names it."""
    return f"token {token().name}"

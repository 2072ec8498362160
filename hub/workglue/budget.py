"""How many calls may leave now: this process's part of the budget that all of them share.

A slow limit is asked for call by call, a fast one in handfuls. Nothing is asked while the API names no limit. What is
refused gets a turn of its own: the waiting calls of a process come back one after the other, not all at once.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping

from hub.errors import RateLimited, Unauthorized, Unavailable
from hub.ports import Drawn, Purse
from hub.workglue.dialect import Rate

USUAL_SHARE = 0.9
"""The part of the burst that runs may use up; those of high priority may have all of it."""
POLLS_SHARE = 0.6
IMPATIENCE = 0.1
"""By how much the share of a poll grows each time that it is refused, so that busy recipes do not starve it."""
PATIENCE = 2.0
"""Seconds that a call waits for its turn before its run makes room for others."""
HANDFUL = 0.1
"""Seconds' worth of calls that a process takes at once."""
LARGEST_HANDFUL = 50
FRESH = 1.0
"""Seconds after which calls that were taken and not made are forgotten, and the budget is asked again."""
WITHOUT_LIMIT = 1_000_000
USUAL_INTERVAL = 0.05
"""Seconds between two turns where no limit is known."""
LONGEST_TURN = 300.0
LONGEST_NUMBER = 10
WAITS_FOR_A_KEY = "Workglue does not accept the API key any more. It goes on when the office has entered a new one."


class Allowance:
    """The budget as one process sees it. Threads share it. `sleep` waits for some seconds.

    `fixed` is what the settings say a minute holds; None leaves it to what the API says. `noticed(version, state)` is
    told which key the budget is of, each time that it is asked.
    """

    def __init__(
        self,
        purse: Purse | None,
        name: str,
        *,
        rate: Rate,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        fixed: int | None = None,
        noticed: Callable[[int, str], None] | None = None,
    ) -> None:
        self._purse = purse
        self._name = name
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._fixed = fixed
        self._noticed = noticed
        self._lock = threading.Lock()
        self._known: int | None = None
        self._left = 0
        self._fresh_until = 0.0
        self._blocked_until = 0.0
        self._turn_at = 0.0
        self._interval = USUAL_INTERVAL

    def spend(self, share: float) -> None:
        """Return when a call may be made. RateLimited when that is not soon: it says when to come back. Unauthorized
        when the key is known not to work."""
        wait = self._draw(share)
        if wait > 0:
            self._sleep(wait)

    def learn(self, headers: Mapping[str, str], *, good: bool) -> None:
        """Take in what an answer says about the limit. A `good` answer that says nothing means that there is none."""
        text = headers.get(self._rate.limit_header, "") if self._rate.limit_header else ""
        said = int(text) if text.isdecimal() and len(text) < LONGEST_NUMBER else None
        if said is None and good and self._known is None:
            said = 0
        if self._fixed is None and said is not None:
            self._remember(said)

    def hold(self, seconds: float) -> None:
        """The API has asked for patience: neither this process nor any other calls before that."""
        until = self._clock() + seconds
        with self._lock:
            self._left = 0
            self._blocked_until = max(self._blocked_until, until)
        if self._purse is not None:
            with contextlib.suppress(Unavailable):  # this process keeps to it at least
                self._purse.hold_calls(self._name, until=until)

    def _remember(self, per_minute: int) -> None:
        if per_minute == self._known or self._purse is None:
            return
        with contextlib.suppress(Unavailable):  # the next answer says it again
            self._tell(self._purse, per_minute)
            self._known = per_minute

    def _tell(self, purse: Purse, per_minute: int) -> None:
        """One call of the burst is left out: the API's clock is not ours."""
        purse.learn_rate(self._name, per_minute=per_minute, burst=max(1, self._rate.burst - 1))

    def _draw(self, share: float) -> float:
        """Seconds to wait before the call is made."""
        now = self._clock()
        with self._lock:
            if self._blocked_until > now:
                raise self._refusal(now, self._blocked_until - now, "Workglue has asked for patience")
            if self._purse is None:
                return 0.0
            if self._left > 0 and now < self._fresh_until:
                self._left -= 1
                return 0.0
            if self._fixed is not None:
                self._remember(self._fixed)
            return self._take(self._purse, now, share)

    def _take(self, purse: Purse, now: float, share: float) -> float:
        drawn = self._ask(purse, now, share)
        if drawn.per_minute is None:  # nobody has an answer of the API yet: what the profile says counts until then
            with contextlib.suppress(Unavailable):
                self._tell(purse, self._rate.per_minute)
            drawn = self._ask(purse, now, share)
        if self._noticed is not None and drawn.version:
            self._noticed(drawn.version, drawn.key_state)
        if drawn.key_state != "ok":
            raise Unauthorized(WAITS_FOR_A_KEY, connection=self._name, version=drawn.version or 1)
        if drawn.calls == 0 and drawn.blocked:
            self._blocked_until = now + drawn.wait
            raise self._refusal(now, drawn.wait, "Workglue has asked for patience")
        if drawn.calls == 0:
            self._interval = 60 / (drawn.per_minute or 60)
            raise self._refusal(now, drawn.wait, "The hub has used up what Workglue allows for now")
        self._left = drawn.calls - 1 if drawn.per_minute else WITHOUT_LIMIT
        self._fresh_until = now + FRESH
        return drawn.wait

    def _ask(self, purse: Purse, now: float, share: float) -> Drawn:
        wanted = max(1, min(LARGEST_HANDFUL, int((self._known or 0) / 60 * HANDFUL)))
        try:
            return purse.draw_calls(self._name, now=now, wanted=wanted, share=share, patience=PATIENCE)
        except Unavailable as problem:  # no run gets further anyway
            why = "The hub's database does not say what may be called."
            raise RateLimited(why, retry_after=PATIENCE) from problem

    def _refusal(self, now: float, wait: float, why: str) -> RateLimited:
        """Come back when it is your turn: each refused call one interval after the one before."""
        self._turn_at = min(max(self._turn_at, now + wait) + self._interval, now + wait + LONGEST_TURN)
        return RateLimited(f"{why}; the call was not made.", retry_after=self._turn_at - now)

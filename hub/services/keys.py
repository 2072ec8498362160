"""The key of the Public API: which one is in force in this process, and what people do with it.

The ledger is the truth. A process asks it when it has never asked, when a draw of the budget names another version,
and for each call while the key does not work; a call with a good key asks nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hub.errors import HubError, RateLimited, SettingError, StepError, Transient, Unauthorized, Unavailable
from hub.ports import Bell
from hub.ports.keys import Credential, KeyRow
from hub.store.ledger import SqlLedger
from hub.store.ledger.keys import fingerprint_of
from hub.workglue.budget import WAITS_FOR_A_KEY
from hub.workglue.client import Workglue, checked_key

COUNT_EVERY = 5.0
"""Seconds between two notes of how many calls this process has made."""

LONGEST_KEY = 500
NO_KEY = (
    "There is no Workglue API key yet. Enter it on the page Connections, or with: python -m hub key set, "
    "or set WORKGLUE_API_KEY."
)
WHERE_IT_IS = "Copy the Account API Key from My Account > Integrations in Workglue."

log = logging.getLogger(__name__)


class RefusedKey(HubError):
    """A key that was entered and is not kept."""

    code = "KEY100"


class Verdict(StrEnum):
    """What a trial call says about a key."""

    WORKS = "works"
    REFUSED = "refused"
    WRONG_KIND = "wrong kind"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial call came to, and a sentence about it."""

    verdict: Verdict
    sentence: str


class LiveKey:
    """hub.ports.keys.KeyInForce over the ledger. `environment` is the key that the settings give, "" for none."""

    def __init__(self, ledger: SqlLedger, name: str, *, environment: str, clock: Callable[[], float]) -> None:
        self._ledger = ledger
        self._name = name
        self._environment = checked_key(environment) if environment else ""
        self._clock = clock
        self._lock = threading.Lock()
        self._held: Credential | None = None
        self._is_sure = False
        self._refused = 0
        self._calls = 0
        self._counted_at = float("-inf")  # the first call is seen at once: the key is in use

    def adopt(self) -> None:
        """Tell the ledger which key the environment gives. Unavailable when it does not answer."""
        if self._environment:
            given = fingerprint_of(self._environment)
            self._ledger.connect(self._name, fingerprint=given, now=self._clock(), text=self._environment)

    def current(self) -> Credential:
        """The key to make a call with. Unauthorized when there is none that works; RateLimited while the database does
        not say, Transient when the key cannot be opened."""
        held, is_sure = self._held, self._is_sure
        if held is not None and is_sure:
            return held
        with self._lock:
            try:
                return self._look()
            except Unavailable as problem:
                why = "The hub's database does not say which key is in force."
                raise RateLimited(why, retry_after=2.0) from problem

    def is_good(self) -> bool:
        """Whether calls can be made, as far as this process knows."""
        try:
            self.current()
        except StepError:
            return False
        return True

    def refused(self, version: int) -> None:
        """The API does not accept this version. This process stops at once, the others when they next draw from the
        budget; who tells the ledger first says so in the log."""
        with self._lock:
            if self._held is not None and version != self._held.version:
                return
            self._is_sure, self._refused = False, version
        try:
            self._mark(version)
        except Unavailable as problem:  # the next call that wants the key tries again, before it is made
            log.warning("That Workglue refuses the key could not be noted yet: %s", problem)

    def accepted(self, version: int) -> None:
        """A call with this version went well."""
        now = self._clock()
        with self._lock:
            self._calls += 1
            if 0 <= now - self._counted_at < COUNT_EVERY:
                return
            calls, self._calls, self._counted_at = self._calls, 0, now
        try:
            self._ledger.count_calls(self._name, version=version, calls=calls, now=now)
        except Unavailable as problem:
            log.debug("The calls of the last seconds were not counted: %s", problem)

    def noticed(self, version: int, state: str) -> None:
        """A draw of the budget says which version is in force: another one than is held here is looked for."""
        held = self._held
        if held is None or held.version != version or state != "ok":
            self._is_sure = False

    def _look(self) -> Credential:
        if self._refused:
            self._mark(self._refused)
        row = self._ledger.key_row(self._name)
        if self._environment and (row is None or row.state == "missing"):
            self.adopt()
            row = self._ledger.key_row(self._name)
        if row is None or row.state == "missing":
            raise Unauthorized(NO_KEY, connection=self._name, version=max(1, row.version if row else 1))
        if row.state != "ok":
            raise Unauthorized(WAITS_FOR_A_KEY, connection=self._name, version=row.version)
        if self._held is None or self._held.version != row.version:
            self._held = Credential(self.open(row), row.version)
        self._is_sure = True
        return self._held

    def open(self, row: KeyRow) -> str:
        """The key of this row, whether it works or not. Transient when it cannot be opened."""
        if self._environment and fingerprint_of(self._environment) == row.fingerprint:
            return self._environment
        try:
            return self._ledger.open_key(row)
        except SettingError as problem:
            log.error("The Workglue API key that is in force cannot be opened: %s", problem)
            why = "The Workglue API key that is in force cannot be opened with the present sealing keys."
            raise Transient(why, hint="Enter it again, or put the sealing key back.") from problem

    def _mark(self, version: int) -> None:
        """Tell the ledger, and with it everybody, that this version is refused."""
        if self._ledger.reject_key(self._name, version=version, now=self._clock()):
            log.error("Workglue refused the API key. Everything that needs it waits for a new one. %s", WHERE_IT_IS)
        if self._refused == version:
            self._refused = 0


class KeyDesk:
    """What people do with the key. `probe(key)` gives a client that makes calls with it."""

    def __init__(
        self,
        ledger: SqlLedger,
        name: str,
        *,
        environment: str,
        probe: Callable[[str], Workglue],
        listed: str,
        bell: Bell,
        clock: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._name = name
        self._environment = environment.strip()
        self._probe = probe
        self._listed = listed
        self._bell = bell
        self._clock = clock

    def row(self) -> KeyRow | None:
        """The key as the ledger keeps it, None where there never was one."""
        return self._ledger.key_row(self._name)

    def enter(self, text: str, *, by: str, where: str = "", untested: bool = False) -> Trial:
        """Try a key with one cheap call, and put it in force: whatever waited for one goes on. Audited.

        RefusedKey, and nothing is changed, when it does not work; when Workglue does not answer, too, unless it may be
        kept `untested`.
        """
        key = text.strip()
        if not key:
            raise RefusedKey("No key was entered.", hint=WHERE_IT_IS)
        if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
            raise RefusedKey("This is not a key: it has spaces or letters that no key has.", hint=WHERE_IT_IS)
        trial = self.try_out(key)
        if trial.verdict in (Verdict.REFUSED, Verdict.WRONG_KIND):
            raise RefusedKey(f"{trial.sentence} It was not saved.", hint=WHERE_IT_IS)
        if trial.verdict is Verdict.UNTESTED and not untested:
            raise RefusedKey(
                f"{trial.sentence} It was not saved.", hint="Try again later, or have it saved without being tried."
            )
        given = fingerprint_of(self._environment)
        self._ledger.enter_key(self._name, key, environment=given, by=by, now=self._clock(), where=where)
        self._bell.ring()
        return trial

    def try_out(self, key: str) -> Trial:
        """Make one call with a key."""
        try:
            next(iter(self._probe(key).pages(self._listed, size=1)))
        except Unauthorized as problem:
            told = problem.detail.partition(": ")[2]
            return Trial(Verdict.REFUSED, f"Workglue does not accept this key{f': {told}' if told else '.'}")
        except StepError as problem:
            if problem.status == 403:
                told = problem.detail.partition(": ")[2]
                why = told or "It may not be used for the Public API."
                return Trial(Verdict.WRONG_KIND, f"This is the wrong kind of key. {why}")
            if isinstance(problem, RateLimited):
                return Trial(Verdict.WORKS, "The key works; Workglue asks for a little patience.")
            return Trial(Verdict.UNTESTED, f"The key could not be tried: {problem.message}")
        return Trial(Verdict.WORKS, "The key works.")

    def retry(self, row: KeyRow, key: str) -> bool:
        """Try a refused key again: when it works after all, everything that waited for it goes on."""
        if self.try_out(key).verdict is not Verdict.WORKS:
            return False
        if not self._ledger.restore_key(row.name, version=row.version, now=self._clock()):
            return False
        log.info("The API key works again; the runs that waited for it go on.")
        self._bell.ring()
        return True

    def forget(self, *, by: str, where: str = "") -> bool:
        """Forget the key that was entered. The environment's comes back in force where there is one. False when
        there is none. HubError when the key comes from this process's environment: it must be taken away there."""
        row = self.row()
        if row is not None and row.origin == "environment" and self._environment:
            raise HubError("This key comes from WORKGLUE_API_KEY.", hint="Take it away there, or set another one.")
        done = self._ledger.forget_key(self._name, by=by, now=self._clock(), where=where)
        if done and self._environment:
            given = fingerprint_of(self._environment)
            self._ledger.connect(self._name, fingerprint=given, now=self._clock(), text=self._environment)
        return done

"""What RQ runs: for a while, claim the runs that are due and work on many of them at once.

One RQ job is one drain, not one run: RQ's twenty round trips are paid once for thousands of runs.
"""

from __future__ import annotations

import _thread
import logging
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from hub.engine.bench import Bench, Lease
from hub.engine.run import Ended, give_up_run, work
from hub.errors import LeaseLost, RecipeError, Unavailable
from hub.model import new_id
from hub.ports import ClaimedRun
from hub.queue.server import die_with_parent
from hub.services import Services, open_services
from hub.settings import read_settings

LINGER = 10.0
"""Seconds that a drain without work waits for the bell before it gives its worker back to RQ."""

CUT_AFTER = 20.0
"""Seconds after SIGTERM when what is still in hand is cut; with 5 more for the worker it stays under a host's 30."""

log = logging.getLogger(__name__)
_stopping = threading.Event()
_warm: list[Services] = []


def warm_up(services: Services) -> None:
    """Before the fork: make what every run needs, so that no child pays for it. No connection stays open.

    HubError when it cannot be made now; then each child makes it for itself.
    """
    if not _warm:
        assert services.urgent_tools
        _warm.append(services)
    services.shelf.enabled()
    services.database.close()


def end_in_time() -> threading.Event:
    """For a child that drains: returns what SIGTERM and SIGINT set, however often they come. 20 seconds after the
    first of them the process ends, whatever it is doing. A worker that dies takes its child along in the same way."""
    _stopping.clear()
    heard: list[int] = []

    def hear(number: int, _frame: object) -> None:
        if not heard:
            heard.append(number)
            _thread.start_new_thread(_end, ())  # the main thread may hold the lock that setting an event takes

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, hear)
    die_with_parent()
    return _stopping


def _end() -> None:
    _stopping.set()
    time.sleep(CUT_AFTER)
    log.warning("Not all work in hand was done in %.0f seconds; the rest goes on at another worker.", CUT_AFTER)
    os._exit(1)


def drain() -> int:
    """The RQ job. Returns how many pieces of work were done. Ends early and cleanly on SIGTERM."""
    services = _warm[0] if _warm else open_services(read_settings())
    services.database.after_fork()
    team = Drain(services, owner=new_id("wrk", services.clock()), stopping=_stopping)
    try:
        return team.work(seconds=services.settings.drain_seconds)
    finally:
        services.close()


class Drain:
    """Claims and works until its time is over, nothing is due any more, or `stopping` is set."""

    def __init__(self, services: Services, *, owner: str, stopping: threading.Event | None = None) -> None:
        self.stopping = stopping or threading.Event()
        self._services = services
        self._owner = owner
        self._lease = services.settings.lease
        self._slots = max(1, services.settings.drain_threads)
        self._held: dict[str, tuple[int, Lease]] = {}
        self._changed = threading.Condition()
        self._done = 0

    def work(self, *, seconds: float, linger: float = LINGER) -> int:
        """Work for about `seconds`, then finish what is in hand. Returns how many pieces of work were done."""
        ends_at = time.monotonic() + seconds
        over = threading.Event()
        renewing = threading.Thread(target=self._renew_leases, args=(over,), name="leases", daemon=True)
        renewing.start()
        try:
            with ThreadPoolExecutor(self._slots, thread_name_prefix="run") as pool:
                self._fill(pool, ends_at, linger)
        finally:
            over.set()
            renewing.join()
        return self._done

    def _fill(self, pool: ThreadPoolExecutor, ends_at: float, linger: float) -> None:
        idle_since = time.monotonic()
        while not self.stopping.is_set() and time.monotonic() < ends_at:
            with self._changed:
                free = self._slots - len(self._held)
                if free <= 0:
                    self._changed.wait(0.25)
                    continue
            claimed = self._claim(free)
            for each in claimed:
                pool.submit(self._work_on, each)
            if claimed or self._held:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since >= linger:
                return
            if not claimed:
                self._services.bell.wait(0.1 if self._held else min(1.0, linger))

    def _claim(self, limit: int) -> list[ClaimedRun]:
        now = self._services.clock()
        try:
            claimed = self._services.ledger.claim(self._owner, limit=limit, now=now, lease=self._lease)
        except Unavailable as problem:
            log.warning("The database does not answer; looking again in a second. (%s)", problem)
            self.stopping.wait(1.0)
            return []
        with self._changed:
            for each in claimed:
                self._held[each.run.id] = (each.run.claim, Lease())
        return claimed

    def _work_on(self, claimed: ClaimedRun) -> None:
        run = claimed.run
        lease = self._held[run.id][1]
        try:
            ended = self._run(claimed, lease)
            log.info("Run %s of %s: %s. %s", run.id, run.recipe_id, ended.status, ended.reason)
        except LeaseLost as lost:
            log.warning("Run %s was given up: %s", run.id, lost)
        except Exception:
            log.exception("Run %s broke the engine; it goes on when its lease has ended.", run.id)
        finally:
            with self._changed:
                del self._held[run.id]
                self._done += 1
                self._changed.notify_all()

    def _run(self, claimed: ClaimedRun, lease: Lease) -> Ended:
        services, run = self._services, claimed.run
        try:
            recipe = services.shelf.version(run.recipe_id, run.recipe_version)
        except RecipeError as problem:
            return give_up_run(claimed, problem, services.tools)
        bench = Bench.lay(
            claimed,
            recipe=recipe,
            tools=services.urgent_tools if run.priority > 0 else services.tools,
            lease=lease,
            stopping=self.stopping,
        )
        return work(bench)

    def _renew_leases(self, over: threading.Event) -> None:
        while not over.wait(self._lease / 4):
            with self._changed:
                held = dict(self._held)
            if not held:
                continue
            until = self._services.clock() + self._lease
            try:
                lost = self._services.ledger.renew(
                    [(run_id, claim) for run_id, (claim, _) in held.items()], until=until
                )
            except Unavailable as problem:
                log.warning("Leases could not be renewed: %s", problem)
                continue
            for run_id, (_, lease) in held.items():
                lease.lost = lease.lost or run_id in lost

"""The worker process: takes drains from RQ while Redis is there, goes on without it while it is not, and ends the way
Heroku-style hosts ask it to.

SIGTERM may come to every process, and more than once. The drain stops claiming, finishes the call in hand and hands
its runs back; what is not done 20 seconds later is cut, and the runs' leases bring them to another worker.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from types import FrameType
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.worker import Worker

from hub import __version__
from hub.errors import HubError
from hub.model import new_id
from hub.presence import EVERY, Ending, leave_sign, program
from hub.queue import QUEUE
from hub.services import Services, open_services
from hub.settings import Settings
from workers.drain import end_in_time, warm_up
from workers.standby import LAST_SECONDS, SIGNALS, Standby, Watch, signals_held

LONGEST_BLOCK = 5
"""Seconds that RQ waits for a job before it looks round; in that time nothing is asked of Redis."""

ANSWER_SECONDS = 2
"""Seconds that an answer of Redis may take."""

AFTER_A_FAULT = 1.0
"""Seconds until RQ's loop begins anew that ended although Redis answers."""

log = logging.getLogger(__name__)


class HubWorker(Worker):
    """RQ's loop, one drain at a time. It ends by StopRequested when Redis has been away for longer than the watch's
    patience, and when the process is to end. `signs` leaves our own sign of life beside RQ's."""

    max_connection_wait_time = 1.0

    def __init__(self, url: str, *, name: str, watch: Watch, ending: Ending, signs: Signs) -> None:
        self._watch = watch
        self._ending = ending
        self._signs = signs
        self._undisturbed = False
        connection: Any = redis.Redis.from_url(url, socket_connect_timeout=ANSWER_SECONDS, retry=Retry(NoBackoff(), 0))
        super().__init__(
            [Queue(QUEUE, connection=connection, serializer=JSONSerializer)],
            name=name,
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=30,
            maintenance_interval=30,
            job_monitoring_interval=2,
        )

    @property
    def dequeue_timeout(self) -> int:
        """Seconds; shorter than the patience, so that silence is noticed in time."""
        return max(1, min(LONGEST_BLOCK, int(self._watch.patience / 2)))

    @property
    def connection_timeout(self) -> int:
        """Seconds until a call counts as unanswered: the longest wait for a job and an answer's time."""
        return self.dequeue_timeout + ANSWER_SECONDS

    def heartbeat(self, *args: Any, **options: Any) -> None:
        """RQ's own sign of life, and ours beside it; before each wait for a job."""
        if options.get("pipeline") is not None:
            super().heartbeat(*args, **options)
            return
        self._leave_sign()
        if self._ending.asked and not self.horse_pid:
            raise StopRequested
        try:
            if self._watch.silent_for > self.dequeue_timeout + ANSWER_SECONDS / 2 and not self._watch.answers():
                raise redis.ConnectionError("no answer")
            super().heartbeat(*args, **options)
        except redis.RedisError as problem:
            if self._watch.is_away:
                raise StopRequested from problem
            raise redis.ConnectionError(str(problem)) from problem  # one that is full or read-only is tried again, too
        self._watch.note_answer()

    def maintain_heartbeats(self, *args: Any, **options: Any) -> None:
        """While a drain works. A Redis that is away meanwhile is none of its business."""
        self._leave_sign()
        if self._ending.asked:
            if self._ending.since > LAST_SECONDS:
                self.kill_horse(signal.SIGKILL)
            return
        with contextlib.suppress(redis.RedisError):
            super().maintain_heartbeats(*args, **options)
            self._watch.note_answer()

    def monitor_work_horse(self, *args: Any, **options: Any) -> None:
        """Wait for the drain's end; what RQ cannot note then, because Redis is away, needs no noting."""
        with contextlib.suppress(redis.RedisError):
            super().monitor_work_horse(*args, **options)

    def fork_work_horse(self, *args: Any, **options: Any) -> None:
        """Fork with both signals held back: after it, either side knows who it is when it hears them."""
        with signals_held():
            super().fork_work_horse(*args, **options)
            self._ask_horse_to_end()

    def setup_work_horse_signals(self) -> None:
        """In the child, before it begins."""
        end_in_time()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def request_stop(self, _signum: int, _frame: FrameType | None) -> None:
        """Finish the drain in hand, then end. Repeated signals change nothing."""
        if self._ending.asked:
            return
        self._ending.hear()
        self._stop_requested = True
        self._ask_horse_to_end()
        if not self.horse_pid and not self._undisturbed:
            raise StopRequested

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        self._stop_requested = self._ending.asked  # it may have come before RQ listened

    def teardown(self) -> None:
        """Say goodbye to Redis, when it is there to hear it."""
        if self.is_horse:
            return
        with contextlib.suppress(redis.RedisError):
            if self._watch.answers():
                super().teardown()  # type: ignore[no-untyped-call]
                return
        thread: Any = self.pubsub_thread
        if thread:
            thread.stop()

    def _leave_sign(self) -> None:
        self._undisturbed = True  # a signal's exception in the middle of a transaction helps nobody
        try:
            self._signs.leave(**({"redis": "away"} if self._watch.is_away else {}))
        finally:
            self._undisturbed = False

    def _ask_horse_to_end(self) -> None:
        if self._ending.asked and self.horse_pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)


class Signs:
    """The worker's signs of life, at most one every few seconds. No database connection stays open, for we fork."""

    def __init__(self, services: Services, *, name: str) -> None:
        self._services = services
        self._name = name
        self._about = {"began": services.clock(), "version": __version__, "program": program()}
        self._left_at = float("-inf")
        self._shown: dict[str, Any] = {}

    def leave(self, **detail: Any) -> None:
        """Leave one if it is time, or if there is something else to show; and have what a child needs ready."""
        if time.monotonic() - self._left_at < EVERY and detail == self._shown:
            return
        self._left_at, self._shown = time.monotonic(), detail
        leave_sign(self._services, kind="worker", name=self._name, detail={**self._about, **detail})
        try:
            warm_up(self._services)
        except HubError as problem:
            log.debug("The next drain makes what it needs for itself: %s", problem)
        self._services.database.close()


def work(settings: Settings) -> None:
    """Work until asked to stop."""
    services = open_services(settings)
    name = new_id("worker", services.clock())
    ending, signs = Ending(), Signs(services, name=name)
    watch = Watch(services.redis_url, patience=settings.redis_patience)
    ending.listen()
    _quieten_rq()
    signs.leave()
    log.info("The worker is ready.")
    standby = Standby(settings, watch, ending, signs.leave)
    try:
        while not ending.asked:
            if watch.answers():
                began = time.monotonic()
                _listen(services, watch, ending, signs)
                if time.monotonic() - began < AFTER_A_FAULT:
                    ending.over.wait(AFTER_A_FAULT)
            else:
                standby.run()
    finally:
        signs.leave(ended=True)
        services.close()
        ending.ignore()


def _listen(services: Services, watch: Watch, ending: Ending, signs: Signs) -> None:
    """Let RQ work until Redis is away or the process is to end."""
    name = new_id("rq", services.clock())  # a new one each time: a Redis that was away may remember the old one
    try:
        worker = HubWorker(services.redis_url, name=name, watch=watch, ending=ending, signs=signs)
        worker.work(with_scheduler=False, logging_level="ERROR")
    except (redis.RedisError, StopRequested) as problem:
        log.debug("RQ's loop has ended: %s", problem)
    finally:
        ending.listen()


def _quieten_rq() -> None:
    """RQ tells of a Redis that is away at every try; we have said so once."""
    logging.getLogger("rq.worker").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    problem = record.exc_info[1] if record.exc_info else None
    return not (isinstance(problem, redis.RedisError) or "Redis" in str(record.msg) or "pubsub" in str(record.msg))

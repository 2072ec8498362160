"""The RQ worker: takes drains from the one queue, and ends the way Heroku-style hosts ask it to.

SIGTERM may come to every process, and more than once. The drain stops claiming, finishes the call in hand and hands
its runs back; what is not done 20 seconds later is cut, and the runs' leases bring them to another worker.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from types import FrameType
from typing import Any

import redis
from rq import Queue
from rq.serializers import JSONSerializer
from rq.worker import HerokuWorker

from hub.errors import Unavailable
from hub.model import new_id
from hub.presence import leave_sign
from hub.queue import QUEUE
from hub.services import Services, open_services
from hub.settings import Settings

LONGEST_SILENCE = 5.0
"""Seconds between two tries to reach a Redis that is away; RQ's own limit is a minute."""

log = logging.getLogger(__name__)


class HubWorker(HerokuWorker):
    """One drain at a time. Repeated signals are ignored, the first one also reaches the drain itself."""

    imminent_shutdown_delay = 20
    max_connection_wait_time = LONGEST_SILENCE
    _asked_to_stop = False
    services: Services | None = None

    def heartbeat(self, *args: Any, **options: Any) -> None:
        """RQ's own sign of life, and ours beside it. No database connection stays open, for RQ forks."""
        super().heartbeat(*args, **options)
        if self.services is not None:
            leave_sign(self.services, kind="worker", name=self.name)
            self.services.database.close()

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the drain in hand, then end."""
        if self._asked_to_stop:
            return
        self._asked_to_stop = True
        if self._horse_pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._horse_pid, signal.SIGTERM)
        try:
            super().request_stop(signum, frame)  # type: ignore[no-untyped-call]
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)


def work(settings: Settings) -> None:
    """Work until asked to stop."""
    services = open_services(settings)
    connection: Any = redis.Redis.from_url(services.redis_url)
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
    worker = HubWorker(
        [queue],
        name=new_id("worker", services.clock()),
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=30,
        maintenance_interval=30,
    )
    worker.services = services
    log.info("The worker is ready.")
    try:
        worker.work(with_scheduler=False, logging_level="ERROR")
    except redis.RedisError as problem:
        raise Unavailable(f"Redis cannot be reached: {problem}", hint="Check REDIS_URL.") from problem
    finally:
        services.close()

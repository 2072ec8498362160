"""Senders that wait for the end of their run. They look into the database now and then; there are never so many of
them that nobody is left to take deliveries."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from hub.engine.reception import Answer
from hub.errors import Unavailable
from hub.store.views.shapes import Ending

FIRST_LOOK, LAST_LOOK = 0.02, 0.25
"""Seconds between two looks: at first and in the end."""

log = logging.getLogger(__name__)


class WaitingRoom:
    """Room for `seats` senders at once. `ending` says how the run of an event and a recipe stands."""

    def __init__(self, ending: Callable[[str, str], Ending | None], *, seats: int) -> None:
        self._ending = ending
        self._seats = threading.BoundedSemaphore(max(1, seats))

    def answer(self, given: Answer) -> Answer:
        """The answer, after the run is over where it waits for one; as given when that takes too long, when the room
        is full, or when nobody knows."""
        if given.awaited is None or not self._seats.acquire(blocking=False):
            return given
        try:
            return self._wait(given)
        except Unavailable as problem:
            log.warning("How a run ended could not be looked up for its sender: %s", problem)
            return given
        finally:
            self._seats.release()

    def _wait(self, given: Answer) -> Answer:
        awaited = given.awaited
        deadline = time.monotonic() + awaited.seconds
        pause = FIRST_LOOK
        while True:
            found = self._ending(awaited.event_id, awaited.recipe_id)
            if found is None:
                return given
            if found.over:
                told: Answer = awaited.tell(found.run_id, found.status.value, found.result)
                return told
            left = deadline - time.monotonic()
            if left <= 0:
                return given
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LAST_LOOK)

"""Senders that wait for their run: as long as they may, never more than there are seats, and never in vain."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hub.engine.reception import Answer
from hub.engine.responding import Awaited
from hub.errors import Unavailable
from hub.model import RunStatus
from hub.store.views.shapes import Ending
from hub.web.waiting_room import WaitingRoom

DONE = Ending("run_1", RunStatus.SUCCEEDED, True, {"n": 7})
UNDER_WAY = Ending("run_1", RunStatus.RUNNING, False, None)


def tell(run_id: str, status: str, result: Any) -> Answer:
    return Answer(200, [run_id, status, result])


def waiting(seconds: float = 10.0) -> Answer:
    return Answer(202, "later", awaited=Awaited("evt_1", "greet", seconds, tell))


def test_an_answer_that_waits_for_nothing_is_given_at_once() -> None:
    given = Answer(202, "now")
    assert WaitingRoom(lambda *_: None, seats=1).answer(given) is given


def test_it_looks_until_the_run_is_over() -> None:
    looks = iter([UNDER_WAY, UNDER_WAY, DONE])
    told = WaitingRoom(lambda *_: next(looks), seats=1).answer(waiting())
    assert (told.status, told.body) == (200, ["run_1", "succeeded", {"n": 7}])
    assert next(looks, None) is None


def test_what_takes_too_long_is_answered_as_it_stands() -> None:
    assert WaitingRoom(lambda *_: UNDER_WAY, seats=1).answer(waiting(0.05)).body == "later"


def test_there_is_nothing_to_wait_for_where_no_run_began() -> None:
    assert WaitingRoom(lambda *_: None, seats=1).answer(waiting()).body == "later"


def test_a_database_that_is_away_ends_the_waiting_and_frees_the_seat() -> None:
    answers: list[Any] = [Unavailable("away"), DONE]

    def look(*_: str) -> Ending:
        found = answers.pop(0)
        if isinstance(found, Unavailable):
            raise found
        return found  # type: ignore[no-any-return]

    room = WaitingRoom(look, seats=1)
    assert room.answer(waiting()).body == "later"
    assert room.answer(waiting()).status == 200


def test_whoever_finds_no_seat_is_not_kept() -> None:
    sits, go_on = threading.Event(), threading.Event()

    def look(*_: str) -> Ending:
        sits.set()
        return DONE if go_on.wait(10) else UNDER_WAY

    room = WaitingRoom(look, seats=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(room.answer, waiting())
        assert sits.wait(10)
        assert room.answer(waiting()).body == "later"
        go_on.set()
        assert first.result(10).status == 200
    assert room.answer(waiting()).status == 200

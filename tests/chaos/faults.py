"""What goes wrong, one function each: it begins when called and ends when the function that it returns is called."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import redis

from sandbox.faults import (
    CLOCK_SKEW,
    DROP_AFTER,
    DROP_BEFORE,
    LATE_LISTS,
    LATENCY,
    RATE_LIMITED,
    SERVER_ERROR,
    switch_off,
    switch_on,
)
from tests.chaos.house import GOES_ON_AFTER, ROLES, House

End = Callable[[], None]
Begin = Callable[[House, random.Random], End]

WORKER_WINDOWS = (
    "after_claim",
    "before_intent",
    "after_intent",
    "after_effect",
    "record_half_written",
    "after_record",
    "stored_half_written",
    "before_end",
)
WEB_WINDOWS = ("before_accept", "accept_half_written", "after_accept")
CLOCK_WINDOWS = ("page_half_written", "after_page", "schedule_half_written", "after_schedule")
TIME_AHEAD = 1
"""Seconds. A record of a time to come stays hidden by late lists until then; together they must stay below the time
that the hub waits before it looks (docs/promises.md, what may still happen twice)."""

SMALL_DISK = 64 * 1024
"""Bytes of any file behind which nothing can be written while the disk is full."""


@dataclass(frozen=True)
class Fault:
    """`part` is what breaks: one fault of each part at a time. `seconds` is how long it lasts at the most."""

    name: str
    part: str
    seconds: float
    begin: Begin
    only: str = ""


def _nothing() -> None:
    pass


def kill(house: House, dice: random.Random) -> End:
    """kill -9 of a process and all of its children; it is started again as a platform does."""
    house.kill(dice.choice(tuple(ROLES)))
    return _nothing


def die_at(windows: Mapping[str, tuple[str, ...]]) -> Begin:
    """A process kills itself at an exact place, as often as it comes there."""

    def begin(house: House, dice: random.Random) -> End:
        name = dice.choice(tuple(windows))
        house.kill(name)
        house.armed[name] = dice.choice(windows[name])

        def end() -> None:
            del house.armed[name]
            house.kill(name)

        return end

    return begin


def freeze(house: House, dice: random.Random) -> End:
    """A process stands still for longer than its lease, then goes on as if nothing had been."""
    name = dice.choice(("worker-1", "worker-2", "clock"))
    house.keep_running()
    pids = house.hub.pids(name)
    house.frozen.add(name)
    for pid in pids:
        _signal(pid, signal.SIGSTOP)

    def end() -> None:
        for pid in pids:
            _signal(pid, signal.SIGCONT)
        house.frozen.discard(name)

    return end


def flush_redis(house: House, dice: random.Random) -> End:
    """FLUSHALL."""
    _redis(house, "FLUSHALL")
    return _nothing


def empty_redis(house: House, dice: random.Random) -> End:
    """kill -9 of Redis, gone for a while, back without its data."""
    _signal(_redis_pid(house), signal.SIGKILL)

    def end() -> None:
        _ = house.hub.redis.running  # so that the dead one is not waited for by anybody
        shutil.rmtree(house.hub.home / "redis" / "appendonlydir", ignore_errors=True)
        house.hub.redis.start()

    return end


def hang_redis(house: House, dice: random.Random) -> End:
    """Redis takes connections and answers nothing."""
    if dice.random() < 0.5:
        _redis(house, "CLIENT", "PAUSE", "2500", "ALL")
        return _nothing
    pid = _redis_pid(house)
    _signal(pid, signal.SIGSTOP)
    return lambda: _signal(pid, signal.SIGCONT)


def fill_redis(house: House, dice: random.Random) -> End:
    """Redis refuses every write: it is full."""
    _redis(house, "CONFIG", "SET", "maxmemory", "1mb")
    return lambda: _redis(house, "CONFIG", "SET", "maxmemory", "0")


def follow_redis(house: House, dice: random.Random) -> End:
    """Redis refuses every write: it follows a master that is not there."""
    _redis(house, "REPLICAOF", "127.0.0.1", "1")
    return lambda: _redis(house, "REPLICAOF", "NO", "ONE")


def lock_sqlite(house: House, dice: random.Random) -> End:
    """Another program holds the file's lock."""
    connection = sqlite3.connect(house.hub.home / "hub.db", timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection.close


def fill_disk(house: House, dice: random.Random) -> End:
    """No process can make a file longer: the same errors as of a full disk."""
    pids = [pid for name in ROLES if house.hub.is_running(name) for pid in house.hub.pids(name)]
    for pid in pids:
        _limit_files(pid, SMALL_DISK)

    def end() -> None:
        for _ in range(2):  # the second look is for children that were made during the first one
            for name in ROLES:
                for pid in reversed(house.hub.pids(name)) if house.hub.is_running(name) else ():
                    _limit_files(pid, resource.RLIM_INFINITY)

    return end


def stop_postgres(house: House, dice: random.Random) -> End:
    """PostgreSQL ends, by a stop or by a crash, and is back after a while."""
    house.postgres.stop(crash=dice.random() < 0.7)  # type: ignore[union-attr]
    return house.postgres.start  # type: ignore[union-attr]


def bend_postgres(house: House, dice: random.Random) -> End:
    """PostgreSQL is there and does not do what is asked."""
    postgres = house.postgres
    assert postgres is not None
    ways: list[Callable[[], End]] = [
        postgres.make_read_only,
        postgres.use_up_connections,
        lambda: postgres.lock_table(dice.choice(("run", "event", "step"))),
    ]
    return dice.choice(ways)()


def fail_api(kind: str, amount: float | None = None, *, often: float = 0.5) -> Begin:
    """Workglue does to some of the calls what its switch of this name says."""

    def begin(house: House, dice: random.Random) -> End:
        database = house.sandbox.database
        with database.writing() as connection:
            fault = switch_on(connection, kind, amount=amount, probability=often)

        def end() -> None:
            with database.writing() as connection:
                switch_off(connection, fault.id)

        return end

    return begin


def refuse_key(house: House, dice: random.Random) -> End:
    """Workglue answers 401 to the key, until it is right again."""
    database = house.sandbox.database

    def turn(**_: Any) -> None:
        with database.writing() as connection:  # turned round, no text has this hash; turned again, the key's own does
            for row in connection.execute("SELECT id, hash FROM api_keys").fetchall():
                connection.execute("UPDATE api_keys SET hash = ? WHERE id = ?", (row["hash"][::-1], row["id"]))

    turn()
    return turn


def fail_receiver(mood: str) -> Begin:
    """The program that gets the messages fails before or after it has taken one."""

    def begin(house: House, dice: random.Random) -> End:
        house.receiver.mood = mood

        def end() -> None:
            house.receiver.mood = "ok"

        return end

    return begin


_WORKERS = {"worker-1": WORKER_WINDOWS, "worker-2": WORKER_WINDOWS}
FAULTS = (
    Fault("a process is killed", "processes", 1, kill),
    Fault("a worker dies at an exact place", "processes", 4, die_at(_WORKERS)),
    Fault("the web dies at an exact place", "processes", 4, die_at({"web": WEB_WINDOWS})),
    Fault("the clock dies at an exact place", "processes", 4, die_at({"clock": CLOCK_WINDOWS})),
    Fault("a process is frozen", "processes", GOES_ON_AFTER + 3, freeze),
    Fault("Redis is emptied", "redis", 0.5, flush_redis),
    Fault("Redis is killed and comes back empty", "redis", 3, empty_redis),
    Fault("Redis hangs", "redis", 3, hang_redis),
    Fault("Redis is full", "redis", 3, fill_redis),
    Fault("Redis is read-only", "redis", 3, follow_redis),
    Fault("the file is locked", "database", 4, lock_sqlite, only="sqlite"),
    Fault("the disk is full", "database", 3, fill_disk, only="sqlite"),
    Fault("PostgreSQL is gone", "database", 3, stop_postgres, only="postgres"),
    Fault("PostgreSQL refuses", "database", 4, bend_postgres, only="postgres"),
    Fault("Workglue answers 500", "workglue", 3, fail_api(SERVER_ERROR, 500)),
    Fault("Workglue asks for patience", "workglue", 3, fail_api(RATE_LIMITED, 1)),
    Fault("Workglue hangs up before", "workglue", 3, fail_api(DROP_BEFORE)),
    Fault("Workglue hangs up after", "workglue", 3, fail_api(DROP_AFTER)),
    Fault("Workglue is slow", "workglue", 3, fail_api(LATENCY, 1.5)),
    Fault("Workglue shows new records late", "workglue", 3, fail_api(LATE_LISTS, 2, often=1)),
    Fault("Workglue has another time", "workglue", 3, fail_api(CLOCK_SKEW, TIME_AHEAD, often=1)),
    Fault("Workglue refuses the key", "workglue", 3, refuse_key),
    Fault("messages are refused", "receiver", 3, fail_receiver("error")),
    Fault("messages are taken and not answered", "receiver", 3, fail_receiver("reset")),
    Fault("messages are answered too slowly", "receiver", 3, fail_receiver("drip")),
)


def _redis(house: House, *command: str) -> Any:
    with redis.Redis.from_url(house.hub.redis.url, socket_timeout=10) as client:
        return client.execute_command(*command)


def _redis_pid(house: House) -> int:
    with redis.Redis.from_url(house.hub.redis.url, socket_timeout=10) as client:
        information: Any = client.info("server")
        return int(information["process_id"])


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _limit_files(pid: int, most: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))

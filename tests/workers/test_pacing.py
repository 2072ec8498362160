"""Counting for all processes together in a real Redis, and for each alone while Redis is away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.queue import OwnPace, PrivateServer, SharedPace

NOW = 1_790_000_000.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrivateServer]:
    """A Redis of this test."""
    redis = PrivateServer(tmp_path / "redis")
    redis.start()
    yield redis
    redis.stop()


def let_in(pace: SharedPace | OwnPace, times: int, *, now: float = NOW, limit: int = 10, per: float = 60.0) -> int:
    return sum(not pace.wait("a", limit=limit, per=per, now=now) for _ in range(times))


def test_both_count_alike(server: PrivateServer) -> None:
    shared, own = SharedPace(server.url), OwnPace()
    for pace in (shared, own):
        assert let_in(pace, 30) == 10
        wait = pace.wait("a", limit=10, per=60.0, now=NOW)
        assert wait == pytest.approx(6.0, abs=0.01)
        assert let_in(pace, 5, now=NOW + wait) == 1
        assert let_in(pace, 5, now=NOW + 30) == 4
        assert let_in(pace, 30, now=NOW + 3600) == 10
        assert pace.wait("b", limit=1, per=1.0, now=NOW) == 0.0
    shared.close()


def test_processes_share_one_count(server: PrivateServer) -> None:
    paces = [SharedPace(server.url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda pace: let_in(pace, 20), paces)) == 10
    for pace in paces:
        pace.close()


def test_without_redis_each_counts_for_itself_and_nothing_is_closed(server: PrivateServer) -> None:
    now = [0.0]
    pace = SharedPace(server.url, clock=lambda: now[0])
    assert let_in(pace, 4) == 4
    server.stop()
    assert let_in(pace, 30) == 10
    shutil.rmtree(Path(server.url.removeprefix("unix://")).parent, ignore_errors=True)
    now[0] += 60
    assert let_in(pace, 5, now=NOW + 3600) == 5
    pace.close()


def test_what_is_kept_of_a_name_goes_away_by_itself(server: PrivateServer) -> None:
    pace = SharedPace(server.url)
    pace.wait("a", limit=10, per=60.0, now=NOW)
    left = pace._redis.pttl("hub:pace:a")
    assert 0 < left <= 7_000  # type: ignore[operator]
    pace.close()


def test_a_process_remembers_only_so_many_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.queue.pace.MOST_NAMES", 5)
    pace = OwnPace()
    for number in range(20):
        assert pace.wait(str(number), limit=1, per=60.0, now=NOW) == 0.0
    assert len(pace._full) <= 5

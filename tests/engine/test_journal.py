"""The journal: few commits for many writers, and nobody is told that something is written when it is not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from hub.engine.journal import GroupJournal
from hub.errors import LeaseLost, Unavailable
from hub.ports import Entry, Ledger


class SlowLedger:
    """Records batches; each takes a while, as a commit to a disk does."""

    def __init__(self, answer: Callable[[Sequence[Entry]], set[str]] = lambda _: set()) -> None:
        self.batches: list[list[str]] = []
        self._answer = answer

    def record(self, entries: Sequence[Entry]) -> set[str]:
        time.sleep(0.01)
        lost = self._answer(entries)
        self.batches.append([entry.run_id for entry in entries])
        return lost


def journal(ledger: SlowLedger, **options: Any) -> GroupJournal:
    return GroupJournal(cast(Ledger, ledger), patience=options.pop("patience", 1.0), **options)


def test_many_writers_share_commits_and_each_entry_is_written_once() -> None:
    ledger = SlowLedger()
    shared = journal(ledger)
    ids = [f"run_{number}" for number in range(200)]
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda run_id: shared.write(Entry(run_id, 1)), ids))
    written = [run_id for batch in ledger.batches for run_id in batch]
    assert sorted(written) == sorted(ids)
    assert len(ledger.batches) < 100


def test_only_the_run_that_lost_its_claim_hears_of_it() -> None:
    queued = threading.Event()

    def answer(entries: Sequence[Entry]) -> set[str]:
        if entries[0].run_id == "first":
            queued.wait(5)
        return {each.run_id for each in entries} & {"lost"}

    ledger = SlowLedger(answer)
    shared = journal(ledger)
    outcomes: dict[str, str] = {}

    def write(run_id: str) -> None:
        try:
            shared.write(Entry(run_id, 1))
            outcomes[run_id] = "written"
        except LeaseLost:
            outcomes[run_id] = "lost"

    threads = [threading.Thread(target=write, args=(name,)) for name in ("first", "lost", "mine", "other")]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    queued.set()
    for thread in threads:
        thread.join()
    assert [sorted(batch) for batch in ledger.batches] == [["first"], ["lost", "mine", "other"]]
    assert outcomes == {"first": "written", "lost": "lost", "mine": "written", "other": "written"}


def test_a_database_that_comes_back_gets_the_entry_after_all() -> None:
    failures = [Unavailable("away"), Unavailable("away")]

    def answer(_: Sequence[Entry]) -> set[str]:
        if failures:
            raise failures.pop()
        return set()

    ledger = SlowLedger(answer)
    journal(ledger, sleep=lambda _: None).write(Entry("run_1", 1))
    assert ledger.batches == [["run_1"]]


def test_a_database_that_stays_away_ends_in_a_lost_lease_not_in_silence() -> None:
    def answer(_: Sequence[Entry]) -> set[str]:
        raise Unavailable("away")

    with pytest.raises(LeaseLost, match="stayed away"):
        journal(SlowLedger(answer), patience=0.5, sleep=lambda _: None).write(Entry("run_1", 1))


def test_an_error_reaches_every_writer_of_the_batch_and_the_next_batch_still_goes() -> None:
    answers: list[Any] = [RuntimeError("broken statement"), set()]

    def answer(_: Sequence[Entry]) -> set[str]:
        first = answers.pop(0)
        if isinstance(first, Exception):
            raise first
        return cast(set[str], first)

    shared = journal(SlowLedger(answer))
    with pytest.raises(RuntimeError, match="broken statement"):
        shared.write(Entry("run_1", 1))
    shared.write(Entry("run_2", 1))

"""The office at work: changes that a program could mistake for those of people."""

from __future__ import annotations

import random
import time
from datetime import date

from sandbox.office import WAYS, work_once
from sandbox.seeding.words import STAGES
from tests.sandbox.caller import Caller, Serve


def work(caller: Caller, times: int, seed: int = 1) -> list[str]:
    dice = random.Random(seed)
    return [work_once(caller.server.database, dice, now=time.time(), today=date(2026, 3, 31)) for _ in range(times)]


def test_every_line_tells_of_a_change_that_was_made(caller: Caller) -> None:
    told = work(caller, 60)
    rows = caller.journal()
    assert {row["actor"] for row in rows} == {"Office"}
    for begin in ("New lead", "Moved the start date", "Moved the next work date", "Ticked tax exempt"):
        assert any(line.startswith(begin) for line in told), begin
    assert any(" from Good Lead to " in line for line in told)
    for line in told:
        identifier = next(word.strip("().,") for word in line.split() if word.startswith("(job_"))
        assert any(row["record_id"] == identifier for row in rows), line


def test_it_is_the_same_for_the_same_seed(serve: Serve) -> None:
    assert work(serve("one.db"), 20, seed=5) == work(serve("two.db"), 20, seed=5)
    assert work(serve("three.db"), 20, seed=6) != work(serve("four.db"), 20, seed=5)


def test_an_account_without_jobs_gets_leads(serve: Serve) -> None:
    caller = serve(jobs=0)
    assert all(line.startswith("New lead") for line in work(caller, 1))
    assert len(caller.all("/jobs")) == 1


def test_stages_are_those_of_the_account() -> None:
    names = {name for name, _, _ in STAGES}
    assert set(WAYS) | {way for ways in WAYS.values() for way, _ in ways} <= names

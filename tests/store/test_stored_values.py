"""What recipes keep: each change once for its key, whoever comes at the same time and whenever somebody dies."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.synchronize import Event
from types import SimpleNamespace
from typing import Any

import pytest

from hub import failpoints, stored
from hub.actions.turns import next_turn
from hub.errors import Permanent
from hub.model import RunStatus
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.ledger import stored as verbs
from hub.store.views import Views
from hub.stored import Cell, Change, Changed, Held
from tests.store.samples import NOW, claim_one, finish, make_arrival, make_recipe

SPAWN = multiprocessing.get_context("spawn")
COUNT = Cell("greet", "value", "count")
DAY = 86_400.0


def one_more(before: Held | None) -> Changed:
    number = (before.value if before else 0) + 1
    return Changed(number, Held(number))


def keep(value: object, *, until: float | None = None) -> Change:
    return lambda _: Changed(value, Held(value, until))


def forget(before: Held | None) -> Changed:
    return Changed(before is not None, None)


def value_of(ledger: SqlLedger, cell: Cell = COUNT, *, now: float = NOW) -> object:
    found = ledger.held(cell, now=now)
    return found.value if found else None


def test_a_change_is_made_once_for_its_key_and_its_result_is_given_again(ledger: SqlLedger) -> None:
    results = [ledger.change_held(COUNT, one_more, key=key, now=NOW) for key in ("r1/a", "r2/a", "r1/a", "r1/b")]
    assert results == [1, 2, 1, 3]
    assert value_of(ledger) == 3


def test_a_key_that_was_used_changes_nothing_whatever_it_is_asked_for(ledger: SqlLedger) -> None:
    ledger.change_held(COUNT, one_more, key="r1/a", now=NOW)
    other = replace(COUNT, name="other", recipe_id="")
    assert ledger.change_held(other, keep("x"), key="r1/a", now=NOW) == 1
    assert value_of(ledger, other) is None


@pytest.mark.parametrize("value", [None, 0, False, "", [], {"a": [1, None]}, "nul\x00 \ud800 Łódź"])
def test_any_value_and_any_result_come_back_as_they_were(ledger: SqlLedger, value: object) -> None:
    for _ in range(2):
        assert ledger.change_held(COUNT, keep(value), key="r1/a", now=NOW) == value
    assert ledger.held(COUNT, now=NOW) == Held(value)


def test_cells_of_recipes_kinds_and_names_are_apart(ledger: SqlLedger) -> None:
    cells = [COUNT, replace(COUNT, recipe_id=""), replace(COUNT, kind="digest"), replace(COUNT, name="Count")]
    for number, cell in enumerate(cells):
        ledger.change_held(cell, keep(number), key=f"r1/{number}", now=NOW)
    assert [value_of(ledger, cell) for cell in cells] == [0, 1, 2, 3]
    assert ledger.change_held(COUNT, forget, key="r2/a", now=NOW) is True
    assert [value_of(ledger, cell) for cell in cells] == [None, 1, 2, 3]


def test_what_has_expired_is_not_there(ledger: SqlLedger) -> None:
    ledger.change_held(COUNT, keep(7, until=NOW + 10), key="r1/a", now=NOW)
    assert value_of(ledger, now=NOW + 9) == 7
    assert value_of(ledger, now=NOW + 10) is None
    assert ledger.change_held(COUNT, one_more, key="r2/a", now=NOW + 10) == 1


def test_a_change_that_refuses_leaves_the_value_and_the_key_free(ledger: SqlLedger) -> None:
    ledger.change_held(COUNT, one_more, key="r1/a", now=NOW)

    def refuse(_: Held | None) -> Changed:
        raise Permanent("It is no number.")

    with pytest.raises(Permanent):
        ledger.change_held(COUNT, refuse, key="r2/a", now=NOW)
    assert ledger.change_held(COUNT, one_more, key="r2/a", now=NOW) == 2


def test_many_at_once_count_each_run_once(ledger: SqlLedger) -> None:
    keys = [f"r{number}/a" for number in range(30)] * 2
    with ThreadPoolExecutor(5) as pool:
        results = list(pool.map(lambda key: ledger.change_held(COUNT, one_more, key=key, now=NOW), keys))
    assert sorted(results) == sorted([*range(1, 31)] * 2)
    assert results[:30] == results[30:]
    assert value_of(ledger) == 30


def count_in_a_process(url: str, first: int) -> list[int]:
    ledger = SqlLedger(Database.open(url))
    return [ledger.change_held(COUNT, one_more, key=f"r{first + number}/a", now=NOW) for number in range(20)]


def test_many_processes_at_once_count_each_run_once(db_url: str, ledger: SqlLedger) -> None:
    with SPAWN.Pool(3) as pool:
        results = pool.starmap(count_in_a_process, [(db_url, 0), (db_url, 10), (db_url, 20)])
    assert value_of(ledger) == 40
    assert {number for each in results for number in each} == set(range(1, 41))
    assert results[0][10:] == results[1][:10]


def change_and_die(url: str, ready: Event) -> None:
    ledger = SqlLedger(Database.open(url))
    ledger.change_held(COUNT, one_more, key="r1/a", now=NOW)
    ready.set()
    failpoints.arm("stored_half_written:kill")
    ledger.change_held(COUNT, one_more, key="r2/a", now=NOW)


def test_who_dies_in_the_middle_has_changed_nothing_and_the_repeat_does(db_url: str, ledger: SqlLedger) -> None:
    ready = SPAWN.Event()
    child = SPAWN.Process(target=change_and_die, args=(db_url, ready))
    child.start()
    child.join(30)
    assert (ready.is_set(), child.exitcode) == (True, -signal.SIGKILL)
    assert value_of(ledger) == 1
    assert ledger.change_held(COUNT, one_more, key="r2/a", now=NOW) == 2
    assert ledger.change_held(COUNT, one_more, key="r2/a", now=NOW) == 2


def test_a_recipe_keeps_so_many_names_and_no_more(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "MOST_NAMES", 3)
    for name in "abc":
        until = NOW + 10 if name == "a" else None
        ledger.change_held(replace(COUNT, name=name), keep(1, until=until), key=f"r1/{name}", now=NOW)
    with pytest.raises(Permanent, match="keeps 3 names already"):
        ledger.change_held(replace(COUNT, name="d"), keep(1), key="r1/d", now=NOW)
    ledger.change_held(replace(COUNT, name="c"), keep(2), key="r1/e", now=NOW)
    ledger.change_held(replace(COUNT, name="d", recipe_id="other"), keep(1), key="r1/f", now=NOW)
    ledger.change_held(replace(COUNT, name="d"), keep(1), key="r1/d", now=NOW + 10)
    assert [each.name for each in Views(ledger.db).stored("greet", now=NOW + 10)] == ["b", "c", "d"]
    assert stored.MOST_NAMES == 10_000


def test_results_stay_for_as_long_as_the_run_that_may_repeat_them(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    ledger.change_held(COUNT, one_more, key="run_1/a", now=NOW)
    ledger.change_held(COUNT, one_more, key="run_gone/a", now=NOW)
    later = NOW + 400 * DAY
    ledger.prune(later, keep_succeeded=30 * DAY, keep_failed=30 * DAY)
    assert ledger.change_held(COUNT, one_more, key="run_1/a", now=later) == 1
    assert ledger.change_held(COUNT, one_more, key="run_gone/a", now=later) == 3
    finish(ledger, claim_one(ledger, now=later), RunStatus.SUCCEEDED, now=later)
    ledger.prune(later + 31 * DAY, keep_succeeded=30 * DAY, keep_failed=30 * DAY)
    assert Views(db).run("run_1") is None
    assert ledger.change_held(COUNT, one_more, key="run_1/a", now=later) == 4


def test_pruning_forgets_what_has_expired_and_nothing_else(ledger: SqlLedger) -> None:
    for name, until in (("old", NOW + 1), ("young", NOW + 100), ("lasting", None)):
        ledger.change_held(replace(COUNT, name=name), keep(1, until=until), key=f"r1/{name}", now=NOW)
    ledger.prune(NOW + 1, keep_succeeded=1.0, keep_failed=1.0)
    assert [each.name for each in Views(ledger.db).stored(now=NOW)] == ["lasting", "young"]


def test_a_renamed_recipe_takes_its_values_along(ledger: SqlLedger) -> None:
    ledger.publish([make_recipe("greet")], now=NOW)
    ledger.change_held(COUNT, one_more, key="r1/a", now=NOW)
    ledger.publish([make_recipe("welcome", was="greet")], now=NOW)
    assert value_of(ledger, replace(COUNT, recipe_id="welcome")) == 1
    assert value_of(ledger) is None


def test_people_set_and_delete_with_a_row_in_the_trail_that_does_not_hold_the_value(
    db: Database, ledger: SqlLedger
) -> None:
    assert ledger.put_held(COUNT, Held("private"), now=NOW, by="ana", where="10.0.0.1")
    [line] = Views(db).stored("greet", now=NOW)
    assert (line.value, line.changed_by, line.changed_at) == ("private", "ana", NOW)
    assert ledger.put_held(COUNT, None, now=NOW, by="ana")
    assert not ledger.put_held(COUNT, None, now=NOW, by="ana")
    rows = Views(db).audit_log(limit=10).items
    assert [(each.who, each.what, each.after["name"]) for each in reversed(rows)] == [
        ("ana", "stored.set", "count"),
        ("ana", "stored.delete", "count"),
    ]
    assert "private" not in repr(rows)


class Bound:
    """hub.context.Stored for one run, straight on the ledger."""

    def __init__(self, ledger: SqlLedger, run: int) -> None:
        self._ledger, self._key = ledger, f"r{run}/next"

    def change(self, kind: str, name: str, change: Change, *, shared: bool) -> Any:
        cell = Cell("" if shared else "greet", kind, name)
        return self._ledger.change_held(cell, change, key=self._key, now=NOW)


def test_runs_at_the_same_time_never_get_the_same_turn(ledger: SqlLedger) -> None:
    def turn(run: int) -> Any:
        step: Any = SimpleNamespace(stored=Bound(ledger, run))
        return next_turn(step, name="leads", items=["a", "b", "c", "d"]).output

    with ThreadPoolExecutor(5) as pool:
        turns = list(pool.map(turn, [*range(20), *range(20)]))
    assert turns[:20] == turns[20:]
    assert Counter(turns[:20]) == {"a": 5, "b": 5, "c": 5, "d": 5}

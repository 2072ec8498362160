"""Lookup tables in the ledger: a change is in force for the runs that begin after it, and for no others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hub.model import RunStatus
from hub.store.ledger import SqlLedger
from hub.stored import LookupTable
from tests.store.samples import NOW, claim_one, finish, make_arrival


def make_table(name: str = "states", value: str = "1") -> LookupTable:
    return LookupTable(name, f"v{value}", f"{name}.csv", ("v",), {"x \x00 Łódź": {"v": value}})


def said(ledger: SqlLedger, at: float, name: str = "states") -> object:
    table = ledger.tables(at=at).get(name)
    return table.row("x \x00 Łódź") if table else None


def test_a_table_comes_back_as_it_was_published(ledger: SqlLedger) -> None:
    assert ledger.publish_tables([make_table()], now=NOW) == 1
    assert ledger.publish_tables([make_table()], now=NOW + 1) == 0
    assert ledger.tables(at=NOW + 5) == {"states": make_table()}


def test_each_moment_has_its_version(ledger: SqlLedger) -> None:
    for number in range(3):
        assert ledger.publish_tables([make_table(value=str(number))], now=NOW + number) == 1
    assert [said(ledger, NOW + at) for at in (0, 0.5, 1, 1.9, 2, 100)] == ["0", "0", "1", "1", "2", "2"]
    assert said(ledger, NOW - 1) == "0", "a run that began before the table was there uses it as it came"


def test_a_table_whose_file_is_gone_stays_for_the_runs_that_began_with_it(ledger: SqlLedger) -> None:
    ledger.publish_tables([make_table(), make_table("other")], now=NOW)
    assert ledger.publish_tables([make_table("other")], now=NOW + 1) == 1
    assert said(ledger, NOW) == "1"
    assert said(ledger, NOW + 1) is None
    assert said(ledger, NOW + 1, "other") == "1"
    assert ledger.publish_tables([make_table(), make_table("other")], now=NOW + 2) == 1
    assert said(ledger, NOW + 2) == "1"


def test_a_table_whose_file_cannot_be_read_now_stays_in_force(ledger: SqlLedger) -> None:
    ledger.publish_tables([make_table()], now=NOW)
    assert ledger.publish_tables([], unreadable=["states"], now=NOW + 1) == 0
    assert said(ledger, NOW + 1) == "1"


def test_old_versions_go_when_no_run_can_look_into_them(ledger: SqlLedger) -> None:
    ledger.publish_tables([make_table(value="1")], now=NOW)
    ledger.admit([make_arrival("1")])
    ledger.publish_tables([make_table(value="2")], now=NOW + 10)
    ledger.prune(NOW + 20, keep_succeeded=1e9, keep_failed=1e9)
    assert said(ledger, NOW) == "1"
    finish(ledger, claim_one(ledger), RunStatus.SUCCEEDED)
    ledger.prune(NOW + 20, keep_succeeded=1e9, keep_failed=1e9)
    assert said(ledger, NOW) == "2", "only the one in force is left"
    assert said(ledger, NOW + 20) == "2"


def test_who_publishes_at_the_same_time_leaves_one_version_in_force(ledger: SqlLedger) -> None:
    def publish(number: int) -> None:
        ledger.publish_tables([make_table(value=str(number % 3))], now=NOW + number)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(publish, range(20)))
    assert len(ledger.tables(at=NOW + 1_000)) == 1

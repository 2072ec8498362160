"""Which key a process calls with: a new one at once, a refused one never again, and no question for a good one."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from hub.errors import RateLimited, Transient, Unauthorized, Unavailable
from hub.services import Services, open_services
from hub.settings import read_settings
from hub.store.crypto import Sealer
from hub.store.database import Database
from hub.store.migrate import upgrade
from sandbox.account.keys import create_key, end_key
from sandbox.account.sealing import Seal
from sandbox.server import Server
from tests.store.samples import NOW

OTHER = "wga_another-key-of-this-account-0001"
Make = Callable[..., Services]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("prepared") / "hub.db"
    database = Database.open(f"sqlite:///{file}")
    upgrade(database)
    database.close()
    return file


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Server]:
    """The Public API."""
    with Server(tmp_path / "sandbox.db", jobs=0, today=date(2026, 3, 31), rate_per_minute=0) as server:
        yield server


@pytest.fixture
def process(tmp_path: Path, prepared: Path, sandbox: Server) -> Iterator[Make]:
    """Makes the services of further processes of one hub."""
    shutil.copy(prepared, tmp_path / "hub.db")
    opened = []

    def make(key: str = "", **more: str) -> Services:
        given = {"HUB_HOME": str(tmp_path), "WORKGLUE_API_URL": sandbox.url, "WORKGLUE_API_KEY": key}
        opened.append(open_services(read_settings({**given, **more})))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def reset(sandbox: Server) -> str:
    """A new key; the old one is refused from now on."""
    with sandbox.database.writing() as connection:
        end_key(connection, now=NOW, by="reset")
        return create_key(connection, Seal(sandbox.database.path), now=NOW)


def enter(services: Services, key: str) -> None:
    services.ledger.enter_key("workglue", key, environment="", by="ana", now=services.clock())


def stages(services: Services) -> int:
    return sum(len(page.records) for page in services.api.pages("job_stages"))


def count_questions(services: Services, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    look = services.ledger.key_row

    def count(name: str) -> object:
        asked.append(name)
        return look(name)

    monkeypatch.setattr(services.ledger, "key_row", count)
    return asked


def test_a_good_key_is_asked_for_once(process: Make, sandbox: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    services = process(sandbox.key)
    asked = count_questions(services, monkeypatch)
    for _ in range(10):
        assert stages(services) > 0
    assert asked == ["workglue"]


def test_a_new_key_reaches_a_process_that_runs(process: Make, sandbox: Server) -> None:
    running, other = process(sandbox.key), process()
    assert stages(running) > 0
    new = reset(sandbox)
    with pytest.raises(Unauthorized):
        stages(running)
    enter(other, new)
    assert stages(running) > 0
    assert stages(other) > 0, "one whose environment gives no key uses it, too"


def test_another_process_stops_at_its_next_draw_without_a_call(
    process: Make, sandbox: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = process(sandbox.key), process(sandbox.key)
    assert stages(first) and stages(second)
    reset(sandbox)
    with pytest.raises(Unauthorized):
        stages(first)
    calls: list[str] = []
    monkeypatch.setattr(second.api._wire, "exchange", lambda *_, **__: calls.append("call"))
    second.allowance._fresh_until = 0.0  # a second has gone by
    with pytest.raises(Unauthorized) as refused:
        stages(second)
    assert (refused.value.version, calls) == (1, [])


def test_no_call_is_begun_after_the_first_refusal(
    process: Make, sandbox: Server, caplog: pytest.LogCaptureFixture
) -> None:
    services = process(sandbox.key)
    assert stages(services) > 0
    reset(sandbox)
    refusals: list[int] = []
    exchange = services.api._wire.exchange

    def counted(*args: object, **more: object) -> object:
        answer = exchange(*args, **more)  # type: ignore[arg-type]
        refusals.append(answer.status)
        return answer

    services.api._wire.exchange = counted  # type: ignore[assignment,method-assign]
    threads = 8

    def call(_: int) -> str:
        try:
            stages(services)
        except Unauthorized:
            return "refused"
        return "done"

    with caplog.at_level(logging.ERROR), ThreadPoolExecutor(threads) as pool:
        assert set(pool.map(call, range(200))) == {"refused"}
    assert 1 <= len(refusals) <= threads
    assert caplog.text.count("Workglue refused the API key.") == 1


def test_a_late_refusal_of_an_old_version_changes_nothing(process: Make, sandbox: Server) -> None:
    services = process(sandbox.key)
    assert stages(services) > 0
    enter(services, reset(sandbox))
    services.live_key.noticed(2, "ok")
    assert stages(services) > 0
    services.live_key.refused(1)
    assert stages(services) > 0
    row = services.keys.row()
    assert row is not None and (row.version, row.state) == (2, "ok")


def test_a_refusal_that_could_not_be_noted_is_noted_before_the_next_call(
    process: Make, sandbox: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = process(sandbox.key)
    assert stages(services) > 0
    reset(sandbox)
    reject = services.ledger.reject_key

    def away(*_: object, **__: object) -> bool:
        raise Unavailable("away")

    monkeypatch.setattr(services.ledger, "reject_key", away)
    with pytest.raises(Unauthorized):
        stages(services)
    with pytest.raises(RateLimited, match="does not say which key"):
        stages(services)
    monkeypatch.setattr(services.ledger, "reject_key", reject)
    with pytest.raises(Unauthorized):
        stages(services)
    row = services.keys.row()
    assert row is not None and row.state == "rejected"


def test_the_key_that_was_set_last_wins(process: Make) -> None:
    first = process("wga_from-the-environment-0001")
    assert first.api
    assert first.live_key.current().key == "wga_from-the-environment-0001"
    enter(first, OTHER)
    again = process("wga_from-the-environment-0001")
    assert again.api
    assert again.live_key.current().key == OTHER, "the environment has not changed since"
    changed = process("wga_from-the-environment-0002")
    assert changed.api
    assert changed.live_key.current().key == "wga_from-the-environment-0002"
    first.live_key.noticed(3, "ok")
    assert first.live_key.current().key == "wga_from-the-environment-0002", "for an older environment"


def test_a_key_that_is_forgotten_gives_way_to_the_environments(process: Make) -> None:
    services = process("wga_from-the-environment-0001")
    assert services.api
    enter(services, OTHER)
    assert services.keys.forget(by="ana")
    services.live_key.noticed(4, "ok")
    assert services.live_key.current().key == "wga_from-the-environment-0001"


def test_without_a_key_runs_wait_for_one(process: Make) -> None:
    services = process()
    with pytest.raises(Unauthorized, match="There is no Workglue API key yet"):
        stages(services)


def test_a_key_that_cannot_be_opened_is_said(process: Make, tmp_path: Path) -> None:
    services = process(HUB_SEALING_KEYS=Sealer.new_key())
    enter(services, OTHER)
    other = process(HUB_SEALING_KEYS=Sealer.new_key())
    with pytest.raises(Transient, match="cannot be opened with the present sealing keys"):
        other.live_key.current()


def test_the_first_call_is_seen_at_once(process: Make, sandbox: Server) -> None:
    services = process(sandbox.key)
    next(iter(services.api.pages("job_stages", size=1)))
    row = services.ledger.key_row("workglue")
    assert row is not None
    assert row.used_at is not None

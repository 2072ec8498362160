"""Subscriptions and tokens in the ledger, on both databases: written whole, once, and out at once."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from hub.errors import SettingError
from hub.model import Event, Run, RunStatus, new_id
from hub.ports import Arrival, Published
from hub.store.crypto import Sealer
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.subscribers import ApiToken, Subscription, SubscriptionState
from hub.store.views import Views

NOW = 1_774_000_000.0
TOKEN = ApiToken("abc123", "Zap", ("hooks",), NOW)
ASKED = Subscription("hook-1", TOKEN.id, "https://example.com", ("jobs.created", "jobs.updated"), NOW, NOW)
RECIPE = Published("hook-1", "Told", "v1", "recipe: 1", "subscription")


@pytest.fixture
def ledger(db: Database) -> SqlLedger:
    """A ledger that can seal, with one token."""
    ledger = SqlLedger(db, Sealer([Sealer.new_key()]))
    ledger.create_token(TOKEN, "secret-of-the-token", by="ana")
    return ledger


@pytest.fixture
def views(db: Database) -> Views:
    return Views(db)


def subscribe(ledger: SqlLedger, number: int = 1, **more: object) -> tuple[Subscription, bool] | None:
    new = replace(ASKED, id=f"hook-{number}", **more)  # type: ignore[arg-type]
    return ledger.subscribe(new, replace(RECIPE, recipe_id=new.id), "whsec_abc", most=3, by="zap")


def test_a_subscription_comes_with_its_recipe_and_its_secret(ledger: SqlLedger, views: Views) -> None:
    assert subscribe(ledger) == (ASKED, True)
    assert [(each.recipe_id, each.enabled) for each in views.current_recipes()] == [("hook-1", True)]
    assert ledger.secret_values() == {"hook_1": "whsec_abc"}
    assert views.recipes(removed=True) == []
    line = views.subscription("hook-1")
    assert line is not None
    assert (line.subscription, line.token_name, line.failures, line.last_run_id) == (ASKED, "Zap", 0, "")
    assert views.audit_log().items[0].what == "subscription.create"


def test_the_same_is_kept_once_also_at_the_same_moment(ledger: SqlLedger, views: Views) -> None:
    found: list[tuple[Subscription, bool] | None] = []
    start = threading.Barrier(4)

    def ask(number: int) -> None:
        start.wait()
        found.append(subscribe(ledger, number, events=("jobs.updated", "jobs.created")))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(is_new for _, is_new in filter(None, found)) == [False, False, False, True]
    assert len({each.id for each, _ in filter(None, found)}) == 1
    assert len(views.subscriptions()) == len(views.current_recipes()) == 1


def test_a_token_has_only_so_many_open_ones(ledger: SqlLedger) -> None:
    for number in range(3):
        assert subscribe(ledger, number, url=f"https://example.com/{number}")
    assert subscribe(ledger, 9, url="https://example.com/9") is None
    assert subscribe(ledger, 9, url="https://example.com/9", token_id="other")
    ledger.set_subscription("hook-1", SubscriptionState.DELETED, by="ana", now=NOW)
    assert subscribe(ledger, 10, url="https://example.com/10")


def test_without_sealing_keys_nothing_is_kept(db: Database, views: Views) -> None:
    with pytest.raises(SettingError):
        subscribe(SqlLedger(db))
    assert views.subscriptions() == []
    assert views.current_recipes() == []


@pytest.mark.parametrize("state", [SubscriptionState.ENDED, SubscriptionState.DELETED])
def test_what_is_over_stays_over(ledger: SqlLedger, views: Views, state: SubscriptionState) -> None:
    subscribe(ledger)
    waiting = [begin(ledger, status) for status in (RunStatus.QUEUED, RunStatus.HELD, RunStatus.PARKED)]
    done = begin(ledger, RunStatus.SUCCEEDED)
    assert ledger.set_subscription("hook-1", state, note="gone", by="ana", now=NOW + 5)
    for again in SubscriptionState:
        assert not ledger.set_subscription("hook-1", again, by="ana", now=NOW + 6)
    line = views.subscription("hook-1")
    assert line is not None
    assert (line.subscription.state, line.subscription.note, line.subscription.changed_at) == (state, "gone", NOW + 5)
    assert ledger.secret_names() == []
    assert not any(each.enabled for each in views.current_recipes())
    statuses = {each.id: each.status for each in views.runs().items}
    assert [statuses[each] for each in waiting] == [RunStatus.CANCELLED] * 3
    assert statuses[done] is RunStatus.SUCCEEDED
    assert subscribe(ledger, 2) is not None
    assert len(views.subscriptions()) == (1 if state is SubscriptionState.DELETED else 2)


def test_a_change_is_seen_by_all_processes(ledger: SqlLedger, views: Views) -> None:
    stamps = [views.recipes_stamp()]
    subscribe(ledger)
    stamps.append(views.recipes_stamp())
    for state in (SubscriptionState.PAUSED, SubscriptionState.ACTIVE):
        assert ledger.set_subscription("hook-1", state, by="ana", now=NOW)
        assert not ledger.set_subscription("hook-1", state, by="ana", now=NOW)
        stamps.append(views.recipes_stamp())
    ledger.publish([], now=NOW)
    stamps.append(views.recipes_stamp())
    assert len(set(stamps)) == 4
    assert stamps[-1] == stamps[-2], "publishing files changes nothing"
    assert [each.enabled for each in views.current_recipes()] == [True]


def test_a_file_cannot_take_the_place_of_a_subscription(ledger: SqlLedger, views: Views) -> None:
    subscribe(ledger)
    ledger.publish([replace(RECIPE, source="recipe: 1 # mine", version="v2", was="")], now=NOW)
    assert [each.version for each in views.current_recipes()] == ["v1"]
    ledger.publish([replace(RECIPE, recipe_id="mine", version="v2", was="hook-1")], now=NOW)
    assert views.subscription("hook-1") is not None
    assert sorted(each.recipe_id for each in views.current_recipes()) == ["hook-1", "mine"]


def test_failures_count_since_the_last_success_and_the_last_change(ledger: SqlLedger, views: Views) -> None:
    def failures() -> tuple[int, float | None, bool]:
        line = views.subscription("hook-1")
        assert line is not None
        return line.failures, line.failing_since, line.is_gone

    subscribe(ledger)
    for at, status in ((1, "failed"), (2, "succeeded"), (3, "failed"), (4, "cancelled"), (5, "failed"), (6, "queued")):
        begin(ledger, RunStatus(status), at=NOW + at)
    assert failures() == (2, NOW + 3, False)
    begin(ledger, RunStatus.FAILED, at=NOW + 7, error={"status": 410})
    assert failures() == (3, NOW + 3, True)
    ledger.set_subscription("hook-1", SubscriptionState.PAUSED, by="ana", now=NOW + 8)
    assert failures() == (0, None, False)


def test_a_token_is_found_by_its_secret_alone(ledger: SqlLedger, views: Views) -> None:
    assert ledger.find_token("abc123", "another", now=NOW) is None
    assert ledger.find_token("abc124", "secret-of-the-token", now=NOW) is None
    assert ledger.find_token("abc123", "secret-of-the-token", now=NOW) == replace(TOKEN, created_by="ana")
    assert views.tokens()[0].used_at == NOW
    subscribe(ledger)
    assert ledger.revoke_token("abc123", by="ana", now=NOW)
    assert ledger.find_token("abc123", "secret-of-the-token", now=NOW) is None
    line = views.subscription("hook-1")
    assert line is not None
    assert line.subscription.state is SubscriptionState.PAUSED
    assert not any(each.enabled for each in views.current_recipes())


def begin(ledger: SqlLedger, status: RunStatus, *, at: float = NOW, error: dict[str, int] | None = None) -> str:
    """A run of the subscription that stands where the test wants it."""
    event = Event(new_id("evt", at), "jobs.created", "poll:jobs", new_id("key", at), at, {"record": {}})
    run_id = new_id("run", at)
    run = Run(run_id, event.id, "hook-1", "v1", "jobs", run_id, status, at, at, error=error)
    ledger.admit([Arrival(event, (run,))])
    return run_id

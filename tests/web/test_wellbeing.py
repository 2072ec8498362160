"""Are we fine? What counts as a concern, and in which words."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from hub.model import Connection, Cursor, RunStatus
from hub.store.views.shapes import Heartbeat, RecipeLine
from hub.web.dashboard.wellbeing import OVERDUE_AFTER, SILENT_AFTER, Sight, concerns, processes

NOW = 1_795_521_600.0
KEY = Connection("workglue", 1, "ok", "0123", NOW - 9_000)
FINE = Sight(
    now=NOW,
    heartbeats=[Heartbeat(kind, f"{kind}_1", NOW - 3, {}) for kind in ("web", "worker", "clock")],
    connections=[KEY],
    cursors=[Cursor("jobs", last_ok_at=NOW - 20)],
    recipes=[],
    counts={},
    recent={RunStatus.SUCCEEDED: 12, RunStatus.SKIPPED: 3},
    queue_age=2.0,
    redis={"ok": True},
    has_key=True,
    disk_is_lost=False,
)


def make_recipe(**more: Any) -> RecipeLine:
    given: dict[str, Any] = dict.fromkeys(each.name for each in fields(RecipeLine))
    given |= {"recipe_id": "ask", "name": "Ask", "enabled": False, "usable": False, "problems": (), "recent": {}}
    return RecipeLine(**given | more)


def texts(sight: Sight) -> list[str]:
    return [each.text for each in concerns(sight)]


def test_when_all_is_well_there_is_nothing_to_say() -> None:
    assert concerns(FINE) == []


def test_a_process_that_went_silent_is_named_with_its_command() -> None:
    beats = [replace(each, seen_at=NOW - 130) if each.kind == "worker" else each for each in FINE.heartbeats]
    [concern] = concerns(replace(FINE, heartbeats=beats))
    assert concern.text == "The worker was last seen 2 minutes ago."
    assert concern.advice == "Start it with: python -m hub worker"
    assert concern.tone == "bad"


def test_a_process_that_never_came_is_named() -> None:
    assert texts(replace(FINE, heartbeats=FINE.heartbeats[:2])) == ["The clock has not been seen yet."]


def test_one_living_process_of_a_kind_is_enough() -> None:
    beats = [
        *FINE.heartbeats,
        Heartbeat("worker", "worker_0", NOW - 9_999, {}),
        Heartbeat("worker", "worker_2", NOW, {}),
    ]
    sight = replace(FINE, heartbeats=beats)
    assert concerns(sight) == []
    assert {each.kind: each.alive for each in processes(sight)} == {"web": 1, "worker": 2, "clock": 1}


@pytest.mark.parametrize(("age", "silent"), [(SILENT_AFTER - 1, False), (SILENT_AFTER + 1, True)])
def test_silence_has_a_limit(age: float, silent: bool) -> None:
    beats = [replace(each, seen_at=NOW - age) for each in FINE.heartbeats]
    assert bool(concerns(replace(FINE, heartbeats=beats))) is silent


def test_a_refused_key_says_where_the_new_one_is() -> None:
    [concern] = concerns(replace(FINE, connections=[replace(KEY, state="rejected")]))
    assert concern.text == "Workglue refuses the API key."
    assert "My Account > Integrations" in concern.advice


def test_a_missing_key_is_said_once() -> None:
    assert texts(replace(FINE, has_key=False)) == [
        "There is no Workglue API key, so nothing can be read or written there."
    ]


def test_redis_away_says_that_nothing_is_lost() -> None:
    [concern] = concerns(replace(FINE, redis={"ok": False, "error": "refused"}))
    assert "Nothing is lost" in concern.advice
    assert concern.tone == "warn"


@pytest.mark.parametrize(("age", "expected"), [(OVERDUE_AFTER - 1, 0), (OVERDUE_AFTER + 1, 1)])
def test_a_run_that_nobody_takes_is_a_concern(age: float, expected: int) -> None:
    assert len(concerns(replace(FINE, queue_age=age))) == expected


def test_runs_that_need_a_person_are_counted() -> None:
    sight = replace(
        FINE, recent={RunStatus.FAILED: 1}, counts={RunStatus.HELD: 2, RunStatus.PARKED: 1_200, RunStatus.FAILED: 900}
    )
    assert texts(sight) == [
        "One run failed in the last 24 hours.",
        "2 runs wait for a person's decision.",
        "1,200 runs wait for a working Workglue key.",
    ]


def test_an_unusable_recipe_is_a_concern_until_its_file_is_gone() -> None:
    assert texts(replace(FINE, recipes=[make_recipe()])) == [
        "The recipe “Ask” has an error in its file and starts nothing."
    ]
    assert texts(replace(FINE, recipes=[make_recipe(removed_at=NOW)])) == []
    assert texts(replace(FINE, recipes=[make_recipe(usable=True)])) == []


def test_a_poll_that_failed_says_why() -> None:
    [concern] = concerns(replace(FINE, cursors=[Cursor("job_stages", error="Workglue answered 502.")]))
    assert concern.text == "The last look at job stages did not go well: Workglue answered 502."


def test_the_worst_comes_first() -> None:
    sight = replace(FINE, redis={"ok": False}, counts={RunStatus.HELD: 1}, heartbeats=[])
    assert [each.tone for each in concerns(sight)] == ["bad", "bad", "bad", "warn", "warn"]


def test_a_disk_that_does_not_last_is_a_concern() -> None:
    assert len(concerns(replace(FINE, disk_is_lost=True))) == 1

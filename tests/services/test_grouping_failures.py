"""Failures of one cause are one group, whatever numbers and names stand in their messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.model import RunStatus
from hub.services.failures import group_failures, key_of, without_numbers
from hub.store.views.shapes import FailedRun

AT = 1_780_000_000.0


def failed(number: int = 1, message: str = "No.", **more: Any) -> FailedRun:
    error = {"code": "RUN200", "message": message, "step": "tell"} | more.pop("error", {})
    values: dict[str, Any] = {
        "id": f"run_{number:03d}",
        "recipe_id": "greet",
        "recipe_name": "Greet",
        "recipe_version": "v1",
        "status": RunStatus.FAILED,
        "created_at": AT + number,
        "finished_at": AT + number + 0.5,
        "crashes": 0,
        "reason": message,
        "error": error,
        "over": "",
        "subject": f"lead {number}",
        "event_type": "webhook",
    }
    return FailedRun(**values | more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("There is no job 12.", "There is no job 4,711."),
        ("There is no job_31x.", "There is no job_9aa2."),
        ("No 0190c3d2-aaaa-bbbb-cccc-0123456789ab.", "No 7f90c3d2-0000-bbbb-cccc-0123456789ab."),
        ("ana@example.com cannot be reached.", "ben.o@example.org cannot be reached."),
        ("Call +1 555 010 0199.", "Call +1 555 010 0200."),
        ("Waited 3.5 s until 2026-11-24 12:00.", "Waited 12 s until 2026-11-25 09:30."),
        ("Record deadbeef01 is gone.", "Record 0badcafe99 is gone."),
    ],
)
def test_what_differs_from_run_to_run_does_not_part_them(one: str, other: str) -> None:
    assert key_of(failed(1, one)) == key_of(failed(2, other))
    assert "…" in without_numbers(one)


@pytest.mark.parametrize(
    "other",
    [
        failed(2, "There is no stage called “Won”."),
        failed(2, recipe_id="other"),
        failed(2, error={"step": "other"}),
        failed(2, error={"code": "RUN110"}),
        failed(2, over="writes_per_run"),
    ],
    ids=["message", "recipe", "step", "code", "limit"],
)
def test_what_has_another_cause_is_another_group(other: FailedRun) -> None:
    assert key_of(failed(1)) != key_of(other)


def test_a_group_says_how_many_when_and_who() -> None:
    runs = [failed(number, f"No job {number}.") for number in range(1, 9)]
    runs.append(failed(9, "No job 9.", status=RunStatus.HELD, finished_at=None, subject="lead 1"))
    [group] = group_failures(runs)
    assert (group.failed, group.held) == (8, 1)
    assert (group.first_at, group.last_at) == (AT + 1.5, AT + 9)
    assert group.message == "No job …."
    assert group.runs[0].id == "run_009"
    assert group.affected == ("lead 1", "lead 8", "lead 7", "lead 6", "lead 5")
    assert group.others == 3


def test_the_latest_group_comes_first_and_one_message_stands_as_it_is() -> None:
    groups = group_failures([failed(1, "No job 1."), failed(5, "Refused.", recipe_id="other")])
    assert [each.message for each in groups] == ["Refused.", "No job 1."]
    assert group_failures([]) == []


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (failed(error={"code": "RUN600"}), "takes its worker down"),
        (failed(error={"code": "RUN110"}), "did not answer for too long"),
        (failed(error={"code": "RUN120"}), "Look at one of them"),
        (failed(error={"code": "RUN204"}), "not there any more"),
        (failed(error={"code": "RUN200"}), "Correct the recipe"),
        (failed(error={"code": "RUN200", "may_have_happened": True}), "It may have happened"),
        (failed(over="writes_per_run"), "A limit holds it"),
        (failed(error={"code": "RUN700"}), "ended it so on purpose"),
        (failed(error={"code": "HUB000"}), "Look at one of them"),
    ],
)
def test_each_cause_has_its_advice(run: FailedRun, words: str) -> None:
    assert words in group_failures([run])[0].advice


def test_a_run_that_is_held_without_an_error_waits_for_a_person() -> None:
    held = replace(failed(), status=RunStatus.HELD, reason="Call Miller first.", error=None)
    [group] = group_failures([held])
    assert group.message == "Call Miller first."
    assert group.advice == "A person must decide about each of them."

"""What failed, put together: one line for what has one cause, however many runs it has stopped. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from hub.engine.step import MAY_HAVE_HAPPENED
from hub.model import RunStatus
from hub.store.views.shapes import FailedRun

SHOWN_FOR = 30 * 86_400.0
"""Seconds for which a failure is shown."""

NAMED = 5
"""How many of those that a failure affects are named."""

CRASH, STOP = "RUN600", "RUN700"

_MOVING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # a UUID
    r"|[^\s@“”\"'`]+@[^\s@“”\"'`]+\.[a-z]{2,}"  # an e-mail address
    r"|\b[A-Za-z]{2,8}_[0-9A-Za-z]{3,}\b"  # job_31, run_0190c3
    r"|\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b"
    r"|\+?\d[\d.,:/ -]*\d|\d",
    re.IGNORECASE,
)
_ADVICE = (
    (CRASH, "It takes its worker down each time. Look at the log of the worker before you let it go on."),
    (STOP, "The recipe ended it so on purpose. Change the recipe if that is wrong, and run it from the start."),
    ("RUN510", "A limit holds it. Look whether so many are right, then let them go on."),
    ("RUN500", "A person must decide about each of them."),
    ("RUN300", "The API key was refused. Set a working one; the runs go on."),
    ("RUN400", "It may have happened. Look whether it did. When it goes on, the hub looks first, or asks you."),
    ("RUN204", "The record is not there any more. Restore it, or leave these alone."),
    ("RUN209", "Something there already is in the way. Put that right, then let them go on."),
    ("RUN210", "It took longer than the recipe allows. Let it go on, or give it a longer `timeout`."),
    ("RUN11", "The other side did not answer for too long. Let them go on when it is well again."),
    ("RUN2", "Correct the recipe, the record or the account. Then let them go on by the current version."),
    ("RUN7", "Correct the recipe. Then run them from the start by the current version."),
)


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Runs of one recipe that one step has stopped in one way. `runs` are newest first; `affected` names what some of
    them are about; `held` counts those that are not over."""

    key: str
    recipe_id: str
    recipe_name: str
    step: str
    code: str
    message: str
    advice: str
    first_at: float
    last_at: float
    held: int
    runs: tuple[FailedRun, ...]
    affected: tuple[str, ...]
    others: int

    @property
    def failed(self) -> int:
        """How many have failed for good."""
        return len(self.runs) - self.held


def group_failures(runs: Iterable[FailedRun]) -> list[FailureGroup]:
    """The groups, the one that happened last first."""
    found: dict[str, list[FailedRun]] = {}
    for each in runs:
        found.setdefault(key_of(each), []).append(each)
    groups = [_group(key, members) for key, members in found.items()]
    return sorted(groups, key=lambda each: each.last_at, reverse=True)


def key_of(run: FailedRun) -> str:
    """The same for all runs of one group."""
    parts = (run.recipe_id, _step_of(run), _code_of(run), without_numbers(message_of(run)))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def message_of(run: FailedRun) -> str:
    """Why it stands still, in the words of the first thing that went wrong."""
    return str((run.error or {}).get("message") or run.reason)


def without_numbers(message: str) -> str:
    """A message without what differs from one run to the next: ids, numbers and addresses."""
    return _MOVING.sub("…", message)


def _group(key: str, runs: list[FailedRun]) -> FailureGroup:
    runs.sort(key=lambda each: (each.created_at, each.id), reverse=True)
    newest = runs[0]
    times = [each.finished_at or each.created_at for each in runs]
    subjects = list(dict.fromkeys(each.subject for each in runs if each.subject))
    message = message_of(newest)
    return FailureGroup(
        key=key,
        recipe_id=newest.recipe_id,
        recipe_name=newest.recipe_name,
        step=_step_of(newest),
        code=_code_of(newest),
        message=message if len({message_of(each) for each in runs}) == 1 else without_numbers(message),
        advice=_advise(newest),
        first_at=min(times),
        last_at=max(times),
        held=sum(each.status is RunStatus.HELD for each in runs),
        runs=tuple(runs),
        affected=tuple(subjects[:NAMED]),
        others=len(subjects[NAMED:]),
    )


def _step_of(run: FailedRun) -> str:
    return str((run.error or {}).get("step") or "")


def _code_of(run: FailedRun) -> str:
    return f"limit {run.over}" if run.over else str((run.error or {}).get("code") or "")


def _advise(run: FailedRun) -> str:
    error = run.error or {}
    code = "RUN510" if run.over else "RUN400" if error.get(MAY_HAVE_HAPPENED) else str(error.get("code") or "")
    if not code and run.status is RunStatus.HELD:
        code = "RUN500"
    return next((text for start, text in _ADVICE if code.startswith(start)), "Look at one of them to see why.")

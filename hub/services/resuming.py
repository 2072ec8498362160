"""What people do with runs that stand still or have ended wrong: take them up again, one or many, or end them.

A run that is over never changes. From the failed step or from the start, it is always a new run that points to it; a
run that is held or parked goes on itself. Many at once are a replay; the clock works on it as on those of deliveries.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from hub.engine.editing import edit_data, edit_request, open_data, open_request
from hub.engine.intake import Intake
from hub.engine.resuming import Edit, failed_steps, find_differences, may_have_happened, take_over
from hub.errors import HubError, RecipeError
from hub.model import Event, Recipe, Run, RunStatus, StepRecord, StepStatus, new_id
from hub.ports import Arrival, Bell
from hub.ports.limits import RUNS_PER_HOUR
from hub.ports.resuming import Resumption
from hub.registry import Registry
from hub.services.failures import SHOWN_FOR, STOP, group_failures, key_of
from hub.shelf import Shelf
from hub.store.ledger import SqlLedger
from hub.store.ledger.resuming import RESUMABLE
from hub.store.views import Views
from hub.store.views.shapes import FailedRun, ReplayItem, ReplayPage, RunPage

MOST = 1_000
"""Runs that one replay takes up."""

STANDING = (RunStatus.FAILED, RunStatus.HELD)
OPEN = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.HELD, RunStatus.PARKED)
TOLD_EVERY = 3600.0
"""Seconds after which the same failure is spoken of again."""

TOO_LATE = "Somebody else has just taken it up."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """How a run is taken up: from the start or from the failed step, by its own version or by the current one."""

    from_start: bool = False
    current: bool = False


@dataclass(frozen=True, slots=True)
class RunChoice:
    """Which runs are meant. `group` is the key of a group of failures, `text` stands in their reason; `shown` is the
    same for people and for the trail."""

    since: float = 0.0
    until: float | None = None
    recipe: str = ""
    version: str = ""
    statuses: Sequence[RunStatus] = STANDING
    group: str = ""
    text: str = ""
    shown: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Resuming:
    """For many threads. `current` gives the recipe in force."""

    ledger: SqlLedger
    views: Views
    shelf: Shelf
    current: Callable[[str], Recipe]
    intake: Intake
    registry: Registry
    bell: Bell
    clock: Callable[[], float]

    # ---- one run

    def replay(self, run_id: str, *, by: str = "", where: str = "") -> str:
        """A new run of the current version for the same event, from the start; its id, "" when somebody else was
        faster by a moment. HubError when it cannot be run again."""
        return self.start_over(run_id, way=Way(from_start=True, current=True), by=by, where=where)

    def take_up(self, run_id: str, *, way: Way, by: str, where: str = "", item: tuple[str, int] | None = None) -> str:
        """Take a run up in this way, nothing changed. See `start_over` and `resume`."""
        take = self.start_over if way.from_start else self.resume
        return take(run_id, way=way, by=by, where=where, item=item)

    def start_over(
        self,
        run_id: str,
        *,
        way: Way,
        by: str,
        where: str = "",
        data: Mapping[str, Any] | None = None,
        item: tuple[str, int] | None = None,
    ) -> str:
        """A new run from the start, for the same event or for one with this `data`. All steps are done anew. Its id, ""
        when somebody else was faster. HubError when that cannot be."""
        page = self.page(run_id)
        recipe = self._recipe(page, way)
        event, before, after = page.event, None, None
        if data is not None:
            before, after = open_data(event), dict(data)
            event = self._edited(event, edit_data(event, recipe, data))
        new = self._begin(page, recipe, event)
        detail = _told(page, recipe, way, edited=data is not None)
        return self._start(Resumption(Arrival(event, (new,)), (), "", before, after, item, detail), by=by, where=where)

    def resume(
        self,
        run_id: str,
        *,
        way: Way,
        by: str,
        where: str = "",
        request: Mapping[str, Any] | None = None,
        path: str = "",
        item: tuple[str, int] | None = None,
    ) -> str:
        """A new run that goes on from the failed step, under the keys of the first one: nothing that is done is done
        again. `request` replaces what the failed step (at `path`, where several have failed) sends. Its id, "" when
        somebody else was faster. HubError when that cannot be."""
        page = self.page(run_id)
        self._refuse_resuming(page)
        old, recipe = self.shelf.version(page.run.recipe_id, page.run.recipe_version), self._recipe(page, way)
        edit, before = None, None
        if request is not None:
            failed = self.failed_step(page, path)
            edit, before = self._edit(failed, request), self.editable(failed)
        new = self._going_on(page, recipe)
        journal = take_over((each.step for each in page.steps), run=new, recipe=old, now=new.created_at, edit=edit)
        differences = find_differences(journal, old, recipe)
        if differences:
            raise HubError(
                f"It cannot go on by that version of the recipe. {' '.join(differences[:3])}",
                hint="Resume it by its own version, or run it from the start by the current one.",
            )
        detail = _told(page, recipe, way, edited=edit is not None)
        after = None if request is None else dict(request)
        wanted = Resumption(
            Arrival(page.event, (new,)), journal, edit.path if edit else "", before, after, item, detail
        )
        return self._start(wanted, by=by, where=where)

    def can_resume(self, page: RunPage) -> str:
        """Why a run cannot go on from where it failed, "" when it can."""
        try:
            self._refuse_resuming(page)
        except HubError as problem:
            return f"{problem.message} {problem.hint}".strip()
        return ""

    def failed(self, page: RunPage) -> tuple[StepRecord, ...]:
        """The steps for which the run has failed; none where its version of the recipe cannot be read any more."""
        try:
            recipe = self.shelf.version(page.run.recipe_id, page.run.recipe_version)
        except RecipeError:
            return ()
        return failed_steps((each.step for each in page.steps), recipe)

    def failed_step(self, page: RunPage, path: str = "") -> StepRecord:
        """The step for which the run has failed: the one at `path`, or the only one. HubError when there is none."""
        fitting = [each for each in self.failed(page) if path in ("", each.path)]
        if not fitting:
            raise HubError("No step of the run has failed" + (f" at {path[:60]}." if path else "."))
        if len(fitting) > 1:
            raise HubError("Several steps have failed; say which.", hint=", ".join(each.path for each in fitting))
        return fitting[0]

    def editable(self, record: StepRecord) -> dict[str, Any]:
        """What a failed step sends, as far as a person may change it. HubError when that is nothing."""
        action = self.registry.action(record.action)
        if action is None or action.run is None:
            raise HubError(f"What the step {record.path} does cannot be changed for one run; change the recipe.")
        if may_have_happened(record):
            raise HubError(f"The step {record.path} may have happened, so what it sends must stay the same.")
        return open_request(action, record.request or {})

    def page(self, run_id: str) -> RunPage:
        """A run. HubError when there is none."""
        page = self.views.run(run_id)
        if page is None:
            raise HubError(f"There is no run {run_id[:60]}.", hint="See the latest with: python -m hub runs list")
        return page

    # ---- many

    def choose(self, choice: RunChoice) -> tuple[list[FailedRun], bool]:
        """The runs that are meant and that nobody has taken up, oldest first, and whether there are more than MOST:
        those are the newest ones."""
        found = self.views.failed_runs(
            since=choice.since,
            until=choice.until,
            recipe_id=choice.recipe,
            version=choice.version,
            statuses=choice.statuses,
        )
        words = choice.text.casefold()
        meant = [
            each
            for each in found
            if (not choice.group or key_of(each) == choice.group)
            and (not words or words in f"{each.reason} {(each.error or {}).get('message', '')}".casefold())
        ]
        return meant[:MOST][::-1], len(meant) > MOST

    def begin(self, choice: RunChoice, *, way: Way, by: str, canary: bool = True, where: str = "") -> str:
        """Take all of these up, with a `canary` the oldest one first and alone. The id of the replay. HubError when
        there are none."""
        runs, _ = self.choose(choice)
        if not runs:
            raise HubError("No run that could be taken up again fits.")
        now = self.clock()
        replay_id = new_id("rpl", now)
        more: dict[str, Any] = {"way": asdict(way), "filters": choice.shown or {}, "canary": canary}
        self.ledger.begin_resuming(replay_id, [each.id for each in runs], by=by, now=now, where=where, **more)
        return replay_id

    def do_item(self, page: ReplayPage, item: ReplayItem) -> None:
        """Take up one run of a replay. HubError when it cannot be."""
        earlier = self.page(item.run_id)
        part = (page.id, item.position)
        if earlier.run.status in (RunStatus.HELD, RunStatus.PARKED):
            self._let_go_on(earlier)
            self.ledger.finish_item(*part, run_ids=[item.run_id])
        elif not self.take_up(item.run_id, way=Way(**page.way), by=page.made_by, item=part):
            raise HubError(TOO_LATE)

    def cancel(self, choice: RunChoice, *, by: str, where: str = "") -> int:
        """Cancel all of these that are not over; how many that were."""
        runs, _ = self.choose(replace(choice, statuses=[each for each in choice.statuses if each in OPEN]))
        return sum(self.ledger.cancel(each.id, now=self.clock(), by=by, where=where) for each in runs)

    # ---- what should be known

    def tell_of_failures(self) -> int:
        """Say in the log what has failed lately: once an hour for each cause, however many runs it has stopped. How
        many causes were new. The clock calls it."""
        now = self.clock()
        runs = self.views.failed_runs(since=now - SHOWN_FOR, ended_since=now - TOLD_EVERY)
        told = [each for each in group_failures(runs) if self.ledger.tell(each.key, now=now, every=TOLD_EVERY)]
        for each in told:
            number = "One run has" if len(each.runs) == 1 else f"{len(each.runs):,} runs have"
            where = f" at the step {each.step}" if each.step else ""
            log.warning(
                "%s stopped within the hour: “%s”%s: %s (failures group %s; %s)",
                number,
                each.recipe_name,
                where,
                each.message,
                each.key,
                each.advice,
            )
        return len(told)

    # ---- how

    def _let_go_on(self, page: RunPage) -> None:
        """What is held for a limit, or by a step that failed for sure, goes on; anything else a person decides."""
        run, steps = page.run, [each.step for each in page.steps]
        if any(each.status is StepStatus.UNKNOWN or each.action == "hold" for each in steps if not each.finished_at):
            raise HubError("A person must decide about it.", hint="Open the run.")
        decision = "repeat" if run.status is RunStatus.HELD and not run.over else ""
        self.ledger.requeue([run.id], now=self.clock(), decision=decision)

    def _refuse_resuming(self, page: RunPage) -> None:
        run = page.run
        if run.status in (RunStatus.HELD, RunStatus.PARKED):
            raise HubError("It waits, and goes on itself.", hint="Decide how, or cancel it first.")
        if run.status not in RESUMABLE:
            over = run.finished_at is not None
            raise HubError("Nothing in it has failed." if over else "It is not over yet.", hint="")
        if (run.error or {}).get("code") == STOP:
            raise HubError(
                "The recipe itself has ended it with a `stop`, so there is no failed step to go on from.",
                hint="Run it from the start.",
            )
        later = self.views.taken_up_by(run.id)
        if later:
            raise HubError("It has been resumed already.", hint=f"See the run {later}.")

    def _recipe(self, page: RunPage, way: Way) -> Recipe:
        recipe_id = page.run.recipe_id
        if not way.current:
            return self.shelf.version(recipe_id, page.run.recipe_version)
        return self.current(recipe_id)

    def _begin(self, page: RunPage, recipe: Recipe, event: Event) -> Run:
        number = self.views.next_replay_no(event.id, recipe.id)
        new = self.intake.begin(recipe, page.run.trigger_id, event)
        return replace(new, replay_of=page.run.id, replay_no=number)

    def _going_on(self, page: RunPage, recipe: Recipe) -> Run:
        """A person has asked for it, so the limit of runs an hour does not count; what the old one was let through for
        stays, and its conditions are not asked again."""
        old, new = page.run, self._begin(page, recipe, page.event)
        through = f"{old.let_through}{RUNS_PER_HOUR} "
        return replace(new, root_id=old.root_id, verdict=old.verdict, hour_limit=0, let_through=through)

    def _edit(self, failed: StepRecord, request: Mapping[str, Any]) -> Edit:
        self.editable(failed)
        action = self.registry.action(failed.action)
        assert action is not None
        return Edit(failed.path, edit_request(action, failed.request or {}, request))

    def _edited(self, event: Event, data: Mapping[str, Any]) -> Event:
        event_id = new_id("evt", self.clock())
        return replace(event, id=event_id, key=f"{event_id} for {event.key}", data=data)

    def _start(self, wanted: Resumption, *, by: str, where: str) -> str:
        if not self.ledger.take_up(wanted, by=by, now=self.clock(), where=where):
            return ""
        self.bell.ring()
        return wanted.run.id


def _told(page: RunPage, recipe: Recipe, way: Way, *, edited: bool) -> dict[str, Any]:
    """What the audit trail says besides the two runs."""
    told: dict[str, Any] = {"version": recipe.version} if recipe.version != page.run.recipe_version else {}
    if way.from_start and not way.current:
        told["version"] = recipe.version
    return told | ({"edited": True} if edited else {})

"""A run becomes a test that passes, without anything personal or secret; what the journal lacks is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.errors import HubError
from hub.model import Event, Recipe, Run, RunStatus, StepStatus
from hub.recipe.library import read_folder
from hub.rehearsing.play import Played, play
from hub.rehearsing.reading import read_tests
from hub.rehearsing.saving import SavedTest, save_run
from tests.rehearsing.conftest import Desk

SECRETS = {"CHAT": "json://host/secret-canary-1", "KEY": "secret-canary-2"}
ANA = "{id: con_1, first_name: Ana, last_name: Miller, email: ana@miller.example, phone: 512-555-7142}"


class Past:
    """A run that has happened, as the journal holds it: the case is the world, played by the real engine."""

    def __init__(self, desk: Desk, case: str) -> None:
        self._desk = desk
        recipe = read_folder(desk.folder, registry=desk.surroundings.registry)[0].recipe
        assert recipe is not None
        self.recipe: Recipe = recipe
        head = f"recipe: mine\ntests:\n  - name: past\n    secrets: {SECRETS!r}\n"
        text = f"{head}{case}\n    expect: {{status: succeeded}}\n"
        found, problems = read_tests(text, file="past.yaml", resources=tuple(desk.surroundings.profile.resources))
        assert found is not None, problems
        self.case = found.cases[0]
        self.played: Played = play(self.case, recipe, desk.surroundings)

    def run(self, **changes: Any) -> Run:
        """The run as the ledger would show it."""
        status = RunStatus(self.played.status)
        run = Run(
            id="run_1",
            event_id="evt_1",
            recipe_id="mine",
            recipe_version=self.recipe.version,
            trigger_id=self.recipe.triggers[0].id,
            root_id="run_1",
            status=status,
            due_at=self.case.at,
            created_at=self.case.at,
            reason=self.played.reason,
        )
        return replace(run, **changes)

    def save(self, **changes: Any) -> SavedTest:
        """Save it; the records of a poll are as the poller would have put them."""
        trigger = self.recipe.triggers[0]
        data = dict(self.case.event.data)
        event = Event("evt_1", trigger.type, "past", "1", self.case.at, data)
        if trigger.type == "poll":
            record = self.played.account.full("jobs", data["record"])
            event = replace(event, type="jobs.created", data={"resource": "jobs", "record": record, "before": None})
        return save_run(
            self.run(**changes),
            event,
            self.played.steps.values(),
            recipe=self.recipe,
            surroundings=self._desk.surroundings,
            secrets=SECRETS,
            file="saved.yaml",
        )


def test_a_run_with_reads_writes_and_messages_becomes_a_test_that_passes(desk: Desk) -> None:
    steps = """
        - {id: known, action: contacts.find, with: {email: "{{ body.email | lower }}"}}
        - id: job
          action: jobs.create
          with: {name: "{{ body.name }}: fence", stage: Good Lead, primary_contact_id: "{{ steps.known.id }}"}
        - id: crm
          action: http.request
          with:
            method: POST
            url: "https://crm.example/people"
            json: {id: "{{ steps.job.id }}", who: "{{ body.name }}"}
            headers: {Authorization: "{{ secrets.KEY }}"}
        - action: notify.send
          with: {to: "{{ secrets.CHAT }}", title: "{{ body.name }}", body: "{{ steps.job.po_number }}"}
    """
    desk.recipe(steps, trigger="{type: webhook, path: x, verify: none}")
    past = Past(
        desk,
        f"""
    event:
      body: {{name: Ana Miller, email: Ana@Miller.example, password: hunter2, echo: the key is secret-canary-2.}}
      headers: {{Authorization: [abc]}}
    given: {{contacts: [{ANA}]}}
    answers:
      - {{step: job, fills: {{po_number: PO-77}}}}
      - {{method: POST, url: "https://crm.example/people", body: {{name: Ana Miller}}}}
""",
    )
    assert past.played.status == "succeeded", past.played.reason
    saved = past.save()
    assert saved.differences == ()
    assert "PO-77" in saved.text
    for word in ("Ana", "Miller", "miller", "7142", "secret-canary", "hunter2", "abc"):
        assert word not in saved.text
    assert "to: CHAT" in saved.text


def test_a_saved_test_fails_when_the_recipe_changes(desk: Desk) -> None:
    desk.recipe("- {id: job, action: jobs.create, with: {name: a, stage: Good Lead}}")
    saved = Past(desk, "").save()
    assert saved.differences == ()
    desk.recipe("- {id: job, action: jobs.create, with: {name: b, stage: Good Lead}}")
    report = desk.tests(saved.text)
    assert [each.what for each in report.results[0].differences] == ["writes[1].fields.name"]


def test_what_an_update_found_is_assumed_and_said(desk: Desk) -> None:
    desk.recipe("- {id: move, action: jobs.update, with: {id: job-1, stage: Active, city: Waco}}")
    saved = Past(desk, "    given: {jobs: [{id: job-1, stage: Good Lead, city: Waco, address: 9 Elm St}]}").save()
    assert saved.differences == ()
    (assumed,) = saved.assumed
    assert "stage, city" in assumed
    assert f"# Assumed: {assumed}" in saved.text


@pytest.mark.parametrize("named", [True, False])
def test_notes_are_left_out_unless_the_recipe_names_them(desk: Desk, named: bool) -> None:
    field = "scope_of_work" if named else "city"
    desk.recipe(f'- {{action: set, with: {{it: "{{{{ record.{field} }}}}"}}}}', trigger="{type: poll, resource: jobs}")
    saved = Past(desk, "    event: {record: {id: job-1, scope_of_work: Ring the bell at noon}}").save()
    assert saved.differences == ()
    assert ("Ring the bell" in saved.text) is named


def test_what_the_event_says_of_a_record_is_not_assumed(desk: Desk) -> None:
    desk.recipe(
        '- {id: move, action: jobs.update, with: {id: "{{ record.id }}", stage: Active, city: Waco}}',
        trigger="{type: poll, resource: jobs}",
    )
    saved = Past(desk, "    event: {record: {id: job-1, stage: Good Lead, city: Waco}}").save()
    assert saved.differences == ()
    assert saved.assumed == ()
    write = saved.text.partition("writes:")[2]
    assert "stage: Active" in write
    assert "city" not in write


def test_a_record_that_changed_between_two_reads_is_kept_as_a_later_change(desk: Desk) -> None:
    desk.recipe("""
        - {id: one, action: jobs.get, with: {id: job-1}}
        - {action: wait, with: {for: 2d}}
        - {id: two, action: jobs.get, with: {id: job-1}}
        - {action: set, with: {moved: "{{ steps.one.stage.name != steps.two.stage.name }}"}}
        - {action: stop, if: vars.moved, with: {message: It moved.}}
    """)
    case = """
    given: {jobs: [{id: job-1, stage: Good Lead}]}
    later: [{after: 1d, resource: jobs, id: job-1, fields: {stage: Active}}]
"""
    saved = Past(desk, case).save()
    assert saved.differences == ()
    assert 'reason: "It moved."' in saved.text
    assert "step: two" in saved.text


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("refused, message: No.", "failed"),
        ("transient, times: 30", "failed"),
        ("unauthorized", "parked"),
        ("needs_person", "held"),
    ],
)
def test_a_run_that_went_wrong_goes_wrong_in_its_test(desk: Desk, fault: str, status: str) -> None:
    desk.recipe("- {id: job, action: jobs.create, with: {name: a, stage: Good Lead}}")
    past = Past(desk, f"    answers: [{{step: job, fault: {fault}}}]")
    assert past.played.status == status
    assert past.save().differences == ()


def test_a_record_that_was_not_there_is_not_there_in_the_test(desk: Desk) -> None:
    desk.recipe("- {id: job, action: jobs.get, with: {id: job-9}}")
    saved = Past(desk, "").save()
    assert saved.differences == ()
    assert "status: failed" in saved.text


def test_attempts_that_failed_before_the_step_worked_are_said(desk: Desk) -> None:
    desk.recipe("- {id: job, action: jobs.create, with: {name: a, stage: Good Lead}}")
    saved = Past(desk, "    answers: [{step: job, fault: transient, times: 2}]").save()
    assert saved.differences == ()
    assert "3 attempts" in saved.assumed[0]


def test_loops_upserts_and_deletes_are_kept(desk: Desk) -> None:
    desk.recipe("""
        - {id: all, action: contacts.list}
        - {id: each, for_each: steps.all, action: contacts.delete, with: {id: "{{ item.id }}"}}
        - {id: new, action: contacts.upsert, with: {match: {email: new@miller.example}, first_name: Ana}}
        - {id: again, action: contacts.upsert, with: {match: {email: new@miller.example}, last_name: Miller}}
    """)
    past = Past(desk, f"    given: {{contacts: [{ANA}, {{first_name: Bo}}]}}")
    assert past.played.status == "succeeded", past.played.reason
    assert [each["do"] for each in past.played.writes] == ["delete", "delete", "create", "update"]
    saved = past.save()
    assert saved.differences == ()
    assert "7142" not in saved.text


def test_the_messages_of_a_loop_are_kept_in_the_order_of_its_items(desk: Desk) -> None:
    desk.recipe("""
        - id: tell
          for_each: "[1, 2, 3]"
          action: notify.send
          with: {to: "{{ secrets.CHAT }}", body: "number {{ item }}"}
    """)
    past = Past(desk, "")
    mixed = dict(sorted(past.played.steps.items(), key=lambda each: (each[0] != "tell", each[0][-2:] != "2]")))
    assert list(mixed) == ["tell", "tell[2]", "tell[0]", "tell[1]"]
    past.played = replace(past.played, steps=mixed)
    saved = past.save()
    assert saved.differences == ()
    assert saved.text.index("number 1") < saved.text.index("number 2") < saved.text.index("number 3")


def test_a_stage_that_only_the_account_has_is_given(desk: Desk) -> None:
    desk.recipe("- {id: all, action: jobs.list, with: {filters: {stage: Our Own Stage}}}")
    saved = Past(desk, "    given: {job_stages: [{id: s9, name: Our Own Stage}]}").save()
    assert saved.differences == ()
    assert "Our Own Stage" in saved.text
    assert "no more than its name" in saved.assumed[0]


def test_a_run_that_goes_on_is_refused(desk: Desk) -> None:
    desk.recipe("- {action: set, with: {a: 1}}")
    with pytest.raises(HubError, match="is running"):
        Past(desk, "").save(status=RunStatus.RUNNING)


def test_another_version_of_the_recipe_is_said(desk: Desk) -> None:
    desk.recipe("- {action: set, with: {a: 1}}")
    assert "another version" in Past(desk, "").save(recipe_version="old").assumed[0]


def test_a_test_that_does_not_pass_is_handed_out_with_its_differences(desk: Desk) -> None:
    desk.recipe("- {id: one, action: set, with: {a: 1}}")
    past = Past(desk, "")
    past.played = replace(
        past.played, steps={path: replace(each, status=StepStatus.SKIPPED) for path, each in past.played.steps.items()}
    )
    assert [each.what for each in past.save().differences] == ["steps.one"]

"""What a test can play: faults, waits, loops, error steps, answers of other APIs, and a clock that stands still."""

from __future__ import annotations

import pytest

from tests.rehearsing.conftest import Desk, differing

CREATE = "- {id: job, action: jobs.create, with: {name: Lake, stage: Good Lead}}"
POLL = "{type: poll, resource: jobs, events: [created, updated, deleted], changed: [city]}"
ONE_WRITE = "writes: [{do: create, resource: jobs}]"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("transient, times: 3", f"status: succeeded, {ONE_WRITE}"),
        ("transient, times: 20", "status: failed, reason_has: cannot be reached"),
        ("refused", "status: failed, reason: The service refused it."),
        ("refused, message: No thanks.", "status: failed, reason: No thanks., steps: {job: error}"),
        ("unknown", f"status: succeeded, {ONE_WRITE}"),
        ("unknown_done", f"status: succeeded, {ONE_WRITE}"),
        ("unauthorized", "status: parked"),
        ("needs_person", "status: held"),
    ],
)
def test_a_fault_is_handled_as_the_engine_does(desk: Desk, fault: str, expected: str) -> None:
    desk.recipe(CREATE)
    assert differing(desk.test(f"answers: [{{step: job, fault: {fault}}}]\nexpect: {{{expected}}}")) == {}


@pytest.mark.parametrize(("fault", "messages"), [("unknown", "[]"), ("unknown_done", "[{body: b}]")])
def test_a_message_that_may_have_been_sent_is_held_for_a_person(desk: Desk, fault: str, messages: str) -> None:
    desk.recipe('- {id: tell, action: notify.send, with: {to: "json://x", body: b}}')
    expected = f"{{status: held, steps: {{tell: unknown}}, messages: {messages}}}"
    assert differing(desk.test(f"answers: [{{step: tell, fault: {fault}}}]\nexpect: {expected}")) == {}


def test_a_fault_that_never_comes_up_is_a_difference(desk: Desk) -> None:
    desk.recipe(CREATE)
    case = f"answers: [{{step: jop, fault: refused}}]\nexpect: {{status: succeeded, {ONE_WRITE}}}"
    assert "jop" in differing(desk.test(case))["answers"][0]


def test_the_clock_stands_still_and_waits_are_jumped_over(desk: Desk) -> None:
    desk.recipe("""
        - {action: set, with: {early: "{{ now() | date('%Y-%m-%d %H:%M:%S') }}"}}
        - {action: wait, with: {for: 10d}}
        - {action: set, with: {late: "{{ now() | date('%Y-%m-%d %H:%M:%S') }}"}}
    """)
    case = """
        at: 2027-01-31T08:30:00Z
        expect:
          status: succeeded
          took: 10d
          vars: {early: "2027-01-31 08:30:00", late: "2027-02-10 08:30:00"}
    """
    assert differing(desk.test(case)) == {}
    assert differing(desk.test(case.replace("10d", "9d")))["took"] == ("9d", "864000s")


def test_what_a_person_changes_while_the_run_waits_is_seen_after_it(desk: Desk) -> None:
    desk.recipe("""
        - {action: wait, with: {for: 2d}}
        - {id: first, action: jobs.get, with: {id: job-1}}
        - {id: second, action: jobs.get, with: {id: job-1}}
    """)
    case = """
        given: {jobs: [{id: job-1, city: Austin}]}
        later:
          - {after: 1d, id: job-1, resource: jobs, fields: {city: Dallas, stage: Active}}
          - {step: second, id: job-1, resource: jobs, fields: {city: Waco}}
        expect:
          status: succeeded
          outputs: {first: {city: Dallas, stage: {name: Active}}, second: {city: Waco}}
    """
    assert differing(desk.test(case)) == {}


def test_a_loop_takes_its_items_in_order_also_a_parallel_one(desk: Desk) -> None:
    steps = """
        - id: each
          for_each: inputs.names
          max_parallel: 8
          action: jobs.create
          if: item != "skip"
          with: {name: "{{ item }}", stage: Good Lead}
    """
    desk.recipe(steps, more="inputs: {names: {type: list}}")
    case = """
        event: {inputs: {names: [a, b, skip, c]}}
        answers: [{step: "each[1]", fault: transient}]
        expect:
          status: succeeded
          steps: {each: ok, "each[0]": ok, "each[2]": skipped}
          writes: [{fields: {name: a}}, {fields: {name: b}}, {fields: {name: c}}]
    """
    assert differing(desk.test(case)) == {}


def test_error_steps_of_a_step_and_of_the_recipe_run(desk: Desk) -> None:
    desk.recipe(
        """
        - id: job
          action: jobs.create
          with: {name: a, stage: Good Lead}
          on_error:
            - {id: note, action: notify.send, with: {to: "json://x", body: "step: {{ error.message }}"}}
        - {id: gone, action: jobs.get, with: {id: job-9}}
        """,
        more='on_error:\n  - {action: notify.send, with: {to: "json://x", body: "run: {{ error.message }}"}}',
    )
    case = """
        answers: [{step: job, fault: refused, message: No.}]
        expect:
          status: failed
          reason: There is no job job-9.
          steps: {note: ok}
          messages: [{body: "step: No."}, {body: "run: There is no job job-9."}]
    """
    assert differing(desk.test(case)) == {}


def test_other_apis_answer_as_the_test_says_and_calls_are_compared(desk: Desk) -> None:
    desk.recipe("""
        - {id: rate, action: http.request, with: {url: "https://rates.example/usd"}}
        - id: send
          action: http.request
          with:
            method: POST
            url: "{{ secrets.CRM_URL }}"
            headers: {Authorization: "Bearer {{ secrets.CRM_KEY }}"}
            json: {rate: "{{ steps.rate.body.rate }}"}
    """)
    case = """
        answers:
          - {url: "https://rates.example/usd", body: {rate: 4}}
          - {method: POST, url: CRM_URL, status: 201}
        expect:
          status: succeeded
          calls: [{method: POST, url: CRM_URL, json: {rate: 4}, headers: {Authorization: "Bearer [secret CRM_KEY]"}}]
    """
    assert differing(desk.test(case)) == {}
    assert list(differing(desk.test(case.replace("rate: 4}, head", "rate: 5}, head")))) == ["calls[1].json.rate"]
    unanswered = differing(desk.test(case.replace("- {method: POST, url: CRM_URL, status: 201}", "")))
    assert "POST CRM_URL" in unanswered["answers"][1]
    failing = case.replace("status: 201", "status: 422").replace("succeeded", "failed")
    assert differing(desk.test(failing)) == {}


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("record: {city: Austin}", "succeeded"),
        ("record: {city: Austin}, before: {city: Dallas}", "succeeded"),
        ("record: {city: Austin, state: TX}, before: {state: CO}", "not_started"),
        ("kind: deleted, record: {city: Austin}", "succeeded"),
        ("record: {state: TX}", "not_started"),
        ("kind: manual, record: {state: TX}", "succeeded"),
    ],
)
def test_a_poll_starts_the_recipe_as_its_trigger_says(desk: Desk, event: str, status: str) -> None:
    desk.recipe("- {action: set, with: {a: 1}}", trigger=POLL)
    assert differing(desk.test(f"event: {{{event}}}\nexpect: {{status: {status}}}")) == {}


def test_the_event_of_a_poll_must_say_which_record(desk: Desk) -> None:
    desk.recipe("- {action: set, with: {a: 1}}", trigger=POLL)
    assert "`record`" in differing(desk.test("expect: {status: succeeded}"))["the test itself"][1]


def test_the_account_keeps_its_rules(desk: Desk) -> None:
    desk.recipe("""
        - {id: twin, action: customers.create, with: {name: Lakeside}, on_error: continue}
        - {id: there, action: jobs.update, with: {id: job-1, city: Austin}}
        - {id: moved, action: jobs.update, with: {id: job-1, stage: Active, custom_fields: {b: 2}}}
        - {id: gone, action: jobs.delete, with: {id: job-1}}
        - {id: left, action: jobs.list}
    """)
    case = """
        given:
          customers: [{name: Lakeside}]
          jobs: [{id: job-1, city: Austin, stage: Good Lead, custom_fields: {a: 1}}]
        answers: [{step: x, fills: {po_number: "7"}}]
        expect:
          status: succeeded
          steps: {twin: error, there: ok}
          writes:
            - {do: update, id: job-1, fields: {stage: Active}}
            - {do: delete, id: job-1}
          outputs: {moved: {custom_fields: {a: 1, b: 2}}, left: []}
    """
    assert differing(desk.test(case)) == {}


def test_a_usual_stage_can_be_replaced_by_one_of_the_test(desk: Desk) -> None:
    desk.recipe(CREATE)
    case = """
        given: {job_stages: [{id: stg_2, name: Good Lead, category: active}]}
        answers: [{step: job, fills: {po_number: "77"}}]
        expect:
          status: succeeded
          writes: [{fields: {stage_id: stg_2}}]
          outputs: {job: {po_number: "77", stage: {category: active}}}
    """
    assert differing(desk.test(case)) == {}


def test_a_limit_of_writes_holds_the_run_before_the_next_one(desk: Desk) -> None:
    steps = "- {id: job, action: jobs.create, for_each: '[1, 2, 3]', with: {name: Lake, stage: Good Lead}}"
    desk.recipe(steps, more="settings: {mode: queued, limits: {writes_per_run: 2, runs_per_hour: 1}}")
    two = "writes: [{do: create, resource: jobs}, {do: create, resource: jobs}]"
    expected = f"status: held, reason_has: already changed 2 records, {two}"
    assert differing(desk.test(f"expect: {{{expected}}}")) == {}

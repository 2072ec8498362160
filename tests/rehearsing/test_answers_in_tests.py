"""Tests say who answers a question, what another app sends, and what a person decides; and when."""

from __future__ import annotations

import pytest

from hub.rehearsing.replied import with_test_links
from tests.rehearsing.conftest import Desk, differing, printed
from tests.rehearsing.test_saving_runs import Past

ASK = """
    - {action: notify.send, with: {to: "json://x", body: "{{ links.ok.approve }}"}}
    - id: ok
      action: wait_for
      with: {question: "May we?", for: 3d, otherwise: decline, ask: {note: {type: text, default: none}}}
    - action: set
      with: {said: "{{ steps.ok.answer }} by {{ steps.ok.by }}: {{ steps.ok.note }}", late: "{{ steps.ok.timed_out }}"}
"""
SENT = "messages: [{body: https://hub.example.com/answers/ok/approve}]"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("[]", "took: 3d, vars: {said: 'decline by : none', late: false}".replace("false", "true")),
        ("[{step: ok, answer: approve}]", "took: 0s, vars: {said: 'approve by somebody: none', late: false}"),
        (
            "[{step: ok, answer: approve, after: 2h, by: ana@example.com, fields: {note: fine}}]",
            "took: 2h, vars: {said: 'approve by ana@example.com: fine'}",
        ),
        ("[{step: ok, answer: approve, after: 3d}]", "took: 3d, vars: {late: false}"),
    ],
)
def test_people_answer_or_do_not(desk: Desk, answers: str, expected: str) -> None:
    desk.recipe(ASK)
    assert differing(desk.test(f"answers: {answers}\nexpect: {{status: succeeded, {expected}, {SENT}}}")) == {}


def test_an_answer_that_comes_too_late_is_a_difference(desk: Desk) -> None:
    desk.recipe(ASK)
    case = f"answers: [{{step: ok, answer: approve, after: 4d}}]\nexpect: {{status: succeeded, {SENT}}}"
    assert differing(desk.test(case))["answers"] == ("a question at the step ok", "the step never waited for it")


def test_nobody_answers_and_the_run_fails(desk: Desk) -> None:
    desk.recipe("- {id: ok, action: wait_for, with: {for: 1h}}")
    expected = "{status: failed, reason: Nobody answered in time., took: 1h, steps: {ok: error}}"
    assert differing(desk.test(f"expect: {expected}")) == {}


def test_another_app_sends_what_fits_later(desk: Desk) -> None:
    desk.recipe("""
        - id: done
          action: wait_for
          with: {webhook: done, verify: none, match: body.id, equals: 7, for: 2d, otherwise: {state: unknown}}
        - {action: set, with: {state: "{{ steps.done.body.state }}", late: "{{ steps.done.timed_out }}"}}
    """)
    fits = "{step: done, body: {id: 7, state: good}, after: 5h}"
    other = "{step: done, body: {id: 8, state: bad}, after: 1h}"
    case = "answers: [{}]\nexpect: {{status: succeeded, took: {}, vars: {{state: {}, late: {}}}}}"
    assert differing(desk.test(case.format(fits, "5h", "good", "false"))) == {}
    assert differing(desk.test(case.format(f"{other}, {fits}", "5h", "good", "false"))) == {}
    assert differing(desk.test(case.format(other, "2d", "unknown", "true"))) == {}


@pytest.mark.parametrize(("decision", "called"), [("done", "true"), ("skip", "false")])
def test_a_person_decides_about_a_hold(desk: Desk, decision: str, called: str) -> None:
    desk.recipe("""
        - {id: call, action: hold, with: {message: Call first.}}
        - {action: set, with: {called: "{{ steps.call is defined }}"}}
    """)
    answers = f"answers: [{{step: call, answer: {decision}, after: 2h}}]"
    expected = f"{{status: succeeded, took: 2h, vars: {{called: {called}}}}}"
    assert differing(desk.test(f"{answers}\nexpect: {expected}")) == {}
    held = "{status: held, reason: Call first., steps: {call: waiting}}"
    assert differing(desk.test(f"expect: {held}")) == {}


def test_each_item_of_a_loop_is_answered_by_itself(desk: Desk) -> None:
    desk.recipe("""
        - id: each
          action: choose
          for_each: "['Ana', 'Bob']"
          branches:
            - else: true
              steps:
                - {action: notify.send, with: {to: "json://x", body: "{{ item }} {{ links.ok.page }}"}}
                - {id: ok, action: wait_for, with: {for: 1d, otherwise: decline}}
                - {id: said, action: set, with: {it: "{{ steps.ok.answer }}"}}
    """)
    case = """
        answers: [{step: "each[0].ok", answer: approve, after: 1h}]
        expect:
          status: succeeded
          messages:
            - {body: https://hub.example.com/answers/ok-0/page, body_has: Ana}
            - {body_has: /ok-1/page}
          outputs: {"each[0].said": {it: approve}, "each[1].said": {it: decline}}
    """
    assert differing(desk.test(case.replace("{body: https", "{body_has: https").replace(", body_has: Ana", ""))) == {}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("{step: okk, answer: approve}", "No step `okk` waits for an answer. Did you mean `ok`?"),
        ("{step: ok, answer: aprove}", "never answered with `aprove`. Did you mean `approve`?"),
        ("{step: ok, body: {a: 1}}", "The step `ok` waits for an `answer`."),
        ("{step: ok, answer: approve, fields: {other: 1}}", "does not ask for `other`"),
        ("{step: ok, answer: approve, body: 1}", "both an `answer` and a `body`"),
    ],
)
def test_replies_that_cannot_be_are_refused_with_a_hint(desk: Desk, answer: str, words: str) -> None:
    desk.recipe(ASK)
    told = printed(desk.test(f"answers: [{answer}]\nexpect: {{status: succeeded}}")).replace("≠", " ")
    assert words in " ".join(told.split())


def test_a_saved_run_has_its_answers(desk: Desk) -> None:
    desk.recipe(ASK + "    - {id: call, action: hold, with: {message: Call first.}}\n")
    approved = "{step: ok, answer: approve, by: ana@miller.example, after: 2h, fields: {note: fine}}"
    saved = Past(desk, f"    answers: [{approved}, {{step: call, answer: done, after: 60s}}]").save()
    assert saved.differences == ()
    assert "answer: approve" in saved.text
    assert "7200s" in saved.text
    assert "ana@miller" not in saved.text


def test_a_saved_run_has_what_was_sent_to_it(desk: Desk) -> None:
    desk.recipe("""
        - id: done
          action: wait_for
          with: {webhook: done, verify: none, match: body.id, equals: 7}
        - {action: notify.send, with: {to: "json://x", body: "{{ steps.done.headers['x-state'] }}"}}
    """)
    sent = "{step: done, body: {id: 7, phone: 512-555-7142}, headers: {X-State: good, Host: example.com}, after: 90s}"
    saved = Past(desk, f"    answers: [{sent}]").save()
    assert saved.differences == ()
    assert "x-state" in saved.text
    assert "example.com" not in saved.text
    assert "512-555-7142" not in saved.text


def test_links_of_a_real_run_become_those_of_a_test() -> None:
    proof = "abcdefghijklmnopqrstuvwxyz"
    text = f"Yes: https://hub.acme.example/base/answers/run_1/ok-0/approve/{proof}, no: /answers/run_1/ok/page/{proof}"
    assert with_test_links({"a": [text]}) == {
        "a": ["Yes: https://hub.example.com/answers/ok-0/approve, no: https://hub.example.com/answers/ok/page"]
    }

"""Mails and webhooks in tests of recipes: nothing leaves, mails count as messages, and stand-ins can sign."""

from __future__ import annotations

import pytest

from tests.rehearsing.conftest import Desk, differing

MAIL = """
- id: mail
  action: email.send
  with:
    to: [Ana <ana@example.com>, "{{ inputs.other }}"]
    bcc: office@example.com
    subject: "Won: {{ inputs.name }}"
    html: "<b>{{ inputs.name }}</b>"
"""
HOOK = """
- id: tell
  action: webhook.send
  with:
    url: https://example.com/in
    secret: "{{ secrets.SIGNING }}"
    type: job.won
    data: {name: "{{ inputs.name }}"}
"""
MANUAL = "{type: manual, inputs: {name: text, other: text}}"
EVENT = "event: {inputs: {name: Smith & Sons <x>, other: bo@example.com}}"


def test_a_mail_is_kept_among_the_messages_with_its_values_escaped(desk: Desk) -> None:
    desk.recipe(MAIL, trigger=MANUAL)
    case = f"""
        {EVENT}
        expect:
          status: succeeded
          messages:
            - to: '"Ana" <ana@example.com>, bo@example.com, office@example.com'
              title: "Won: Smith & Sons <x>"
              body: "<b>Smith &amp; Sons &lt;x&gt;</b>"
    """
    assert differing(desk.test(case)) == {}
    assert "messages[1].body" in differing(desk.test(case.replace("&amp;", "&")))


def test_a_wrong_address_fails_as_it_would(desk: Desk) -> None:
    desk.recipe(MAIL, trigger=MANUAL)
    case = "event: {inputs: {name: a, other: nobody}}\nexpect: {status: failed, reason_has: there is no @ in it}"
    assert differing(desk.test(case)) == {}


@pytest.mark.parametrize(("status", "ends"), [(200, "succeeded"), (410, "failed")])
def test_a_webhook_is_a_call_that_the_test_answers(desk: Desk, status: int, ends: str) -> None:
    desk.recipe(HOOK, trigger=MANUAL)
    case = f"""
        at: 2027-01-31T08:30:00Z
        {EVENT}
        answers: [{{method: POST, url: "https://example.com/in", status: {status}}}]
        expect:
          status: {ends}
          calls:
            - method: POST
              url: https://example.com/in
              json: {{type: job.won, timestamp: "2027-01-31T08:30:00.000Z", data: {{name: Smith & Sons <x>}}}}
    """
    assert differing(desk.test(case)) == {}

"""Mails and webhooks, told in plain English."""

from __future__ import annotations

import pytest

from hub.recipe.explaining import as_text
from tests.explain.samples import FRAME, REGISTRY, read_text


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            "{action: email.send, with: {to: ana@example.com, subject: Won, text: 'Hi {{ record.name }}'}}",
            "It sends a mail to “ana@example.com” titled “Won”, saying “Hi [the job's name]”.",
        ),
        (
            "{action: email.send, with: {to: [a@example.com, b@example.com], cc: c@example.com, bcc: d@example.com, "
            "reply_to: e@example.com, subject: Won, html: <b>Hi</b>, attachments: [{name: a.csv, content: a}], "
            "connection: '{{ secrets.MAIL }}'}}",
            "It sends a mail to “a@example.com” and “b@example.com” titled “Won”, with a copy to “c@example.com” and a "
            "hidden copy to “d@example.com” and answers going to “e@example.com” and an attachment and the mail server "
            "the secret MAIL, saying “<b>Hi</b>” in HTML.",
        ),
        (
            "{action: email.send, with: {to: a@example.com, subject: Won, text: Hi, html: <b>Hi</b>, "
            "attachments: '{{ vars.files }}'}}",
            "It sends a mail to “a@example.com” titled “Won”, with attachments, saying “Hi”, also in HTML.",
        ),
        (
            "{action: webhook.send, with: {url: 'https://example.com/in', secret: '{{ secrets.SIGNING }}', "
            "type: job.won, timestamp: '{{ record.updated_at }}', data: {name: '{{ record.name }}'}}}",
            "It tells the program at “https://example.com/in” that “job.won” happened at the job's updated at, "
            "with name the job's name, signed with the secret SIGNING.",
        ),
    ],
)
def test_a_step_says_to_whom_and_what(step: str, told: str) -> None:
    text = FRAME.replace("steps:\n", f"steps:\n  - {step}\n")
    assert as_text(read_text(text), REGISTRY).splitlines()[-1] == f"1. {told}"

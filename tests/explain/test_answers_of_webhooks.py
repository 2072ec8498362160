"""What a webhook takes and what its sender hears, in sentences."""

from __future__ import annotations

import pytest

from tests.explain.test_sentences import tell_trigger


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("limit: 60 per minute", "It takes at most 60 per minute; what is more has to be sent again."),
        ("gzip: true", "Bodies may be compressed."),
        ("respond: {wait: 10s}", "The sender waits up to 10 seconds for the end of the run and is answered with how"),
        ('respond: {wait: 5s, body: "{{ result.id }}"}', "The sender waits up to 5 seconds for the end of the run and"),
        ('respond: {status: 200, body: "Thanks"}', "The sender is answered with (status 200 and body “Thanks”)."),
    ],
)
def test_a_webhook_says_what_it_takes_and_answers(options: str, told: str) -> None:
    assert told in tell_trigger(f"{{type: webhook, path: a, verify: none, {options}}}")

"""What is said and drawn of steps that wait for people, for other apps, and for working days."""

from __future__ import annotations

import pytest

from hub.recipe.explaining import as_text, draw, tell_differences
from tests.explain.samples import FRAME, REGISTRY, read_text

ASK = """  - id: ok
    name: Ask the customer
    action: wait_for
    with:
      question: "May we send it to {{ record.name }}?"
      answers: [approve, decline]
      for: 3 working days
      otherwise: decline
      ask: {note: text, best_time: time}
"""


def told(step: str) -> str:
    """The sentence about a recipe's one step, without its number."""
    return as_text(read_text(FRAME + step), REGISTRY).splitlines()[-1].removeprefix("1. ")


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (
            ASK,
            "“Ask the customer”: it asks “May we send it to [the job's name]?” and waits for the answer “approve” or "
            "“decline” with note and best time, 3 working days at the most; when none comes in time, the answer is "
            "“decline”.",
        ),
        ("  - action: wait_for\n", "It waits for the answer “approve” or “decline”."),
        (
            "  - action: wait_for\n    with: {answers: [yes, no, later], for: 2h}\n",
            "It waits for the answer “yes”, “no” or “later”, 2 hours at the most; when none comes in time, the step "
            "fails.",
        ),
        (
            "  - action: wait_for\n    with: {webhook: jobs/done, verify: none, match: body.id, "
            'equals: "{{ record.id }}", for: 1d, otherwise: {state: unknown}}\n',
            "It waits until another app sends something to /hooks/jobs/done in which `body.id` is the job's id, 1 day "
            "at the most; when none comes in time, the body is (state “unknown”).",
        ),
        ("  - action: hold\n    with: {message: Call first.}\n", "It holds the run for a person, saying “Call first.”"),
        ("  - action: wait\n    with: {for: 1 working day}\n", "It waits 1 working day."),
        (
            '  - action: wait\n    with: {for: 3 working days, at: "09:00"}\n',
            "It waits 3 working days and then until 09:00.",
        ),
        ('  - action: wait\n    with: {at: "09:00"}\n', "It waits until 09:00."),
    ],
)
def test_sentences(step: str, sentence: str) -> None:
    assert told(step) == sentence


def test_links_have_words() -> None:
    message = '  - action: set\n    with: {a: "{{ links.ok.approve }}", b: "{{ links.ok.page }}"}\n'
    lines = as_text(read_text(FRAME + message + ASK), REGISTRY).splitlines()
    assert "the link that answers “Ask the customer” with “approve”" in lines[-2]
    assert "the link to the question of “Ask the customer”" in lines[-2]


def test_the_chart_shows_the_question() -> None:
    chart = draw(read_text(FRAME + ASK + "  - action: hold\n    with: {message: Call first}\n"), REGISTRY)
    assert "“Ask the customer”<br/>Asks “May we send it to" in chart
    assert "Holds the run for a person, saying “Call first”" in chart


def test_a_difference_is_told() -> None:
    old, new = read_text(FRAME + ASK), read_text(FRAME + ASK.replace("for: 3 working days", "for: 5d"))
    [sentence] = tell_differences(old, new, REGISTRY)
    assert "5d" in sentence or "5 days" in sentence

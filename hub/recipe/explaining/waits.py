"""What is said of steps that wait for somebody or something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.recipe.explaining.wording import Names, count, field_words, flatten, say_duration, say_value, verbatim
from hub.recipe.nearest import spell
from hub.recipe.reading.waits import USUAL_ANSWERS
from hub.recipe.working_days import WorkingDays, parse_length

Arguments = Mapping[str, Any]


def say_length(length: Any, names: Names) -> str:
    """How long: 7 days, 3 working days, or as it is written."""
    try:
        parsed = parse_length(length.strip()) if isinstance(length, str) else float(length)
    except (ValueError, TypeError):
        return f"for {flatten(say_value(length, names))}"
    return count(parsed.count, "working day") if isinstance(parsed, WorkingDays) else say_duration(parsed)


def say_wait_for(arguments: Arguments, names: Names) -> str:
    """Who is asked what, or what is awaited, how long, and what happens then."""
    if "webhook" in arguments:
        wanted = say_value(arguments.get("equals"), names)
        rule = f"{verbatim(str(arguments.get('match', '')))} is {wanted}"
        waits = f"waits until another app sends something to /hooks/{arguments['webhook']} in which {rule}"
        return f"{waits}{_say_limit(arguments, names, 'the body')}"
    answers = spell([f"“{each}”" for each in arguments.get("answers") or USUAL_ANSWERS], last="or")
    question = f"asks {say_value(arguments['question'], names)} and waits" if arguments.get("question") else "waits"
    asked = spell([field_words(name) for name in arguments.get("ask") or {}])
    fields = f" with {asked}" if asked else ""
    return f"{question} for the answer {answers}{fields}{_say_limit(arguments, names, 'the answer')}"


def _say_limit(arguments: Arguments, names: Names, what: str) -> str:
    limit = f", {say_length(arguments['for'], names)} at the most" if "for" in arguments else ""
    if "otherwise" in arguments:
        return f"{limit}; when none comes in time, {what} is {say_value(arguments['otherwise'], names)}"
    return f"{limit}; when none comes in time, the step fails" if limit else ""


def say_hold(arguments: Arguments, names: Names) -> str:
    """What a person has to do."""
    return f"holds the run for a person, saying {say_value(arguments.get('message', ''), names)}"

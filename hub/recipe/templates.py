"""Which texts are templates, told by their braces alone."""

from __future__ import annotations

_MARKS = ("{{", "{%", "{#")


def has_braces(text: str) -> bool:
    """Whether a text holds anything that is rendered."""
    return any(mark in text for mark in _MARKS)


def is_single(text: str) -> bool:
    """Whether a text is exactly one `{{ ... }}`, so that it keeps the type of its value."""
    return (
        text.startswith("{{")
        and text.endswith("}}")
        and text.count("{{") == 1
        and "{%" not in text
        and "{#" not in text
    )

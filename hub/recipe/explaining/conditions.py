"""Conditions in words where they are simple comparisons, as they are written where they are not."""

from __future__ import annotations

import re
from typing import NamedTuple

from hub.model import Condition
from hub.recipe.explaining.wording import PATH, Names, path_words, quote, verbatim
from hub.recipe.nearest import spell

_LITERAL = r"\"[^\"\\]*\"|'[^'\\]*'|-?\d+(?:\.\d+)?|true|false|none"
_OPERAND = rf"(?P<path>{PATH})(?P<length>\s*\|\s*length)?"
_COMPARISON = re.compile(rf"{_OPERAND}\s*(?P<sign>==|!=|<=|>=|<|>)\s*(?P<value>{_LITERAL})")
_TEST = re.compile(rf"(?P<path>{PATH})\s+is\s+(?P<no>not\s+)?(?P<test>none|defined)")
_MEMBER = re.compile(
    rf"(?P<path>{PATH})\s+(?P<no>not\s+)?in\s+\[\s*(?P<values>(?:{_LITERAL})(?:\s*,\s*(?:{_LITERAL}))*)\s*\]"
)
_PIECES = re.compile(r"\"[^\"\\]*\"|'[^'\\]*'|\w+|.", re.DOTALL)
_SIGNS = {
    "==": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}


class _Words(NamedTuple):
    """A condition in words; `joined` tells that it is several with a word between them."""

    text: str
    joined: bool = False


def say_condition(condition: Condition, names: Names) -> str:
    """The condition as it stands behind "if": the job has a customer."""
    return _say(condition, names).text


def _say(condition: Condition, names: Names) -> _Words:
    if condition.kind == "expression":
        return _say_expression(condition.source, names)
    parts = [_say(part, names) for part in condition.parts]
    if condition.kind == "not":
        return _Words(f"it is not so that {_enclose(parts[0])}")
    if len(parts) == 1:
        return parts[0]
    word = "and" if condition.kind == "all" else "or"
    return _Words(f" {word} ".join(_enclose(part) for part in parts), joined=True)


def _enclose(words: _Words) -> str:
    return f"({words.text})" if words.joined else words.text


def _say_expression(source: str, names: Names) -> _Words:
    """In words when every part of it is simple. `and` binds closer than `or`; with both, it stays as it is written."""
    for word in ("and", "or"):
        parts = _split(source, word)
        said = [_say_simple(part.strip(), names) for part in parts]
        if all(said):
            return _Words(f" {word} ".join(said), joined=len(said) > 1)
    return _Words(f"{verbatim(source)} holds")


def _split(source: str, word: str) -> list[str]:
    """The parts between a word that stands outside of quotes. What is torn out of brackets is not simple, either."""
    parts = [""]
    for piece in _PIECES.findall(source):
        if piece == word:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _say_simple(source: str, names: Names) -> str:
    """One comparison in words, "" when it is not a simple one."""
    if source in ("true", "false"):
        return "always" if source == "true" else "never"
    if found := _TEST.fullmatch(source):
        return _say_test(found["path"], found["test"], bool(found["no"]), names)
    if found := _COMPARISON.fullmatch(source):
        subject = path_words(found["path"], names)
        if found["length"] and subject:
            subject = f"the length of {subject}"
        return f"{subject} {_compare(found['sign'], found['value'])}" if subject else ""
    if found := _MEMBER.fullmatch(source):
        values = [_literal(each) for each in re.findall(_LITERAL, found["values"])]
        verb = "is none of" if found["no"] else "is one of"
        subject = path_words(found["path"], names)
        return f"{subject} {verb} {spell(values)}" if subject else ""
    subject = path_words(source, names) if re.fullmatch(PATH, source) else ""
    return f"{subject} is set" if subject else ""


def _compare(sign: str, value: str) -> str:
    if value in ('""', "''") and sign in ("==", "!="):
        return "is empty" if sign == "==" else "is not empty"
    return f"{_SIGNS[sign]} {_literal(value)}"


def _literal(value: str) -> str:
    if value == "none":
        return "nothing"
    return quote(value[1:-1]) if value[0] in "\"'" else value


def _say_test(path: str, test: str, negated: bool, names: Names) -> str:
    root, _, rest = path.partition(".")
    subject = path_words(path, names)
    if not subject:
        return ""
    if root == "steps" and "." not in rest:
        title = names.steps[rest]
        if test == "defined":
            return f"{title} was {'not ' if negated else ''}done"
        return f"{title} found something" if negated else f"{title} found nothing"
    if test == "defined":
        return f"{subject} is {'not ' if negated else ''}there"
    return f"{subject} is {'filled in' if negated else 'empty'}"

"""An error while an expression was worked out, as a Permanent error in words that say what was missing or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.utils import missing

from hub.errors import Permanent
from hub.recipe.budget import TooMuch
from hub.recipe.expressions.environment import MissingName
from hub.recipe.expressions.grammar import Fault
from hub.recipe.expressions.references import Reference
from hub.recipe.moments import NoMoment
from hub.recipe.nearest import nearest, suggest
from hub.recipe.values import BadValue, WrongType, is_list, type_words

UNKNOWN, TYPES, UNUSABLE, TOO_MUCH, NOT_ALLOWED, UNDECIDED = (f"EXP10{number}" for number in range(1, 7))


class Undecided(ValueError):
    """A condition came to a text that may mean true or false."""

    hint = "Compare it: ... == 'yes'."

    def __init__(self, word: str) -> None:
        super().__init__(f"The condition came to the text `{word}`, which is neither true nor false.")


_OURS = (BadValue, WrongType, TooMuch, NoMoment, SecurityError, Undecided)
"""Errors that already say what they mean."""


def make_error(code: str, message: str, *, source: str, hint: str = "", detail: str = "") -> Permanent:
    """A Permanent error with our code. The source of the expression is in its detail."""
    shown = source.strip()
    shown = shown if len(shown) <= 200 else shown[:199] + "…"
    error = Permanent(message, hint=hint, detail=f"in: {shown}" + (f" ({detail})" if detail else ""))
    error.code = code
    return error


def explain_fault(fault: Fault, source: str) -> Permanent:
    """A source that cannot be read or is not allowed. `check` finds these before the run."""
    return make_error(NOT_ALLOWED, fault.message, source=source, hint=fault.hint, detail=fault.detail)


def explain(error: Exception, *, source: str, references: tuple[Reference, ...], scope: Mapping[str, Any]) -> Permanent:
    """The error for whatever was raised while `source` was worked out.

    Where the source uses a secret, no value is quoted.
    """
    if isinstance(error, MissingName):
        return _explain_missing(error, source, references, scope)
    code = _code_of(error)
    uses_secret = any(reference.parts[0] == "secrets" for reference in references)
    if uses_secret and code not in (TYPES, TOO_MUCH):
        message = "A value in this expression cannot be used. It is not shown, because the expression uses a secret."
        return make_error(code, message, source=source)
    message, hint = str(error), getattr(error, "hint", "")
    if not isinstance(error, _OURS):
        message = f"This expression cannot be worked out: {message or type(error).__name__}."
    return make_error(code, message, source=source, hint=hint, detail=type(error).__name__)


def _code_of(error: Exception) -> str:
    if isinstance(error, (TooMuch, RecursionError, MemoryError)):
        return TOO_MUCH
    if isinstance(error, SecurityError):
        return NOT_ALLOWED
    if isinstance(error, Undecided):
        return UNDECIDED
    return TYPES if isinstance(error, TypeError) else UNUSABLE


def _explain_missing(
    error: MissingName, source: str, references: tuple[Reference, ...], scope: Mapping[str, Any]
) -> Permanent:
    path = _find_path(error, references, scope)
    if path[0] == "steps" and len(path) == 2:
        return _explain_step(path[1], scope, source)
    if error.owner is missing:
        message = f"`{path[-1]}` is not known."
        near, prefix = nearest(path[-1], list(scope)), ""
    elif error.owner is None:
        before = ".".join(path[:-1])
        message = (
            f"`{before}` is none, so there is no `{'.'.join(path)}`."
            if before
            else f"There is no `{path[-1]}` of none."
        )
        return make_error(UNKNOWN, message, source=source, hint="Ask first: `is not none`, or give a default.")
    else:
        return _explain_field(error.owner, error.name, path, source)
    return make_error(UNKNOWN, _with_nearest(message, prefix + near if near else ""), source=source)


def _explain_field(owner: Any, name: Any, path: tuple[str, ...], source: str) -> Permanent:
    dotted = ".".join(path)
    if isinstance(owner, Mapping):
        near = nearest(path[-1], [str(key) for key in owner])
        better = ".".join((*path[:-1], near)) if near else ""
        hint = "" if near else suggest(path[-1], [str(key) for key in owner], listed="There are")
        return make_error(UNKNOWN, _with_nearest(f"`{dotted}` is not known.", better), source=source, hint=hint)
    what = f"`{'.'.join(path[:-1])}`" if len(path) > 1 else "This"
    hint = "Take an element first: [0], or | first." if is_list(owner) else ""
    if isinstance(name, int) and (is_list(owner) or isinstance(owner, str)):
        hint = f"It has {len(owner)}, counted from 0."
    return make_error(UNKNOWN, f"{what} is {type_words(owner)} and has no `{path[-1]}`.", source=source, hint=hint)


def _explain_step(step: str, scope: Mapping[str, Any], source: str) -> Permanent:
    steps = scope.get("steps")
    near = nearest(step, list(steps)) if isinstance(steps, Mapping) else ""
    message = f"The step `{step}` has no result: it was skipped, or has not run."
    hint = f"Ask first: `steps.{step} is defined`."
    if near:
        message, hint = _with_nearest(f"There is no result of a step `{step}`.", f"steps.{near}"), hint
    return make_error(UNKNOWN, message, source=source, hint=hint)


def _with_nearest(message: str, better: str) -> str:
    return f"{message.removesuffix('.')}; did you mean `{better}`?" if better else message


def _find_path(error: MissingName, references: tuple[Reference, ...], scope: Mapping[str, Any]) -> tuple[str, ...]:
    """The whole dotted name of what is missing, when one of the references leads to it; else its own name."""
    for reference in references:
        value: Any = scope
        for place, part in enumerate(reference.parts):
            if not isinstance(value, Mapping) or part not in value:
                owner = missing if place == 0 else value
                if part == error.name and owner is error.owner:
                    return reference.parts[: place + 1]
                break
            value = value[part]
        else:
            if value is error.owner and value is not None:
                return (*reference.parts, str(error.name))
    return (str(error.name),)

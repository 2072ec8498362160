"""Working out conditions and values. Safe to use from many threads at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from hub.errors import Permanent, Place, Problem
from hub.model import Condition
from hub.recipe.budget import LONGEST_TEXT, Allowance, TooMuch, spend_text
from hub.recipe.expressions.allowed import find_faults
from hub.recipe.expressions.environment import Function, GuardedEnvironment, make_range
from hub.recipe.expressions.explaining import TOO_MUCH, Undecided, explain, explain_fault, make_error
from hub.recipe.expressions.grammar import EXPRESSION, HTML, TEMPLATE, Fault, Unreadable, parse_source
from hub.recipe.expressions.guarding import escape_values, guard_tree
from hub.recipe.expressions.inspection import inspect_source
from hub.recipe.expressions.references import Reference, find_references
from hub.recipe.expressions.verdicts import Verdict
from hub.recipe.moments import Day, Moment, find_zone, moment_of
from hub.recipe.names import FUNCTIONS
from hub.recipe.templates import has_braces, is_single
from hub.recipe.values import ABSENT, brief, to_plain, to_text

_CACHED = 4096
_RANGE = Function(make_range)
_T = TypeVar("_T")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "1", "0"})
_GROUPS = {"all": "all of", "any": "any of", "not": "not"}
_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A source ready to run: `pieces` yields its values for the names given."""

    source: str
    pieces: Callable[[dict[str, Any]], Iterator[Any]]
    references: tuple[Reference, ...]


class Expressions:
    """Works out the expressions and templates of recipes. `timezone` is where days begin and clocks are read,
    `holidays` are the days that are no working days.

    The scope that the methods take maps names to JSON values; "now" in it is a function without arguments that
    returns seconds since the epoch or an aware datetime. All methods raise hub.errors.Permanent, with a code EXP1xx.
    """

    def __init__(self, timezone: str = "UTC", *, holidays: Collection[Day] = ()) -> None:
        self._zone = find_zone(timezone)
        self._environment = GuardedEnvironment(self._zone, holidays)
        self._compiled = lru_cache(maxsize=_CACHED)(self._compile)

    def condition(self, condition: Condition, scope: Mapping[str, Any]) -> Verdict:
        """The verdict of a condition. What cannot be decided is an error, never a "no"."""
        if condition.kind == "expression":
            return self._decide(condition.source, scope)
        deciding = condition.kind == "any"  # the value of one part that decides all of them
        parts: list[Verdict] = []
        for part in condition.parts:
            parts.append(self.condition(part, scope))
            if parts[-1].value is deciding:
                break
        value = parts[-1].value if parts else not deciding
        return Verdict(not value if condition.kind == "not" else value, _GROUPS[condition.kind], {}, tuple(parts))

    def value(self, source: Any, scope: Mapping[str, Any], *, html: bool = False) -> Any:
        """A JSON value with every template in it rendered, keys left alone. A text that is exactly one `{{ ... }}`
        becomes the value itself; nothing is rendered twice. With `html`, `source` is the HTML of a page: always a
        text, and the values in it are escaped."""
        with Allowance():
            if html and isinstance(source, str):
                return _run(self._compiled(source, HTML), self._names(scope), _take_text)
            return self._render(source, self._names(scope), 0)

    def bare(self, source: str, scope: Mapping[str, Any]) -> Any:
        """The value of a bare expression."""
        with Allowance():
            return _run(self._compiled(source, EXPRESSION), self._names(scope), _take_value)

    def compile_problems(self, source: str, kind: str, place: Place) -> list[Problem]:
        """What is wrong with an "expression" or a "template" by itself, whatever its names mean."""
        faults = inspect_source(source, kind).faults
        return [Problem(each.code, each.message, place, hint=each.hint, detail=each.detail) for each in faults]

    def names(self, source: str, kind: str) -> set[str]:
        """The dotted names that an "expression" or a "template" refers to; empty when it cannot be read."""
        return {reference.dotted for reference in inspect_source(source, kind).references}

    def _decide(self, source: str, scope: Mapping[str, Any]) -> Verdict:
        compiled = self._compiled(source, EXPRESSION)
        with Allowance():
            value = _run(compiled, self._names(scope), _take_truth)
        return Verdict(value, source.strip(), _look(compiled.references, scope))

    def _render(self, source: Any, names: dict[str, Any], depth: int) -> Any:
        if isinstance(source, str):
            if not has_braces(source):
                return source
            take = _take_value if is_single(source) else _take_text
            return _run(self._compiled(source, TEMPLATE), names, take)
        if depth > _DEEPEST:
            raise make_error(TOO_MUCH, f"This value is nested deeper than {_DEEPEST} levels.", source="")
        if isinstance(source, Mapping):
            return {key: self._render(each, names, depth + 1) for key, each in source.items()}
        if isinstance(source, (list, tuple)):
            return [self._render(each, names, depth + 1) for each in source]
        return source

    def _compile(self, source: str, kind: str) -> _Compiled:
        """Permanent when the source cannot be read or is not allowed; `check` finds these before the run."""
        try:
            tree = parse_source(self._environment, source, kind)
        except Unreadable as error:
            raise explain_fault(error.fault, source) from error
        for fault in find_faults(self._environment, tree):
            raise explain_fault(fault, source)
        references = find_references(tree)
        try:
            tree = escape_values(tree) if kind == HTML else tree
            code = self._environment.compile(guard_tree(self._environment, tree))
        except Exception as error:  # what passed the allow-list and still has no meaning to jinja2 or to Python
            fault = Fault("RCP301", "This expression cannot be read.", detail=str(error))
            raise explain_fault(fault, source) from error
        template = self._environment.template_class.from_code(self._environment, code, {})

        def pieces(names: dict[str, Any]) -> Iterator[Any]:
            return template.root_render_func(template.new_context(names, shared=True))

        return _Compiled(source, pieces, references)

    def _names(self, scope: Mapping[str, Any]) -> dict[str, Any]:
        names: dict[str, Any] = {**scope, "range": _RANGE}
        for name, value in names.items():
            if isinstance(value, datetime):
                names[name] = moment_of(value, self._zone)
        clock = names.get("now")
        if callable(clock):
            names["now"] = Function(lambda: self._read_clock(clock()))
        return names

    def _read_clock(self, time: Any) -> Moment:
        return moment_of(time if isinstance(time, datetime) else datetime.fromtimestamp(float(time), UTC), self._zone)


def _run(compiled: _Compiled, names: dict[str, Any], take: Callable[[Iterator[Any]], _T]) -> _T:
    """What `take` makes of the pieces; whatever goes wrong becomes a Permanent error that explains it."""
    try:
        return take(compiled.pieces(names))
    except Permanent:
        raise
    except Exception as error:
        raise explain(error, source=compiled.source, references=compiled.references, scope=names) from error


def _take_value(pieces: Iterator[Any]) -> Any:
    return to_plain(next(pieces))


def _take_text(pieces: Iterator[Any]) -> str:
    texts: list[str] = []
    for piece in pieces:
        texts.append(to_text(piece))
        spend_text(len(texts[-1]))
    length = sum(map(len, texts))
    if length > LONGEST_TEXT:
        raise TooMuch("This text is longer than 256 KiB.")
    return "".join(texts)


def _take_truth(pieces: Iterator[Any]) -> bool:
    value = to_plain(next(pieces))
    if isinstance(value, str) and value.strip().casefold() in _WORDS:
        raise Undecided(value.strip())
    return bool(value)


def _look(references: tuple[Reference, ...], scope: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a condition saw, in brief, by dotted name. Secrets are not shown."""
    saw: dict[str, Any] = {}
    for reference in references:
        if reference.parts[0] in FUNCTIONS:
            continue
        value: Any = scope
        for part in reference.parts:
            value = value[part] if isinstance(value, Mapping) and part in value else ABSENT
        hidden = reference.parts[0] == "secrets"
        saw[reference.dotted] = "(secret)" if hidden else "(not there)" if value is ABSENT else brief(value)
    return saw

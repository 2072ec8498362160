"""The sandbox: what an attribute, an item, a call and an operator do. Compiling runs nothing of the template."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from jinja2 import StrictUndefined, UndefinedError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from hub.recipe.budget import spend, spend_list, spend_text
from hub.recipe.filters import TESTS, make_filters
from hub.recipe.filters.catalogue import TAKE_ABSENT
from hub.recipe.filters.tests import TAKE_ABSENT as TESTS_THAT_TAKE_ABSENT
from hub.recipe.moments import MEMBERS, Day, Moment, moment_of
from hub.recipe.operators import OPERATORS, calculate, negate
from hub.recipe.values import ABSENT, WrongType, as_list, compare, is_list, to_text, type_words

_CHEAP = frozenset({"count", "d", "default", "first", "last", "length"})  # look at no more than one element
_CALL = 10  # units for calling a filter or test, beside those for what goes in and comes out
_LOOP = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem"})


class MissingName(UndefinedError):
    """Something was used that is not there: `name` is not in `owner`; `owner` is `missing` for a name of its own."""

    def __init__(self, owner: Any, name: Any, message: str) -> None:
        super().__init__(message)
        self.owner = owner
        self.name = name


class Missing(StrictUndefined):
    """Something that is not there. It may be asked for (`is defined`) and go through `default`, but not be used."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: Any = None, exc: Any = None) -> None:
        super().__init__(hint, obj, name, exc or partial(MissingName, obj, name))  # type: ignore[arg-type]

    def fail(self) -> None:
        """Raise MissingName."""
        self._fail_with_undefined_error()


class Function:
    """A function that expressions may call, wrapped so that nothing else is ever called."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call


class PlainGenerator(NativeCodeGenerator):
    """Generates code that hands over values as they are, and works nothing out while it compiles."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> Any:
        if isinstance(node, nodes.TemplateData):
            return super()._output_child_to_const(node, frame, finalize)
        raise nodes.Impossible


class GuardedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja with our filters, tests and functions only. Fields of objects are never shadowed by methods."""

    code_generator_class = PlainGenerator
    intercepted_binops = OPERATORS
    intercepted_unops = frozenset({"+", "-"})

    def __init__(self, zone: tzinfo, holidays: Collection[Day] = ()) -> None:
        super().__init__(undefined=Missing, optimized=False, keep_trailing_newline=True, cache_size=0)
        self._zone = zone
        self.globals = {}
        self.tests = {name: _guard(test, name in TESTS_THAT_TAKE_ABSENT) for name, test in TESTS.items()}
        plain = make_filters(zone, self._call_filter, self._call_test, holidays=holidays)
        self.plain_filters = plain
        self.plain_tests = TESTS
        self.filters = {
            **{name: _guard(each, name in TAKE_ABSENT, cheap=name in _CHEAP) for name, each in plain.items()},
            "_compare": _compare,
            "_concat": _concat,
            "_each": _each,
            "_slice": _slice,
        }

    def adopt(self, value: Any) -> Any:
        """A value of the scope as expressions know it: a datetime of Python is a moment in our time zone."""
        return moment_of(value, self._zone) if isinstance(value, datetime) else value

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field of an object; what is missing stays missing. Methods and attributes of Python do not exist."""
        if isinstance(obj, Undefined):
            return obj
        if isinstance(obj, Mapping) and attribute in obj:
            return self.adopt(obj[attribute])
        if (isinstance(obj, Moment) and attribute in MEMBERS) or (isinstance(obj, LoopContext) and attribute in _LOOP):
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A field of an object by its name, or an element of a list or text by its number."""
        for each in (argument, obj):
            if isinstance(each, Undefined):
                return each
        if isinstance(obj, Mapping) and isinstance(argument, (str, int)) and argument in obj:
            return self.adopt(obj[argument])
        if (is_list(obj) or isinstance(obj, str)) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.undefined(obj=obj, name=argument)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """Call one of our functions; SecurityError for anything else."""
        if not isinstance(__obj, Function):
            raise SecurityError("Only now() and range() can be called.")
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        _refuse_missing(args, kwargs)
        return __obj.call(*args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        """An operation on two values, bounded."""
        _refuse_missing((left, right), {})
        return calculate(operator, left, right)

    def call_unop(self, context: Context, operator: str, arg: Any) -> Any:  # noqa: ARG002
        """Minus or plus before a value."""
        _refuse_missing((arg,), {})
        return negate(operator, arg)

    def _call_filter(self, name: str, value: Any, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        function: Any = self.filters[_public(name, self.plain_filters)]
        return function(value, *arguments, **named)

    def _call_test(self, name: str, value: Any, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        function: Any = self.tests[_public(name, self.plain_tests)]
        return function(value, *arguments, **named)


def make_range(*bounds: Any) -> range:
    """The numbers that `range` in an expression gives, at most 10,000."""
    if not 1 <= len(bounds) <= 3 or not all(isinstance(each, int) and abs(each) <= 10**9 for each in bounds):
        raise WrongType("`range` needs one to three whole numbers.")
    if len(bounds) == 3 and bounds[2] == 0:
        raise WrongType("The step of `range` cannot be 0.")
    found = range(*bounds)
    spend_list(len(found))
    return found


def _public(name: Any, table: Mapping[str, Any]) -> str:
    if not isinstance(name, str) or name not in table:
        raise WrongType(f"There is no filter or test called `{name!s:.40}`.")
    return name


def _guard(function: Callable[..., Any], takes_absent: bool, *, cheap: bool = False) -> Callable[..., Any]:
    """The function with missing values refused, and what goes in and comes out counted unless it is cheap."""

    def guarded(value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, Undefined):
            if not takes_absent:
                value._fail_with_undefined_error()
            value = ABSENT
        _refuse_missing(args, kwargs)
        spend(_CALL if cheap else _CALL + _size(value))
        result = function(value, *args, **kwargs)
        spend(0 if cheap else _size(result))
        return result

    return guarded


def _size(value: Any) -> int:
    return len(value) if isinstance(value, (str, list, tuple, dict)) else 0


def _refuse_missing(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    for each in (*args, *kwargs.values()) if kwargs else args:
        if isinstance(each, Undefined):
            each._fail_with_undefined_error()


# ---- What the guarding puts in the place of Jinja's own operations


def _compare(values: list[Any], operators: str) -> bool:
    """`a < b <= c`, from left to right until one does not hold."""
    for number, operator in enumerate(operators.split()):
        pair = (values[number], values[number + 1])
        _refuse_missing(pair, {})
        if not compare(operator, *pair):
            return False
    return True


def _concat(values: list[Any]) -> str:
    """`a ~ b ~ c`."""
    texts = [to_text(value) for value in values]
    spend_text(sum(map(len, texts)))
    return "".join(texts)


def _each(value: Any, weight: int) -> Any:
    """What a `for` goes through, paid for before it begins: `weight` units for each round."""
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    elements = as_list(value)
    spend(len(elements) * weight)
    return elements


def _slice(value: Any, start: Any, stop: Any, step: Any) -> Any:
    """`value[start:stop:step]` of a text or list."""
    _refuse_missing((value, start, stop, step), {})
    if not isinstance(value, str) and not is_list(value):
        raise WrongType(f"Only a text or a list can be cut, not {type_words(value)}.")
    if any(each is not None and not isinstance(each, int) for each in (start, stop, step)) or step == 0:
        raise WrongType("A text or list is cut by whole numbers, as in [0:10].")
    spend(len(value))
    return value[start:stop:step]

"""Lists and objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.recipe.budget import spend, spend_list, spend_text
from hub.recipe.moments import Moment
from hub.recipe.values import ABSENT, BadValue, as_list, dig, is_list, is_number, to_text, type_words

Call = Callable[[str, Any, tuple[Any, ...], Mapping[str, Any]], Any]
"""Calls a filter or a test by name: (name, value, arguments, keyword arguments)."""


class Selecting:
    """The filters that go through a list with other filters and tests, which they call by name."""

    def __init__(self, call_filter: Call, call_test: Call) -> None:
        self._call_filter = call_filter
        self._call_test = call_test

    def map(self, value: Any, filter: str = "", *values: Any, attribute: str = "", **named: Any) -> list[Any]:
        """A filter, or the field of an object, for each element of a list.

        ['a', 'b'] | map('upper') | join -> AB
        [{'n': 1}, {'n': 2}] | map(attribute='n') | sum -> 3
        """
        elements = _elements(value)
        if bool(filter) == bool(attribute):
            hint = "Write map('upper') or map(attribute='name')."
            raise BadValue("`map` needs a filter's name or an attribute.", hint=hint)
        if attribute:
            return [_field(each, attribute) for each in elements]
        return [self._call_filter(filter, each, values, named) for each in elements]

    def select(self, value: Any, test: str = "", *values: Any) -> list[Any]:
        """The elements for which a test holds.

        [1, 2, 3] | select('odd') | join(',') -> 1,3
        """
        return [each for each in _elements(value) if self._holds(each, test, values)]

    def reject(self, value: Any, test: str = "", *values: Any) -> list[Any]:
        """The elements for which a test does not hold.

        [1, none] | reject('none') | length -> 1
        """
        return [each for each in _elements(value) if not self._holds(each, test, values)]

    def selectattr(self, value: Any, attribute: str, test: str = "", *values: Any) -> list[Any]:
        """The objects with a field for which a test holds.

        [{'n': 1}, {'n': 2}] | selectattr('n', 'gt', 1) | length -> 1
        """
        return [each for each in _elements(value) if self._holds(_field(each, attribute, test), test, values)]

    def rejectattr(self, value: Any, attribute: str, test: str = "", *values: Any) -> list[Any]:
        """The objects with a field for which a test does not hold.

        [{'n': 1}, {'n': 2}] | rejectattr('n', 'gt', 1) | length -> 1
        """
        return [each for each in _elements(value) if not self._holds(_field(each, attribute, test), test, values)]

    def _holds(self, value: Any, test: str, values: tuple[Any, ...]) -> bool:
        return bool(self._call_test(test, value, values, {})) if test else bool(value)


def make(call_filter: Call, call_test: Call) -> dict[str, Callable[..., Any]]:
    """The filters of this family."""
    selecting = Selecting(call_filter, call_test)
    return {
        "count": length,
        "first": first,
        "flatten": flatten,
        "groupby": groupby,
        "items": items,
        "join": join,
        "last": last,
        "length": length,
        "list": to_list,
        "map": selecting.map,
        "max": largest,
        "min": smallest,
        "reject": selecting.reject,
        "rejectattr": selecting.rejectattr,
        "reverse": reverse,
        "select": selecting.select,
        "selectattr": selecting.selectattr,
        "sort": sort,
        "sum": total,
        "unique": unique,
    }


def length(value: Any) -> int:
    """How many elements a list has, keys an object, characters a text. Also `count`.

    ['a', 'b'] | length -> 2
    """
    if isinstance(value, (str, Mapping)) or is_list(value):
        return len(value)
    raise BadValue(f"A list or a text is needed here, not {type_words(value)}.")


def first(value: Any) -> Any:
    """The first element; none when there is none.

    [7, 8] | first -> 7
    """
    elements = value if isinstance(value, str) else as_list(value)
    return elements[0] if len(elements) else None


def last(value: Any) -> Any:
    """The last element; none when there is none.

    [7, 8] | last -> 8
    """
    elements = value if isinstance(value, str) else as_list(value)
    return elements[-1] if len(elements) else None


def flatten(value: Any) -> list[Any]:
    """The elements of the lists in a list as one list. What is no list stays as it is, none is left out.

    [[1, 2], [3]] | flatten | length -> 3
    [['a'], 'b', none] | flatten | join -> ab
    """
    found: list[Any] = []
    for each in _elements(value):
        inner = _elements(each) if is_list(each) else [] if each is None else [each]
        found.extend(inner)
    spend_list(len(found))
    return found


def groupby(value: Any, attribute: str) -> list[list[Any]]:
    """Pairs of a value of a field and the list of objects that have it, for {% for city, jobs in ... %}.

    [{'c': 'B'}, {'c': 'A'}, {'c': 'B'}] | groupby('c') | map('first') | join -> AB
    """
    groups: list[list[Any]] = []
    for element in sort(value, attribute=attribute, case_sensitive=True):
        key = _field(element, attribute)
        if not groups or groups[-1][0] != key:
            groups.append([key, []])
        groups[-1][1].append(element)
    return groups


def items(value: Any) -> list[list[Any]]:
    """Pairs of key and value of an object.

    {'a': 1} | items | first | join('=') -> a=1
    """
    if not isinstance(value, Mapping):
        raise BadValue(f"An object is needed here, not {type_words(value)}.")
    spend_list(len(value))
    return [[key, each] for key, each in value.items()]


def join(value: Any, separator: str = "", attribute: str = "") -> str:
    """The elements as one text, with a separator between them.

    ['a', 'b'] | join(', ') -> a, b
    """
    elements = _elements(value)
    between = to_text(separator)
    texts = [to_text(_field(each, attribute) if attribute else each) for each in elements]
    spend_text(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def to_list(value: Any) -> list[Any]:
    """A value as a list: the characters of a text, the keys of an object.

    'ab' | list | length -> 2
    """
    elements = value if isinstance(value, str) else as_list(value)
    spend_list(len(elements))
    return list(elements)


def reverse(value: Any) -> Any:
    """A list or text from its end to its beginning.

    'abc' | reverse -> cba
    """
    return value[::-1] if isinstance(value, str) else list(_elements(value))[::-1]


def largest(value: Any, attribute: str = "") -> Any:
    """The largest element, or the object with the largest field; none of an empty list.

    [3, 9, 4] | max -> 9
    """
    ordered = _known(sort(value, attribute=attribute), attribute)
    return ordered[-1] if ordered else None


def smallest(value: Any, attribute: str = "") -> Any:
    """The smallest element, or the object with the smallest field; none of an empty list.

    [3, 9, 4] | min -> 3
    """
    ordered = _known(sort(value, attribute=attribute), attribute)
    return ordered[0] if ordered else None


def sort(value: Any, reverse: bool = False, case_sensitive: bool = False, attribute: str = "") -> list[Any]:
    """The elements in order, by a field if one is given; large and small letters count alike, none comes last.

    ['b', 'A'] | sort | join -> Ab
    """
    elements = list(_elements(value))
    spend(len(elements) * 4)
    keys = [_key(_field(each, attribute) if attribute else each, case_sensitive) for each in elements]
    known = [key for key in keys if key is not None]
    if any(type(key) is not type(known[0]) for key in known):
        raise BadValue("These elements cannot be put in order: they are not all texts or all numbers.")
    present = [place for place, key in enumerate(keys) if key is not None]
    present.sort(key=lambda place: keys[place], reverse=bool(reverse))
    missing = [place for place, key in enumerate(keys) if key is None]
    return [elements[place] for place in (*present, *missing)]


def total(value: Any, attribute: str = "", start: Any = 0) -> Any:
    """The sum of the numbers, or of a field of the objects.

    [1, 2.5] | sum -> 3.5
    """
    numbers = [start, *(_field(each, attribute) if attribute else each for each in _elements(value))]
    for each in numbers:
        if not is_number(each):
            raise BadValue(
                f"Only numbers can be summed up, not {type_words(each)}.", hint="Leave others out with select."
            )
    return sum(numbers)


def unique(value: Any, case_sensitive: bool = False, attribute: str = "") -> list[Any]:
    """Each element once, by a field if one is given, in the order of the list.

    ['a', 'A', 'b'] | unique | join -> ab
    """
    seen: dict[Any, Any] = {}
    for each in _elements(value):
        key = _field(each, attribute) if attribute else each
        compared = _key(key, case_sensitive)
        seen.setdefault((type(compared), compared), each)
    return list(seen.values())


def _elements(value: Any) -> Any:
    elements = as_list(value)
    spend_list(len(elements))
    return elements


def _field(element: Any, path: str, test: str = "") -> Any:
    found = dig(element, path) if isinstance(path, str) else ABSENT
    if found is ABSENT and test not in ("defined", "undefined"):
        hint = f"Leave such elements out first: selectattr('{path!s:.40}', 'defined')."
        raise BadValue(f"An element of the list has no `{path!s:.40}`.", hint=hint)
    return found


def _key(value: Any, case_sensitive: bool) -> Any:
    """What a value is ordered and compared by. BadValue for lists and objects."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if case_sensitive else value.casefold()
    if is_number(value):
        return float(value) if abs(value) < 2**53 else value
    if isinstance(value, Moment):
        return value.at
    raise BadValue(f"Elements are compared by texts or numbers, not by {type_words(value)}.", hint="Name an attribute.")


def _known(elements: list[Any], attribute: str) -> list[Any]:
    return [each for each in elements if (_field(each, attribute) if attribute else each) is not None]

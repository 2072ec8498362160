"""From what a recipe says under `with` to what an action gets: rendered, of the declared type, and JSON throughout."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.errors import Permanent
from hub.registry import Action, Parameter

LARGEST_JSON = 4 * 1024 * 1024
"""Characters of JSON that the journal keeps of one request or output."""


def typed(action: Action, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """`arguments` with each value of its parameter's type. Permanent, naming the key, when one cannot be read so.

    A template may give a number where text is meant, or text where a number is meant: typed keys read both. Keys that
    the action does not declare (fields of a record) pass as they are.
    """
    result = {}
    for name, value in arguments.items():
        parameter = action.parameter(name)
        result[name] = value if parameter is None else _read(parameter, value)
    return result


def jsonable(value: Any) -> Any:
    """`value` as JSON knows it: times become ISO text, decimals text, tuples lists. Permanent for anything else."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise Permanent("A calculation gave a number that is not finite.")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(each) for each in value]
    raise Permanent(f"A value of the kind {type(value).__name__} cannot be used here.")


def keepable(value: Any) -> Any:
    """`value` as JSON, refused (Permanent) when it is too large for the history."""
    plain = jsonable(value)
    size = len(json.dumps(plain))
    if size > LARGEST_JSON:
        raise Permanent(
            f"The answer has {size // 1024} KiB; at most {LARGEST_JSON // 1024} KiB can be kept.",
            hint="Ask for less, for example with filters or a limit.",
        )
    return plain


def _read(parameter: Parameter, value: Any) -> Any:
    if value is None or "any" in parameter.type:
        return value
    for name in parameter.type.split("|"):
        try:
            return _READERS.get(name, lambda given: given)(value)
        except (TypeError, ValueError):
            continue
    words = parameter.type.replace("|", " or ").replace("integer", "a whole number")
    raise Permanent(f"`{parameter.name}` must be {words}, not {value!r:.80}.")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, list, Mapping)):
        raise TypeError
    return str(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise TypeError
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[value] if value in ("true", "false") else _refuse()


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else _refuse()


def _object(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else _refuse()


def _refuse() -> Any:
    raise TypeError


_READERS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "list": _list,
    "object": _object,
}

"""The names that expressions know everywhere; a trigger's type adds its own (record, body, scheduled_at ...)."""

from __future__ import annotations

from collections.abc import Mapping

COMMON: Mapping[str, str] = {
    "event": "what happened: id, type, source, time, data",
    "inputs": "the typed inputs",
    "vars": "the values that `set` steps have set",
    "tables": "the lookup tables by name: each has a value, or the columns of a row, for each key",
    "secrets": "secrets by name, only in fields that may hold them",
    "steps": "the results of earlier steps by id; a skipped step is absent",
    "links": "addresses that answer a `wait_for` step: links.<step>.<answer>, links.<step>.page",
    "run": "id and attempt of this run",
    "recipe": "id and name of the recipe",
}

IN_LOOP: Mapping[str, str] = {
    "item": "the current element, inside `for_each` (or the name given by `as`)",
    "loop": "index (from 1), index0 (from 0), first, last, length, inside `for_each`",
}

AFTER_ERROR: Mapping[str, str] = {
    "error": "what went wrong: message, code, hint; only in the steps under `on_error`",
}

FUNCTIONS: Mapping[str, str] = {
    "now": "the current moment by the engine's clock",
    "range": "range(n): the numbers from 0 to n - 1, at most 10,000",
}

MEMBERS: Mapping[str, frozenset[str]] = {
    "event": frozenset({"id", "type", "source", "time", "data"}),
    "run": frozenset({"id", "attempt"}),
    "recipe": frozenset({"id", "name"}),
}
"""What the common objects hold, where that is fixed."""

RESERVED = frozenset(COMMON) | frozenset(FUNCTIONS) | frozenset(AFTER_ERROR) | {"loop", "record", "before", "changed"}

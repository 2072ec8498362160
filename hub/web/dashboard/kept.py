"""What a recipe keeps between runs: a section of its page, and deleting one entry of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.services import Services
from hub.store.views.shapes import StoredLine
from hub.stored import Cell
from hub.web import visit

LONGEST_SHOWN = 300
MOST_SHOWN = 50
KIND_WORDS = {"value": "Value", "digest": "Digest", "turns": "Turns"}
_SHARES = re.compile(r"\bshared:\s*true\b")


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry as the page shows it."""

    line: StoredLine
    kind: str
    text: str
    shared: bool


def add_pages(blueprint: Blueprint) -> None:
    """Add the deed to the blueprint."""
    blueprint.add_url_rule("/recipes/<recipe_id>/forget", "forget", forget, methods=["POST"])


def kept_by(services: Services, recipe_id: str, source: str) -> list[Kept]:
    """What the recipe keeps, and what all recipes share when this one does."""
    now = visit.now()
    lines = services.views.stored(recipe_id, now=now, limit=MOST_SHOWN)
    if _SHARES.search(source):
        lines += services.views.stored("", now=now, limit=MOST_SHOWN)
    return [Kept(line, KIND_WORDS.get(line.kind, line.kind), _text(line), not line.recipe_id) for line in lines]


def forget(recipe_id: str) -> ResponseReturnValue:
    """Delete one entry (form fields `kind`, `name` and `shared`: 1 or 0)."""
    person = visit.need("operator")
    services = visit.services()
    kind, name, shared = (request.form.get(field, "") for field in ("kind", "name", "shared"))
    if kind not in KIND_WORDS or shared not in ("0", "1") or services.views.recipe(recipe_id) is None:
        abort(400)
    cell = Cell("" if shared == "1" else recipe_id, kind, name)
    done = services.ledger.put_held(cell, None, now=visit.now(), by=person.email, where=visit.remote())
    flash(f"“{name}” is deleted." if done else f"“{name}” was gone already.")
    return redirect(url_for("dashboard.recipe", recipe_id=recipe_id, _anchor="kept"), 303)


def _text(line: StoredLine) -> str:
    """The value on one line, cut; a digest as its items, turns as who had the last ones."""
    value: Any = line.value
    if line.kind == "digest":
        value = [item for _, item in value]
        return _cut(f"{len(value)} item{'' if len(value) == 1 else 's'}: {_plain(value)}")
    if line.kind == "turns":
        latest = sorted(value, key=lambda each: -value[each])
        return _cut(f"Last turns, newest first: {', '.join(latest)}")
    return _cut(_plain(value))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"

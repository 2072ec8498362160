"""The names that expressions can use, and how secrets stay out of the history.

Templates never see a secret's value. They see a placeholder that cannot be guessed; it is replaced in the parameters
that may hold secrets, at the last moment before the action is called. So a secret in a message or a log stays a
placeholder, and what is kept of a request holds none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.model import Event, Recipe, Run

OPEN, CLOSE = "\u27e6", "\u27e7"
_PLACEHOLDER = re.compile(f"{OPEN}secret:([A-Za-z0-9_]+):[^{CLOSE}]*{CLOSE}")

ANSWER_LINK = re.compile(r"(/answers/[A-Za-z0-9_-]+/([a-z0-9_-]+)/([a-z0-9_]+)/)[a-z2-7]{26}")
"""An address of hub.engine.links, up to its proof; with the place and the answer."""

SHORTEST_SCRUBBED = 6
"""Characters. Shorter secrets would scrub ordinary words out of the history."""


class SecretNames(Mapping[str, str]):
    """`secrets` as a template sees it: NAME -> placeholder, for the names that exist."""

    def __init__(self, names: Mapping[str, str], run_id: str) -> None:
        self._names = names
        self._run_id = run_id

    def __getitem__(self, name: str) -> str:
        if name not in self._names:
            raise KeyError(name)
        return f"{OPEN}secret:{name}:{self._run_id}{CLOSE}"

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def reveal(value: Any, secrets: Mapping[str, str], run_id: str) -> Any:
    """`value` with this run's placeholders replaced by the secrets themselves."""
    pattern = re.compile(f"{OPEN}secret:([A-Za-z0-9_]+):{re.escape(run_id)}{CLOSE}")
    return _mapped(value, lambda text: pattern.sub(lambda match: secrets.get(match[1], match[0]), text))


def legible(value: Any) -> Any:
    """`value` as people read it: a placeholder becomes "[secret NAME]", and an address that answers a question loses
    its end, so that nobody answers who may only look."""
    return _mapped(value, lambda text: ANSWER_LINK.sub(r"\1...", _PLACEHOLDER.sub(r"[secret \1]", text)))


def scrub(value: Any, secrets: Mapping[str, str]) -> Any:
    """`value` with every secret's text replaced by its name, for whatever comes back from outside."""
    known = [(text, name) for name, text in secrets.items() if len(text) >= SHORTEST_SCRUBBED]
    if not known:
        return value

    def without(text: str) -> str:
        for secret, name in known:
            if secret in text:
                text = text.replace(secret, f"[secret {name}]")
        return text

    return _mapped(value, without)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(each, change) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(each, change) for each in value]
    return value


NAMES = "__names__"
"""The key of an event's data that lists the names which a plug-in's trigger gives to expressions."""


def names_for(
    event: Event, *, recipe: Recipe, run: Run, secrets: Mapping[str, str], now: Callable[[], float]
) -> dict[str, Any]:
    """The scope at the start of a run. `steps`, `vars`, `item` and `loop` are added as the run goes on."""
    placeholders = SecretNames(secrets, run.root_id)
    return {
        **event_names(event, now=now),
        "inputs": {**_defaults(recipe), **event.data.get("inputs", {}), **instance_inputs(recipe, placeholders)},
        "vars": {},
        "steps": {},
        "secrets": placeholders,
        "run": {"id": run.id, "attempt": run.claim, "replay_of": run.replay_of},
        "recipe": {"id": recipe.id, "name": recipe.name},
    }


def instance_inputs(recipe: Recipe, placeholders: Mapping[str, str]) -> dict[str, Any]:
    """What an instance gives to its blueprint, nothing for any other recipe. Nobody who starts it can change these.

    An input that names a secret comes to its placeholder, and is absent while there is no such secret.
    """
    values = recipe.origin.values if recipe.origin else {}
    found = {}
    for name, value in values.items():
        if recipe.inputs[name]["type"] != "secret" or value is None:
            found[name] = value
        elif isinstance(value, list):
            found[name] = [placeholders[each] for each in value if each in placeholders]
        elif value in placeholders:
            found[name] = placeholders[value]
    return found


def _defaults(recipe: Recipe) -> dict[str, Any]:
    return {name: details.get("default") for name, details in recipe.inputs.items() if not details.get("required")}


def event_names(event: Event, *, now: Callable[[], float]) -> dict[str, Any]:
    """`event`, `now()` and the names that the event's type gives: record, before, changed; body, headers, query;
    scheduled_at, or what a plug-in says."""
    data = dict(event.data)
    shown = {
        "id": event.id,
        "type": event.type,
        "source": event.source,
        "time": datetime.fromtimestamp(event.time, UTC),
        "data": data,
    }
    own = ("record", "before", "changed", "body", "headers", "query", "scheduled_at", *data.pop(NAMES, ()))
    return {
        "event": shown,
        "now": lambda: datetime.fromtimestamp(now(), UTC),
        **{name: data[name] for name in own if name in data},
    }

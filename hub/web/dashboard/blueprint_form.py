"""The form of a blueprint, or of a recipe that is started by hand: a field for each input, what was typed into it,
and what is wrong with that. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub.errors import Problem
from hub.ports import Catalogue
from hub.recipe.blueprints import Blueprint, read_instance
from hub.recipe.blueprints.writing import read_texts
from hub.recipe.problems import Findings
from hub.recipe.reading.inputs import ACCOUNT
from hub.recipe.writing import as_yaml

PREFIX = "in."
"""Before the name of an input in the form, so that it cannot be taken for another field."""
PLEASE = "Please fill this in."
_MISSING = "RCP435"
_WIDGETS = {
    "number": "number",
    "integer": "number",
    "date": "date",
    "time": "time",
    "boolean": "yes or no",
    "list": "lines",
    "object": "area",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed. `texts` holds what each input got, by name; one that the form did not send is not among them."""

    name: str = ""
    file: str = ""
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """One input as the page shows it. `widget` is text, number, date, time, yes or no, lines, area, one of or some of;
    `usual` says what it is when it is left empty."""

    name: str
    label: str
    about: str
    widget: str
    choices: tuple[str, ...]
    values: tuple[str, ...]
    needed: bool
    usual: str
    hint: str
    problem: str


class Asking(Protocol):
    """Whatever asks for inputs."""

    @property
    def inputs(self) -> Mapping[str, Mapping[str, Any]]:
        """The inputs by name."""


class Sent(Protocol):
    """A form as Flask gives it."""

    def get(self, key: str, default: str) -> str:
        """The first value."""

    def getlist(self, key: str) -> list[str]:
        """All values."""


def read_form(sent: Sent, blueprint: Asking) -> Form:
    """What was typed into the form of a blueprint."""
    texts = {name: sent.getlist(f"{PREFIX}{name}") for name in blueprint.inputs}
    return Form(sent.get("name", "").strip()[:200], sent.get("file", "").strip()[:80], texts)


def values_of(form: Form, blueprint: Asking) -> dict[str, Any]:
    """The values that the texts stand for. An input that was left empty is left to its default; of several to choose
    from, none is a choice like any other."""
    found = {}
    for name, details in blueprint.inputs.items():
        texts = form.texts.get(name, ())
        if details.get("many") or details["type"] == "list":
            found[name] = read_texts([line for text in texts for line in text.splitlines()], details)
        elif texts and texts[0].strip():
            found[name] = read_texts(texts[:1], details)
    return found


def make_fields(
    form: Form,
    blueprint: Asking,
    *,
    catalogue: Catalogue | None,
    secrets: Collection[str] | None,
    problems: Mapping[str, str],
) -> list[Field]:
    """The fields in order. Without texts in the form, they hold the defaults."""
    fields = []
    for name, details in blueprint.inputs.items():
        choices = _choices(details, catalogue, secrets)
        usual = _as_texts(details["default"])
        values = tuple(form.texts[name]) if name in form.texts else usual
        fields.append(
            Field(
                name=name,
                label=str(details["label"]),
                about=str(details["description"]),
                widget=_widget(details, choices),
                choices=(*choices, *(each for each in values if choices and each and each not in choices)),
                values=values,
                needed=bool(details["required"]),
                usual=", ".join({"true": "Yes", "false": "No"}.get(each, each) for each in usual),
                hint=_hint(str(details["type"])),
                problem=problems.get(name, ""),
            )
        )
    return fields


def problems_by_input(text: str, file: str, problems: Iterable[Problem], blueprint: Blueprint) -> dict[str, str]:
    """What is wrong with each input, "" standing for what belongs to none. `text` is the file that the form came to."""
    instance = read_instance(text, Findings(file))
    found: dict[str, str] = {}
    for problem in problems:
        if problem.severity != "error" or problem.code == _MISSING:
            continue
        name = instance.input_at(problem.place.line) if instance else ""
        found.setdefault(name, f"{problem.message} {problem.hint}".strip())
    given = {entry.key for entry in instance.inputs.entries()} if instance and instance.inputs else set()
    missing = [name for name, details in blueprint.inputs.items() if details["required"] and name not in given]
    return {**found, **dict.fromkeys(missing, PLEASE)}


def _choices(
    details: Mapping[str, Any], catalogue: Catalogue | None, secrets: Collection[str] | None
) -> tuple[str, ...]:
    kind = str(details["type"])
    if kind in ACCOUNT and catalogue is not None:
        return tuple(catalogue.names.get(ACCOUNT[kind], {}))
    if kind == "secret" and secrets:
        return tuple(sorted(secrets))
    return tuple(str(each) for each in details["choices"])


def _widget(details: Mapping[str, Any], choices: Sequence[str]) -> str:
    if details.get("many"):
        return "some of" if choices else "lines"
    if choices:
        return "one of"
    return _WIDGETS.get(str(details["type"]), "text")


def _hint(kind: str) -> str:
    return {
        "duration": "A number and a unit: 30s, 10m, 2h, 7d or 1w.",
        "secret": "The name of a secret, never the secret itself.",
        "object": "A key and a value in each line, as in city: Chicago.",
    }.get(kind, "")


def _as_texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(text for each in value for text in _as_texts(each))
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return (as_yaml(value).strip() if isinstance(value, Mapping) else str(value),)

"""The table of all schemes for the documentation and the dashboard, made from the data."""

from __future__ import annotations

from hub.signing.reading import spell_header
from hub.signing.scheme import Kind, Scheme
from hub.signing.schemes import SCHEMES


def describe_schemes() -> str:
    """A Markdown table with one line a scheme: its name in a recipe, the sender, the signature, the secret."""
    lines = [
        "| `verify` | sender | signed by | too old after | the same delivery is known by | the secret |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_line(scheme) for scheme in SCHEMES.values())])


def _line(scheme: Scheme) -> str:
    cells = (
        f"`{scheme.name}`",
        scheme.title,
        _carrier(scheme),
        f"{scheme.stamp.tolerance / 60:g} minutes" if scheme.stamp else "",
        _known_by(scheme),
        " ".join(text for text in (scheme.shown_at, scheme.note) if text),
    )
    return f"| {' | '.join(cells)} |"


def _carrier(scheme: Scheme) -> str:
    if scheme.kind is Kind.NONE:
        return "nothing"
    kind, _, name = scheme.carrier.source.split("|")[0].partition(":")
    name = f"{name}-1" if scheme.carrier.numbered else name
    where = f"`{spell_header(name)}`" if kind == "header" else f"`{name}` in the {_place(kind)}"
    return where if scheme.signs else f"a secret in {where}"


def _known_by(scheme: Scheme) -> str:
    if scheme.pings:
        return "nothing: each one is new"
    if not scheme.id:
        return "its body"
    names = []
    for source in scheme.id:
        kind, _, name = source.split("|")[0].partition(":")
        names.append(f"`{spell_header(name)}`" if kind == "header" else f"`{name}` in the {_place(kind)}")
    return " and ".join(names) + (" and its body" if scheme.signs and not scheme.id_signed else "")


def _place(kind: str) -> str:
    return {"query": "address", "body": "body", "form": "form"}[kind]

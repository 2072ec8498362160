"""Ways from a recipe back to itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from hub.errors import Place


class Leading(Protocol):
    """A run of `source` may start one of `target`."""

    @property
    def source(self) -> str:
        """A recipe's id."""

    @property
    def target(self) -> str:
        """A recipe's id."""


@dataclass(frozen=True, slots=True)
class Link:
    """A run of `source` may start one of `target`, by the trigger at `place`."""

    source: str
    target: str
    place: Place


L = TypeVar("L", bound=Leading)


def find_circle(recipe_id: str, links: Sequence[L]) -> list[L]:
    """The shortest way from a recipe back to itself, [] when there is none."""
    ways: list[list[L]] = [[each] for each in links if each.source == recipe_id]
    seen: set[str] = set()
    while ways:
        longer: list[list[L]] = []
        for way in ways:
            here = way[-1].target
            if here == recipe_id:
                return way
            if here not in seen:
                seen.add(here)
                longer += [[*way, each] for each in links if each.source == here]
        ways = longer
    return []

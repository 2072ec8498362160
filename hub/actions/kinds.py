"""What the actions must know of the API profile: hub.workglue.profile has it, and this room does not know that one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Reference(Protocol):
    """A field that holds the id of another record; recipes call it `alias`."""

    @property
    def alias(self) -> str:
        """stage, for the field stage_id."""


class Kind(Protocol):
    """One kind of record."""

    @property
    def name(self) -> str:
        """jobs"""

    @property
    def one(self) -> str:
        """job"""

    @property
    def methods(self) -> frozenset[str]:
        """GET, POST, PATCH, DELETE, as far as the API has them."""

    @property
    def read_only(self) -> frozenset[str]:
        """The fields that Workglue itself writes."""

    @property
    def fields(self) -> Mapping[str, str]:
        """Field -> text, id, ids, date, boolean, number, list or object."""

    @property
    def references(self) -> Mapping[str, Reference]:
        """Field -> what it points at."""


class Profile(Protocol):
    """All kinds of record, by name."""

    @property
    def resources(self) -> Mapping[str, Kind]:
        """jobs, customers, ..."""


def one(kind: Kind) -> str:
    """A single record in words: "job stage"."""
    return kind.one.replace("_", " ")


def many(kind: Kind) -> str:
    """Several records in words: "job stages"."""
    return kind.name.replace("_", " ")


def called(kind: Kind, field: str) -> str:
    """A field as recipes call it, in words: "sales person" for sales_person_id."""
    reference = kind.references.get(field)
    return (reference.alias if reference else field).replace("_", " ")

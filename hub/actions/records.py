"""The actions on Workglue's records: one family, made for each resource of the profile as far as it allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hub.actions.kinds import Kind, Profile, many, one
from hub.actions.reading import find_record, get_record, list_records
from hub.actions.writing import create_record, delete_record, update_record, upsert_record
from hub.model import ActionKind
from hub.registry import Action, Outcome, Parameter


@dataclass(frozen=True, slots=True)
class Member:
    """One verb of the family. In `doc`, `output` and the parameters' texts, {one}, {a} and {many} stand for words."""

    verb: str
    needs: frozenset[str]
    kind: ActionKind
    run: Callable[..., Outcome]
    doc: str
    output: str
    parameters: tuple[Parameter, ...] = ()
    free: bool = False
    settable: bool = False


_ID = Parameter("id", "text", required=True, doc="The id of the {one}.")
_NAMES = "References may be given by name, as in stage: Good Lead."

FAMILY = (
    Member(
        "list",
        frozenset({"GET"}),
        ActionKind.READ,
        list_records,
        "Lists {many}.",
        "A list of {many}.",
        (
            Parameter(
                "filters",
                "object",
                required=False,
                doc=f"Fields that the {{many}} must equal. Of several values, as in [A, B], each will do. A field of a "
                "related record is written with a dot, as in stage.category. E-mail addresses match in any case, phone "
                f"numbers by their digits. {_NAMES}",
            ),
            Parameter("limit", "integer", required=False, default=100, doc="How many at the most, up to 10,000."),
            Parameter(
                "order",
                "text",
                required=False,
                default="",
                doc="The field to order by, as in name, with a minus before it for the opposite: -updated_at.",
            ),
            Parameter(
                "changed_since",
                "text",
                required=False,
                doc="Only those that were changed since then: how long ago, as in 14d, or a moment.",
            ),
            Parameter(
                "changed_before",
                "text",
                required=False,
                doc="Only those that were not changed since then: how long ago, as in 14d, or a moment.",
            ),
        ),
    ),
    Member(
        "find",
        frozenset({"GET"}),
        ActionKind.READ,
        find_record,
        "Finds the {one} whose fields equal all that are given: exactly, else e-mail addresses in any case and phone "
        f"numbers by their digits. {_NAMES}",
        "The {one}, or empty when there is none.",
        (
            Parameter(
                "first",
                "boolean",
                required=False,
                default=False,
                doc="Take the first where several fit. Without it, several are an error.",
            ),
        ),
        free=True,
    ),
    Member("get", frozenset({"GET"}), ActionKind.READ, get_record, "Gets {a} {one} by its id.", "The {one}.", (_ID,)),
    Member(
        "create",
        frozenset({"POST"}),
        ActionKind.KEYED,
        create_record,
        f"Creates {{a}} {{one}} from the fields that are given. {_NAMES}",
        "The new {one}.",
        free=True,
        settable=True,
    ),
    Member(
        "update",
        frozenset({"GET", "PATCH"}),
        ActionKind.ABSOLUTE,
        update_record,
        f"Changes the fields that are given, and nothing when they hold these values already. {_NAMES}",
        "The {one} after the change.",
        (
            _ID,
            Parameter(
                "only_if",
                "expression",
                required=False,
                default="",
                doc="A condition on the {one} as it is at the moment of writing, called `record`. When it does not "
                "hold, nothing is changed.",
            ),
        ),
        free=True,
        settable=True,
    ),
    Member(
        "upsert",
        frozenset({"GET", "POST", "PATCH"}),
        ActionKind.KEYED,
        upsert_record,
        f"Finds the {{one}} that equals `match` and changes the fields that are given, or creates it. {_NAMES}",
        "The {one}.",
        (
            Parameter(
                "match",
                "object",
                required=True,
                doc="Fields to find the {one} by. E-mail addresses match in any case, phone numbers by their digits. "
                "Empty values are left out; with none left, {a} {one} is created.",
            ),
        ),
        free=True,
        settable=True,
    ),
    Member(
        "delete",
        frozenset({"DELETE"}),
        ActionKind.ABSOLUTE,
        delete_record,
        "Deletes {a} {one}. One that is gone already is no error.",
        "Nothing.",
        (_ID,),
    ),
)


def record_actions(profile: Profile) -> list[Action]:
    """`<resource>.<verb>` for every resource and every verb that its methods allow."""
    return [
        _action(member, kind)
        for kind in profile.resources.values()
        for member in FAMILY
        if member.needs <= kind.methods
    ]


def _action(member: Member, kind: Kind) -> Action:
    words = {"one": one(kind), "many": many(kind), "a": "an" if kind.one[0] in "aeiou" else "a"}
    doc = member.doc.format(**words)
    if member.free:
        doc += f"\n\nFields: {', '.join(_fields(kind, settable=member.settable))}."
    return Action(
        f"{kind.name}.{member.verb}",
        member.kind,
        doc,
        tuple(_worded(each, words) for each in member.parameters),
        partial(member.run, kind),
        member.free,
        member.output.format(**words),
    )


def _worded(parameter: Parameter, words: dict[str, str]) -> Parameter:
    return Parameter(
        parameter.name, parameter.type, parameter.required, parameter.default, parameter.doc.format(**words)
    )


def _fields(kind: Kind, *, settable: bool) -> list[str]:
    """The fields by the names that recipes use."""
    return [
        kind.references[name].alias if name in kind.references else name
        for name in kind.fields
        if not (settable and name in kind.read_only)
    ]

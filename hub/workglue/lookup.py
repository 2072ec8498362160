"""Was it created after all? The look before a create is repeated, where the API knows no idempotency keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hub.model import Record
from hub.ports import Api
from hub.workglue.matching import as_text, is_since, write_moment


def find_created(api: Api, resource: str, fields: Mapping[str, Any], since: float) -> list[Record]:
    """The records that hold every plain value of `fields` and were created at or after `since`.

    Texts are compared apart from spaces around and within, since the API may trim what it stores. `since` is in
    seconds since 1970 by the API's clock: whoever calls takes off what the two clocks may differ. Lists, objects and
    empty values are not compared; without any plain value nothing can be told apart, and nothing is found.
    Where records have no creation stamp, an older record that is the same counts, too.
    """
    wanted = {name: value for name, value in fields.items() if isinstance(value, str | int | float) and value != ""}
    if not wanted:
        return []
    moment = datetime.fromtimestamp(since, UTC)
    abilities = api.abilities
    # The API's own filters would compare exactly, and miss what it trimmed.
    pages = api.pages(resource, updated_since=write_moment(moment) if abilities.updated_since else "")
    created = abilities.created_field
    return [
        record
        for page in pages
        for record in page.records
        if (not created or is_since(record.get(created), moment))
        and all(_stored_as(record.get(name), value) for name, value in wanted.items())
    ]


def _stored_as(value: Any, written: Any) -> bool:
    if isinstance(value, str | int | float) and not isinstance(value, bool) and not isinstance(written, bool):
        return " ".join(as_text(value).split()) == " ".join(as_text(written).split())
    return bool(value is written)

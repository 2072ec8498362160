"""Events in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOUNS = {
    "jobs": "job",
    "customers": "customer",
    "contacts": "contact",
    "employees": "employee",
    "job_stages": "job stage",
    "job_types": "job type",
}
_VERBS = {"created": "New {noun}", "updated": "{noun} changed", "deleted": "{noun} deleted"}
_OTHERS = {
    "webhook": "Webhook",
    "schedule": "Schedule",
    "manual": "Started by hand",
    "recipe": "After another recipe",
    "call": "Called by another recipe",
}
_NAMES = (("name",), ("first_name", "last_name"), ("full_name",), ("title",), ("subject",), ("email",), ("phone",))
LONGEST_SUBJECT = 80


def noun_of(resource: str) -> str:
    """One record of a list: "job" for "jobs"."""
    return NOUNS.get(resource, resource.removesuffix("s").replace("_", " "))


def happening(event_type: str) -> str:
    """What happened: "Job changed", "New customer", "Webhook"."""
    resource, _, verb = event_type.partition(".")
    if verb in _VERBS:
        text = _VERBS[verb].format(noun=noun_of(resource))
        return text[:1].upper() + text[1:]
    return _OTHERS.get(event_type, event_type)


def subject_of(data: Mapping[str, Any]) -> str:
    """Who or what an event is about, as far as its data says: a name, else an address; "" when it says nothing."""
    for key in ("record", "before", "body", "inputs"):
        record = data.get(key)
        if isinstance(record, Mapping):
            for names in _NAMES:
                words = [str(record[name]).strip() for name in names if isinstance(record.get(name), str | int)]
                text = " ".join(word for word in words if word)
                if text:
                    return text if len(text) <= LONGEST_SUBJECT else f"{text[: LONGEST_SUBJECT - 1]}…"
    return ""


def capitalised(subject: str) -> str:
    """A subject of a list, which is kept in small letters for searching, as names are written."""
    return " ".join(_written(word) for word in subject.split(" "))


def _written(word: str) -> str:
    if "@" in word:
        return word
    return word.upper() if any(letter.isdigit() for letter in word) else word[:1].upper() + word[1:]

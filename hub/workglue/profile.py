"""A profile file read strictly: every key known, every value of its type, nothing at odds with anything else.

A file may leave out what it does not change; that is then as in the built-in profile. A resource that the built-in
profile has is changed key by key, another one is new. Whatever is wrong is a SettingError about WORKGLUE_PROFILE.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml

from hub.errors import SettingError
from hub.workglue.consistency import find_contradiction
from hub.workglue.dialect import (
    METHODS,
    Auth,
    Errors,
    Lists,
    Profile,
    Rate,
    Reference,
    Resource,
    Timestamps,
    Writes,
)

__all__ = ["Profile", "built_in", "read_profile"]

BUILT_IN = Path(__file__).with_name("profile.yaml")
SECTIONS = {
    "auth": Auth,
    "lists": Lists,
    "writes": Writes,
    "errors": Errors,
    "rate": Rate,
    "timestamps": Timestamps,
}
RESOURCE_KEYS = ("path", "methods", "one", "natural_key", "names", "read_only", "references", "fields")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
Section = TypeVar("Section")


def read_profile(source: str | Path) -> Profile:
    """The profile in the file at `source`, or in `source` itself when that is a text of several lines.

    SettingError names the file and the key that is unknown (with the nearest name), of the wrong type or at odds
    with another.
    """
    return _read(source, built_in())


@cache
def built_in() -> Profile:
    """The profile that comes with the hub."""
    return _read(BUILT_IN, None)


def _read(source: str | Path, default: Profile | None) -> Profile:
    text, file = _text(source)
    given = _Reader(file).mapping("", _parse(text, file))
    reader = _Reader(file)
    reader.refuse_unknown("", given, (*SECTIONS, "resources"))
    sections: dict[str, Any] = {
        name: reader.section(name, kind, given.get(name), getattr(default, name, None))
        for name, kind in SECTIONS.items()
    }
    resources = reader.resources(given.get("resources"), default.resources if default else {})
    stamps = sections["timestamps"]
    own = {"id", stamps.created, stamps.updated} - {""}
    profile = Profile(
        file=file,
        resources=MappingProxyType(
            {name: replace(each, read_only=each.read_only | own) for name, each in resources.items()}
        ),
        **sections,
    )
    contradiction = find_contradiction(profile)
    if contradiction:
        raise reader.fault(*contradiction)
    return profile


def _text(source: str | Path) -> tuple[str, str]:
    if isinstance(source, str) and "\n" in source:
        return source, "the profile"
    if not str(source).strip():
        raise SettingError("WORKGLUE_PROFILE names no file.")
    try:
        return Path(source).read_text(encoding="utf-8"), str(source)
    except OSError as problem:
        raise SettingError(
            f"WORKGLUE_PROFILE names {source}, which cannot be read: {problem.strerror or problem}."
        ) from problem
    except UnicodeDecodeError as problem:
        raise SettingError(f"WORKGLUE_PROFILE names {source}, which is not UTF-8 text.") from problem


class _UniqueKeys(yaml.SafeLoader):
    """PyYAML's safe loader, but a key that is given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} is given twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _parse(text: str, file: str) -> object:
    try:
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except (yaml.MarkedYAMLError, RecursionError, TypeError) as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        said = getattr(problem, "problem", None) or "it is nested too deeply"
        raise SettingError(f"WORKGLUE_PROFILE: {file}{where} is not valid YAML: {said}.") from problem
    except yaml.YAMLError as problem:
        raise SettingError(f"WORKGLUE_PROFILE: {file} is not valid YAML: {problem}.") from problem


class _Reader:
    """Reads parts of one file. A `place` is the dotted name of a key, as in lists.paging."""

    def __init__(self, file: str) -> None:
        self._file = file

    def fault(self, place: str, problem: str, hint: str = "") -> SettingError:
        """The error that says what is wrong with the key at `place`."""
        where = f"{self._file}, {place}" if place else self._file
        return SettingError(f"WORKGLUE_PROFILE: {where}: {problem}", hint=hint)

    def refuse_unknown(self, place: str, given: Iterable[str], known: Iterable[str]) -> None:
        """Raise for the first key of `given` that is not among `known`, naming the nearest one."""
        names = list(known)
        for name in given:
            if name not in names:
                near = difflib.get_close_matches(str(name), names, n=1)
                hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(names)}."
                raise self.fault(f"{place}.{name}" if place else str(name), f"there is no such key. {hint}", hint)

    def mapping(self, place: str, value: object) -> dict[str, Any]:
        """`value` as keys and values; nothing at all is an empty one."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.fault(place, f"must be keys and values. It is {value!r}.")
        for key in value:
            if not isinstance(key, str):
                raise self.fault(place, f"has the key {key!r}, which is no text. Put quotes around it.")
        return value

    def section(self, name: str, kind: type[Section], given: object, default: Section | None) -> Section:
        """One section: `given` where it says something, else `default`."""
        entries = self.mapping(name, given)
        self.refuse_unknown(name, entries, (each.name for each in fields(kind)))  # type: ignore[arg-type]
        values = {}
        for each in fields(kind):  # type: ignore[arg-type]
            if each.name in entries:
                values[each.name] = self.value(f"{name}.{each.name}", str(each.type), entries[each.name])
            elif default is not None:
                values[each.name] = getattr(default, each.name)
            else:
                raise self.fault(f"{name}.{each.name}", "is missing.")
        return kind(**values)

    def value(self, place: str, kind: str, value: object) -> Any:
        """`value` as the type that `kind` names; an empty value is an empty text."""
        read, wanted = _KINDS[kind]
        result = read(value)
        if result is None:
            raise self.fault(place, f"must be {wanted}. It is {value!r}.")
        return result

    def resources(self, given: object, default: Mapping[str, Resource]) -> dict[str, Resource]:
        """All resources: the default ones as changed by the file, and those that only the file has."""
        entries = self.mapping("resources", given)
        resources = dict(default)
        for name, entry in entries.items():
            place = f"resources.{name}"
            if not _NAME.fullmatch(name):
                raise self.fault(place, "is no name: use small letters, digits and underscores, as in job_stages.")
            resources[name] = self._resource(place, name, self.mapping(place, entry), default.get(name))
        return resources

    def _resource(self, place: str, name: str, given: dict[str, Any], default: Resource | None) -> Resource:
        self.refuse_unknown(place, given, RESOURCE_KEYS)
        if default is None:
            for key in ("path", "methods", "one", "fields"):
                if key not in given:
                    raise self.fault(f"{place}.{key}", "is missing. A resource needs path, methods, one and fields.")
            default = Resource(name, "", frozenset(), "", "", (), frozenset(), {}, {})
        changed: dict[str, Any] = {
            key: self.value(f"{place}.{key}", "str", given[key])
            for key in ("path", "one", "natural_key")
            if key in given
        }
        changed |= {
            key: kind(self.value(f"{place}.{key}", "names", given[key]))
            for key, kind in (("methods", frozenset), ("names", tuple), ("read_only", frozenset))
            if key in given
        }
        self.refuse_unknown(f"{place}.methods", sorted(changed.get("methods", ())), METHODS)
        if "path" in changed:
            changed["path"] = "/" + changed["path"].strip("/")
        if "fields" in given:
            changed["fields"] = self._texts(f"{place}.fields", given["fields"])
        if "references" in given:
            targets = self._texts(f"{place}.references", given["references"])
            changed["references"] = MappingProxyType(
                {field: self._reference(place, field, target) for field, target in targets.items()}
            )
        return replace(default, **changed)

    def _texts(self, place: str, given: object) -> Mapping[str, str]:
        entries = self.mapping(place, given)
        return MappingProxyType({name: self.value(f"{place}.{name}", "str", text) for name, text in entries.items()})

    def _reference(self, place: str, field: str, target: str) -> Reference:
        for ending, plural in (("_ids", "s"), ("_id", ""), ("Ids", "s"), ("Id", "")):
            if field.endswith(ending) and field != ending:
                return Reference(field, field.removesuffix(ending) + plural, target, bool(plural))
        raise self.fault(
            f"{place}.references.{field}", "must end in _id or _ids: recipes give it by name, without this ending."
        )


def _read_text(value: object) -> str | None:
    if value is None:
        return ""
    return value if isinstance(value, str) else None


def _read_whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _read_statuses(value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list) or not value:
        return None
    return tuple(value) if all(_read_whole(each) is not None for each in value) else None


def _read_names(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return None
    return tuple(value)


_KINDS: dict[str, tuple[Callable[[object], Any], str]] = {
    "str": (_read_text, "text"),
    "bool": (lambda value: value if isinstance(value, bool) else None, "true or false"),
    "int": (_read_whole, "a whole number, 0 or more"),
    "tuple[int, ...]": (_read_statuses, "a list of numbers, as in [401]"),
    "names": (_read_names, "a list of names, as in [name]"),
}

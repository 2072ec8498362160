"""What a delivery says, looked up by source (see hub.signing.scheme). What is not there reads as ""."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from hub.errors import SignatureError
from hub.model import Delivery
from hub.signing.forms import FormData, gather, parse_form, parse_pairs
from hub.signing.scheme import Carrier, Scheme
from hub.signing.strict_json import parse_json


def spell_header(name: str) -> str:
    """A header's name as people write it: x-hub-signature becomes X-Hub-Signature."""
    return "-".join(part.capitalize() for part in name.split("-"))


class Reading:
    """One delivery, read for one scheme. Each part is parsed at most once, and only when a source asks for it."""

    def __init__(self, delivery: Delivery, scheme: Scheme) -> None:
        self.delivery = delivery
        self.scheme = scheme

    def text(self, source: str) -> str:
        """The text at `source`, the first alternative that is there. SignatureError for a header that came twice."""
        return next((found for each in source.split("|") if (found := self._find(each))), "")

    def signatures(self, carrier: Carrier) -> list[str]:
        """The signatures in `carrier`, as text, before decoding. SignatureError when its header is missing."""
        values = self._carried(carrier)
        if not values:
            raise SignatureError(_missing(carrier))
        if not carrier.separator:
            return values
        entries = [entry for value in values for entry in _split(value, carrier.separator)]
        if not carrier.name:
            return entries[1:]
        return [text for name, text in (_pair(entry, carrier.pair) for entry in entries) if name == carrier.name]

    @cached_property
    def content_type(self) -> str:
        """The Content-Type header, "" when there is none."""
        return self.text("header:content-type")

    @cached_property
    def url(self) -> str:
        """The public address that was called, with its query."""
        delivery = self.delivery
        return f"{delivery.url}?{delivery.query}" if delivery.query and "?" not in delivery.url else delivery.url

    @cached_property
    def query(self) -> FormData:
        """The query's parameters; empty when it cannot be read."""
        try:
            return gather(parse_pairs(self.delivery.query))
        except ValueError:
            return {}

    @cached_property
    def _json(self) -> Any:
        try:
            return parse_json(self.delivery.body)
        except ValueError:
            return None

    @cached_property
    def _form(self) -> FormData:
        try:
            return parse_form(self.delivery.body, self.content_type)
        except ValueError:
            return {}

    def _find(self, source: str) -> str:
        kind, _, name = source.partition(":")
        if kind == "header":
            return self._header(name)
        if kind == "body":
            return ",".join(_walk(self._json, name.split(".")))
        if kind == "query":
            return _plain(self.query.get(name))
        if kind == "form":
            return _plain(self._form.get(name))
        if kind == "entry":
            return self._entry(name)
        raise ValueError(f"{source!r} is no source")

    def _header(self, name: str) -> str:
        values = [value for each, value in self.delivery.headers if each.lower() == name]
        if len(values) > 1:
            raise SignatureError(f"The header {spell_header(name)} came {len(values)} times; it may come once.")
        return values[0].strip() if values else ""

    def _carried(self, carrier: Carrier) -> list[str]:
        if carrier.numbered:
            numbers = range(1, carrier.numbered + 1)
            values = [self.text(f"{carrier.source}-{number}") for number in numbers]
        else:
            values = [self.text(carrier.source)]
        length = len(carrier.prefix)
        return [value[length:] for value in values if value and value[:length].lower() == carrier.prefix.lower()]

    def _entry(self, name: str) -> str:
        carrier = self.scheme.carrier
        entries = [entry for value in self._carried(carrier) for entry in _split(value, carrier.separator)]
        if name.isdigit():
            return entries[int(name)] if int(name) < len(entries) else ""
        found = [text for each, text in (_pair(entry, carrier.pair) for entry in entries) if each == name]
        if len(found) > 1:
            raise SignatureError(f"The signature has {len(found)} entries called {name}; it may have one.")
        return found[0] if found else ""


def _missing(carrier: Carrier) -> str:
    kind, _, name = carrier.source.split("|")[0].partition(":")
    if carrier.numbered:
        name = f"{name}-1"
    if kind == "header":
        with_prefix = f" with {carrier.prefix.strip()!r} at its start" if carrier.prefix else ""
        return f"There is no header {spell_header(name)}{with_prefix}, so nobody signed this delivery."
    where = {"body": "body", "query": "address", "form": "form"}[kind]
    return f"There is no {name} in the {where}, so nobody signed this delivery."


def _split(value: str, separator: str) -> list[str]:
    return [entry.strip() for entry in value.split(separator) if entry.strip()]


def _pair(entry: str, separator: str) -> tuple[str, str]:
    name, _, text = entry.partition(separator)
    return name, text


def _walk(value: Any, path: list[str]) -> list[str]:
    if not path:
        return [text] if (text := _plain(value)) else []
    step, rest = path[0], path[1:]
    if step == "*":
        return [text for each in value for text in _walk(each, rest)] if isinstance(value, list) else []
    if isinstance(value, dict):
        return _walk(value.get(step), rest)
    return []


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join(_plain(each) for each in value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""

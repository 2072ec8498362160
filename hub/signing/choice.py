"""From what a recipe says under `verify` to a scheme: a name, or an object with the details of `hmac` and `token`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.errors import SignatureError
from hub.signing.content import split_content
from hub.signing.scheme import Carrier, Scheme, Stamp
from hub.signing.schemes import SCHEMES

_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_HEADER_PIECE = re.compile(r"\{header:[^{}]+\}")
_PLACE = re.compile(r"[A-Za-z0-9_.*-]{1,100}")
_ALGORITHMS = ("sha256", "sha1", "sha512")
_ENCODINGS = ("hex", "base64")
_KEYS = ("text", "base64")
_UNITS = ("s", "ms", "iso")

_DETAILS: Mapping[str, tuple[str, ...]] = {
    "hmac": ("header", "algorithm", "encoding", "prefix", "content", "key", "timestamp", "unit", "id"),
    "token": ("header", "query", "prefix", "id"),
    "basic": ("id",),
    "none": ("id",),
}


def scheme_of(verify: Any) -> Scheme:
    """The scheme that `verify` of a webhook trigger means. SignatureError, with a hint, when it means none."""
    if isinstance(verify, str):
        return _named(verify)
    if not isinstance(verify, Mapping):
        raise SignatureError("This is no way to verify.", hint=f"Write one of {_some_names()}.")
    name = verify.get("scheme")
    if not isinstance(name, str):
        raise SignatureError("The way to verify has no name.", hint="Write it as `scheme: hmac`.")
    scheme = _named(name)
    details = {key: value for key, value in verify.items() if key not in ("scheme", "handshake_secret")}
    _refuse_unknown(scheme, details, has_handshake_secret="handshake_secret" in verify)
    build = {"hmac": _hmac, "token": _token}.get(name, lambda scheme, _: scheme)
    return _with_id(build(scheme, details), details)


def _named(name: str) -> Scheme:
    if name in SCHEMES:
        return SCHEMES[name]
    near = difflib.get_close_matches(name.lower().replace("-", "_"), SCHEMES, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Write one of {_some_names()}."
    raise SignatureError(f"There is no way to verify that is called {name[:60]!r}.", hint=hint)


def _some_names() -> str:
    return "standard, github, stripe, hmac, token, basic, none; all are listed in docs/webhooks.md"


def _refuse_unknown(scheme: Scheme, details: Mapping[str, Any], *, has_handshake_secret: bool) -> None:
    known = _DETAILS.get(scheme.name, ())
    for key, value in details.items():
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            told = f"The keys are {', '.join(('scheme', *known))}."
            raise SignatureError(
                f"{scheme.name} knows no key {str(key)[:60]!r}.",
                hint=f"Did you mean {near[0]}?" if near else told if known else f"Write only `verify: {scheme.name}`.",
            )
        if not isinstance(value, str) or not value:
            raise SignatureError(f"{key} must be a text.")
    if has_handshake_secret and not scheme.needs_handshake_secret:
        raise SignatureError(f"{scheme.name} has no handshake with a secret of its own.")


def _hmac(scheme: Scheme, details: Mapping[str, str]) -> Scheme:
    content = _HEADER_PIECE.sub(lambda piece: piece[0].lower(), details.get("content", "{body}"))
    stamp = None
    if "timestamp" in details:
        name = _header(details["timestamp"], "timestamp")
        stamp = Stamp(f"header:{name}", unit=_one_of(details, "unit", _UNITS))
    elif "unit" in details:
        raise SignatureError("unit says how the time stamp is written, but there is no timestamp.")
    _check_content(content, has_stamp=stamp is not None)
    name = _header(details.get("header", "X-Signature"), "header")
    return replace(
        scheme,
        algorithm=_one_of(details, "algorithm", _ALGORITHMS),
        encoding=_one_of(details, "encoding", _ENCODINGS),
        key=_one_of(details, "key", _KEYS),
        carrier=Carrier(f"header:{name}", prefix=details.get("prefix", "")),
        contents=(content,),
        stamp=stamp,
    )


def _check_content(content: str, *, has_stamp: bool) -> None:
    try:
        pieces = {name for name, _ in split_content(content)}
    except ValueError as problem:
        raise SignatureError(f"The signed content cannot be read: {problem}.", hint=_content_hint()) from problem
    if not pieces & {"body", "body_sha256", "form"}:
        raise SignatureError("The body is not in the signed content, so anybody could change it.", hint=_content_hint())
    if has_stamp and "timestamp" not in pieces:
        raise SignatureError("The time stamp is not in the signed content, so it proves nothing.", hint=_content_hint())
    if not has_stamp and "timestamp" in pieces:
        raise SignatureError(
            "The signed content holds a time stamp.", hint="Name its header: `timestamp: X-Timestamp`."
        )
    if "secret" in pieces:
        raise SignatureError("The secret is the key of the signature and does not belong into the content.")


def _content_hint() -> str:
    return 'Write it as "{timestamp}.{body}"; the pieces are listed in docs/webhooks.md.'


def _token(scheme: Scheme, details: Mapping[str, str]) -> Scheme:
    if "header" in details and "query" in details:
        raise SignatureError("The token stands in a header or in the address, not in both.", hint="Keep one of them.")
    if "query" in details:
        if "prefix" in details or not _PLACE.fullmatch(details["query"]):
            raise SignatureError(
                "query is the bare name of the parameter in the address.", hint="Write `query: token`."
            )
        return replace(scheme, carrier=Carrier(f"query:{details['query']}"))
    if "header" in details:
        name = _header(details["header"], "header")
        return replace(scheme, carrier=Carrier(f"header:{name}", prefix=details.get("prefix", "")))
    return replace(scheme, carrier=replace(scheme.carrier, prefix=details.get("prefix", scheme.carrier.prefix)))


def _with_id(scheme: Scheme, details: Mapping[str, str]) -> Scheme:
    if "id" not in details:
        return scheme
    kind, _, name = details["id"].partition(":")
    if kind not in ("header", "body", "query", "form") or not _PLACE.fullmatch(name):
        raise SignatureError(
            "id says where the delivery's id stands.", hint="Write `id: header:X-Id` or `id: body:id`."
        )
    return replace(scheme, id=(f"{kind}:{name.lower() if kind == 'header' else name}",))


def _header(name: str, key: str) -> str:
    if not _HEADER.fullmatch(name):
        raise SignatureError(f"{key} must be the name of a header.", hint="Write it as X-Signature.")
    return name.lower()


def _one_of(details: Mapping[str, str], key: str, words: tuple[str, ...]) -> str:
    word = details.get(key, words[0])
    if word not in words:
        raise SignatureError(f"{key} cannot be {word[:40]!r}.", hint=f"Write one of {', '.join(words)}.")
    return word

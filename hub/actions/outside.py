"""The door to the web outside: hub.context.Http over connections that closed addresses are kept from."""

from __future__ import annotations

import json as jsons
import re
from collections.abc import Iterable, Mapping
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

import requests

from hub.actions.addresses import AllowedHosts, Refused
from hub.actions.wire import LARGEST_ANSWER, Wire
from hub.errors import Permanent, StepError, Transient, Unknown
from hub.model import Record
from hub.timed import Answer, Lost, NeverSent, Timeouts

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_TIMEOUT = 120.0
NOT_VALID = "The request cannot be made: its address or its content is not valid."
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OUR_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te"})


class Outside:
    """The web outside. `allowed_private_hosts` are "host" or "host:port". Threads share it; processes must not."""

    def __init__(self, allowed_private_hosts: Iterable[str] = (), timeouts: Timeouts | None = None) -> None:
        self._wire = Wire(AllowedHosts.read(allowed_private_hosts))
        self._timeouts = timeouts or Timeouts()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, Any],
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        text: str | None = None,
        timeout: float = 20.0,
    ) -> Record:
        """{status, headers, body, text}: body is the parsed JSON where the answer is JSON, else None.

        Every status is an answer, also 404 and 500; header names are in small letters. `timeout` is in seconds for
        the whole answer. Permanent for a request that cannot be sent and an address that may not be reached,
        Transient when nothing was sent, Unknown when something was (Transient for GET, HEAD and OPTIONS).
        """
        if not 0 < timeout <= LONGEST_TIMEOUT:
            raise Permanent(f"The timeout must be between 0 and {LONGEST_TIMEOUT:.0f} seconds. It is {timeout}.")
        request = _prepared(method, url, headers=headers, params=params, json=json, form=form, text=text)
        host = urlsplit(request.url or "").hostname or ""
        connect = min(self._timeouts.connect, timeout)
        limits = Timeouts(connect=connect, read=timeout, total=connect + timeout)
        try:
            answer = self._wire.exchange(request, timeouts=limits)
        except ValueError as problem:
            raise Permanent(NOT_VALID) from problem
        except Refused as problem:
            raise Permanent(
                f"Recipes may not call {host}: {problem}.",
                hint="If this host is meant, name it in HUB_ALLOWED_PRIVATE_HOSTS.",
            ) from problem
        except NeverSent as problem:
            raise Transient(f"{host} cannot be reached: {problem}.") from problem
        except Lost as problem:
            raise lost(request.method or "", host, str(problem)) from problem
        return _read(answer, request.method or "", host)


def lost(method: str, host: str, why: str, *, status: int = 0) -> StepError:
    """The error for a request that was sent and has no result."""
    if method in SAFE_METHODS:
        return Transient(f"{host} gave no result: {why}.", status=status)
    return Unknown(f"The request was sent to {host}, but {why}, so it may have happened.", status=status)


def _prepared(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    params: Mapping[str, Any],
    json: Any,
    form: Mapping[str, Any] | None,
    text: str | None,
) -> requests.PreparedRequest:
    word = method.strip().upper()
    if word not in METHODS:
        raise Permanent(f"{method!r} is not a method. There are {', '.join(METHODS)}.")
    if sum(each is not None for each in (json, form, text)) > 1:
        raise Permanent("Only one of json, form and text can be sent.")
    if not url.strip().lower().startswith(("http://", "https://")):
        raise Permanent("The address must start with http:// or https://.")
    given = {"User-Agent": "hub", **_checked_headers(headers)}
    data: Any = _plain(form) if form is not None else None
    if text is not None:
        data = text.encode()
        if "content-type" not in {name.lower() for name in given}:
            given["Content-Type"] = "text/plain; charset=utf-8"
    try:
        return requests.Request(word, url.strip(), headers=given, params=_plain(params), data=data, json=json).prepare()
    except (requests.RequestException, ValueError, TypeError) as problem:
        # Their own text shows the whole address, which may hold a secret.
        raise Permanent(NOT_VALID) from problem


def _checked_headers(headers: Mapping[str, Any]) -> dict[str, str]:
    checked = {}
    for name, value in headers.items():
        text = _word(value)
        if not _HEADER_NAME.fullmatch(name):
            raise Permanent(f"{name!r} cannot be the name of a header.")
        if name.lower() in _OUR_HEADERS:
            raise Permanent(f"The header {name} is set by the hub itself.")
        if not text.isascii() or not text.isprintable():
            raise Permanent(f"The value of the header {name} holds characters that a header cannot carry.")
        checked[name] = text.strip()
    return checked


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As a query or a form has it: true and false in small letters, several values from a list, empty ones left out."""
    return {
        name: [_word(each) for each in value] if isinstance(value, list | tuple) else _word(value)
        for name, value in values.items()
        if value is not None
    }


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _read(answer: Answer, method: str, host: str) -> Record:
    if answer.cut == "too large":
        if method in SAFE_METHODS or answer.status >= 300:
            raise Permanent(
                f"The answer of {host} is larger than {LARGEST_ANSWER // 1024 // 1024} MiB.", status=answer.status
            )
        raise lost(method, host, "its answer is too large to be read", status=answer.status)
    if answer.cut:
        raise lost(method, host, "its answer did not arrive whole", status=answer.status)
    kind = Message()
    kind["Content-Type"] = answer.headers.get("Content-Type", "")
    text = _decoded(answer.body, kind.get_content_charset() or "utf-8")
    media = kind.get_content_type()
    is_json = media.endswith(("/json", "+json"))
    return {
        "status": answer.status,
        "headers": {name.lower(): value for name, value in answer.headers.items()},
        "body": _parsed(text) if is_json else None,
        "text": text,
    }


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, errors="replace")
    except LookupError:
        return body.decode("utf-8", errors="replace")


def _parsed(text: str) -> Any:
    try:
        return jsons.loads(text.removeprefix("\ufeff"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")

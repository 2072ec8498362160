"""What an answer of the API means: each status turned into the StepError that says what happens next.

The rule stands in docs/how-it-works.md. A write that may have happened is Unknown, never
Transient; what surely did not happen is never Unknown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.errors import Conflict, NotFound, Permanent, RateLimited, StepError, Transient, Unauthorized, Unknown
from hub.patience import read_wait
from hub.timed import Answer
from hub.workglue.dialect import Profile, Rate
from hub.workglue.matching import as_text

_LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call is about, in words: "the new job", "job job_1". `fields` are what it wants to write."""

    what: str
    one: str
    record_id: str = ""
    write: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)

    def lost(self, why: str, *, status: int = 0) -> StepError:
        """The error for a call that was sent and has no result: Unknown for a write, Transient for a read."""
        if self.write:
            subject = self.what[:1].upper() + self.what[1:]
            return Unknown(f"{subject} was sent to Workglue, but {why}, so it may have happened.", status=status)
        return Transient(f"Workglue did not show {self.what}: {why}.", status=status)


class Judge:
    """Reads answers in the profile's dialect. `scrub` takes secrets out of a text of the API."""

    def __init__(self, profile: Profile, *, connection: str, version: int, scrub: Callable[[str], str]) -> None:
        self._profile = profile
        self._connection = connection
        self._version = version
        self._scrub = scrub

    def read(self, answer: Answer, asked: Asked, *, now: float) -> Any:
        """The parsed body of a good answer, None for an empty one. Raises the StepError that any other one means."""
        if not 200 <= answer.status < 300:
            raise self._refusal(answer, asked, now=now)
        if answer.cut == "too large" and not asked.write:
            raise Permanent(
                f"Workglue's answer to {asked.what} is too large.",
                hint="Lower lists.default_size and lists.largest_size in the API profile.",
            )
        if answer.cut:
            raise asked.lost("the answer did not arrive whole", status=answer.status)
        if not answer.body.strip():
            return None
        try:
            return json.loads(answer.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as problem:
            raise asked.lost("the answer is not readable", status=answer.status) from problem

    def _refusal(self, answer: Answer, asked: Asked, *, now: float) -> StepError:
        status = answer.status
        if status in self._profile.errors.wrong_key_statuses:
            return Unauthorized(
                "Workglue does not accept the API key any more. Enter the account's new key; waiting runs then go on.",
                connection=self._connection,
                version=self._version,
                status=status,
                detail=_Told(answer, self._profile, self._scrub).detail,
            )
        if status == 429:
            wait = _wait(answer.headers, self._profile.rate, now)
            return RateLimited(
                f"Workglue asks for patience: too many requests. It goes on in {wait:.0f} s.",
                retry_after=wait,
                status=status,
            )
        if status == 425:
            return Transient("Workglue is not ready for this request yet.", status=status)
        if status == 408 or status >= 500:
            return asked.lost(f"it answered with a fault of its own ({status})", status=status)
        if status < 400:
            return Permanent(
                f"Workglue sent us to another address ({status}), which is not followed.",
                hint="Check WORKGLUE_API_URL.",
                status=status,
            )
        return self._definite_no(answer, asked)

    def _definite_no(self, answer: Answer, asked: Asked) -> StepError:
        told = _Told(answer, self._profile, self._scrub)
        more: dict[str, Any] = {"status": answer.status, "detail": told.detail, "fields": told.fields}
        if answer.status in (404, 410):
            return self._missing(told, asked, more)
        reason = told.reason(asked.fields) or f"it answered {answer.status}"
        if answer.status == 409:
            if "idempotency" in told.code.lower():
                return Conflict(
                    f"Workglue has seen this step's idempotency key with other contents, so {asked.what} was not made.",
                    hint="Replay the run from the start, so that it gets new keys.",
                    **more,
                )
            return Conflict(f"Workglue refused {asked.what}: {reason}", **more)
        return Permanent(f"Workglue refused {asked.what}: {reason}", **more)

    def _missing(self, told: _Told, asked: Asked, more: dict[str, Any]) -> StepError:
        if asked.record_id and told.is_api:
            return NotFound(f"There is no {asked.one} with the id {asked.record_id} in Workglue.", **more)
        return Permanent(
            f"Workglue has nothing at the address for {asked.what}.",
            hint="Check WORKGLUE_API_URL, and the resource's path in the API profile.",
            **more,
        )


class _Told:
    """What an error answer says about itself: its code, message and fields, as far as it is in the API's shape.

    `is_api` is False for an answer that is no JSON at all, as a web server gives that knows nothing of the API.
    """

    def __init__(self, answer: Answer, profile: Profile, scrub: Callable[[str], str]) -> None:
        try:
            body = json.loads(answer.body) if answer.body.strip() else None
            self.is_api = True
        except (ValueError, RecursionError):
            body = None
            self.is_api = False
        self.code = _short(dig(body, profile.errors.code_path), scrub)
        self.message = _short(dig(body, profile.errors.message_path), scrub)
        fields = dig(body, profile.errors.fields_path)
        self.fields = (
            {_short(name, scrub): _short(text, scrub) for name, text in fields.items()}
            if isinstance(fields, dict)
            else {}
        )
        self.detail = f"{answer.status} {self.code}".strip() + (f": {self.message}" if self.message else "")

    def reason(self, sent: Mapping[str, Any]) -> str:
        """One sentence for the office: each field with what is wrong and what was sent, else the API's message."""
        parts = []
        for name, text in self.fields.items():
            value = sent.get(name)
            shown = as_text(value)[:60] if isinstance(value, str | int | float) and value != "" else ""
            parts.append(f"{name} {text}" + (f" ({shown})" if shown and shown not in text else ""))
        return "; ".join(parts) or self.message


def dig(body: Any, path: str) -> Any:
    """What stands at a dotted path, None when there is nothing. A number is a place in a list; "" is all of it."""
    for step in path.split(".") if path else ():
        if isinstance(body, dict):
            body = body.get(step)
        elif isinstance(body, list) and step.isdecimal() and int(step) < len(body):
            body = body[int(step)]
        else:
            return None
    return body


def _wait(headers: Mapping[str, str], rate: Rate, now: float) -> float:
    """Seconds to wait after a 429, by the retry header, else by the reset header."""
    texts = [headers.get(name, "") for name in (rate.retry_header, rate.reset_header) if name]
    return read_wait(*texts, date=headers.get("Date", ""), now=now)


def _short(value: Any, scrub: Callable[[str], str]) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(str(each) for each in value)
    text = "".join(letter if letter.isprintable() else " " for letter in scrub(str(value)))
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + " ..."


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")

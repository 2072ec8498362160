"""Is this delivery believed? One mechanism for every scheme; there are no fallbacks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from hub.errors import SignatureError
from hub.model import Delivery
from hub.signing.content import read_id, render_content
from hub.signing.digests import decode, fits
from hub.signing.reading import Reading
from hub.signing.scheme import Kind, Scheme, Stamp, Verified

MOST_SIGNATURES = 20

_UNITS = {"s": 1.0, "ms": 1000.0}
_WHOLE = re.compile(r"[0-9]{1,16}")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LARGEST_SECONDS = 100_000_000_000.0  # the year 5138; as milliseconds it is 1973


def verify(
    scheme: Scheme, delivery: Delivery, *, secrets: Sequence[str], tolerance: float | None = None, now: float
) -> Verified:
    """Check the raw delivery against the secrets, of which any may fit.

    `tolerance` replaces the scheme's own age limit in seconds; it never widens how far ahead of `now` a time stamp may
    be. SignatureError, with a sentence for the owner, for whatever is wrong; no other exception leaves.
    """
    try:
        return _verify(scheme, delivery, secrets=secrets, tolerance=tolerance, now=now)
    except SignatureError:
        raise
    except Exception as problem:
        raise SignatureError(
            "The signature could not be read.", detail=f"{type(problem).__name__} in scheme {scheme.name}"
        ) from problem


def _verify(
    scheme: Scheme, delivery: Delivery, *, secrets: Sequence[str], tolerance: float | None, now: float
) -> Verified:
    if scheme.kind is Kind.NONE:
        return Verified(-1, None, read_id(Reading(delivery, scheme)), id_signed=False)
    usable = [(index, secret) for index, secret in enumerate(secrets) if secret.strip()]
    if not usable:
        raise SignatureError("There is no secret to check this delivery with.", hint="Set the secret that is named.")
    index, active = _find_secret(scheme, delivery, usable)
    reading = Reading(delivery, active)
    signed_at = _check_time(active.stamp, reading, tolerance, now) if active.stamp else None
    return Verified(index, signed_at, read_id(reading), active.id_signed)


def _find_secret(scheme: Scheme, delivery: Delivery, secrets: Sequence[tuple[int, str]]) -> tuple[int, Scheme]:
    unreadable = 0
    missing: SignatureError | None = None
    for index, secret in secrets:
        active = scheme.for_secret(secret)
        reading = Reading(delivery, active)
        try:
            signatures = _signatures(active, reading)
            if signatures and _fits_any(active, reading, secret, signatures):
                return index, active
        except SignatureError as problem:
            missing = problem
        except ValueError:
            unreadable += 1
    if missing:
        raise missing
    if unreadable == len(secrets):
        raise SignatureError(
            "The secret cannot be used: it is not written the way this sender's secrets are.", hint=scheme.shown_at
        )
    raise SignatureError(_mismatch(scheme))


def _signatures(scheme: Scheme, reading: Reading) -> list[bytes]:
    found = []
    for text in reading.signatures(scheme.carrier)[:MOST_SIGNATURES]:
        try:
            found.append(decode(text, scheme.encoding))
        except ValueError:  # of several signatures one may be of a kind that we do not know
            continue
    return found


def _fits_any(scheme: Scheme, reading: Reading, secret: str, signatures: Sequence[bytes]) -> bool:
    if not scheme.signs:
        return any(fits(scheme, secret, b"", signature) for signature in signatures)
    contents = _contents(scheme, reading, secret)
    return any(fits(scheme, secret, content, signature) for content in contents for signature in signatures)


def _contents(scheme: Scheme, reading: Reading, secret: str) -> list[bytes]:
    try:
        return [render_content(content, reading, secret=secret) for content in scheme.contents]
    except ValueError as problem:
        raise SignatureError("What was signed cannot be read from this delivery.") from problem


def _mismatch(scheme: Scheme) -> str:
    if scheme.kind is Kind.BASIC:
        return "The name and password that were sent are not the ones in the secret."
    if scheme.kind is Kind.TOKEN:
        return "The token that was sent is not the secret."
    return "The signature does not match: the secret is another one, or the body was changed on the way."


def _check_time(stamp: Stamp, reading: Reading, tolerance: float | None, now: float) -> float:
    signed_at = _read_time(reading.text(stamp.source), stamp.unit)
    allowed = stamp.tolerance if tolerance is None else tolerance
    age = now - signed_at
    if age > allowed:
        raise SignatureError(
            f"The time stamp is {_spell(age)} old; at most {_spell(allowed)} is allowed.",
            hint="It was held up or sent again by somebody else, or a clock is wrong.",
        )
    if -age > min(allowed, stamp.future):
        raise SignatureError(
            f"The time stamp is {_spell(-age)} in the future.", hint="The sender's clock or ours is wrong."
        )
    return signed_at


def _read_time(text: str, unit: str) -> float:
    if not text:
        raise SignatureError("There is no time stamp in this delivery, so it could be an old one.")
    if unit == "iso":
        match = _ISO.fullmatch(text)
        if match:
            zone = "+00:00" if match[3] in "Zz" else match[3]
            return datetime.fromisoformat(f"{match[1]}{(match[2] or '.0')[:7]:0<7}{zone}").timestamp()
    elif _WHOLE.fullmatch(text):
        number = float(text)
        if unit == "auto":
            unit = "s" if number < _LARGEST_SECONDS else "ms"
        return number / _UNITS[unit]
    raise SignatureError(f"The time stamp {text[:40]!r} is not one that this sender sends.")


def _spell(seconds: float) -> str:
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count != 1 else ''}"
    return f"{int(seconds)} second{'s' if int(seconds) != 1 else ''}"

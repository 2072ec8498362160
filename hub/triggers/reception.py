"""From a raw delivery to an event: believe it, read it, name it. Pure; the ledger keeps what comes out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from hub.errors import SignatureError
from hub.model import Delivery, DeliveryStatus, Trigger
from hub.signing import (
    Answer,
    Kind,
    Scheme,
    Verified,
    answer_handshake,
    gather,
    parse_pairs,
    scheme_of,
    verify,
)
from hub.triggers.body import read_body
from hub.triggers.inflating import inflate, is_compressed
from hub.triggers.limits import read_limit

LONGEST_KEY = 200
PREVIOUS = " (previous)"
"""Behind a secret's name: the value that it had before, which is still believed for a while."""

# Headers that prove who sent it are for us, not for recipes and their history.
_PROOF = re.compile(r"authorization|cookie|signature|hmac|secret|token|password|api-?key|content-mac", re.ASCII)
_PLAIN_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class Reception:
    """What a delivery came to.

    With an `answer` it is a handshake: it is answered so and makes no event. Otherwise it makes an event under `key`,
    which starts runs when it is ACCEPTED and none when it is UNPARSED; with a `key_expression` the engine evaluates
    that instead, and falls back on `key`. Where the sender's id is not signed, `replay_body_sha` is set: the same text
    from this source within a day, under another key, is somebody sending an old delivery again. `reply` is what the
    sender wants to hear where the recipe's `respond` says nothing, None when the hub's own answer will do. With
    `same_body`, another body under this key is a conflict: the sender itself gave it as the delivery's id. `limit` is
    how many deliveries are let in, in how many seconds. With a `refusal` it is believed, and cannot be taken.
    `secret_name` says which secret fitted, `reason` why it is UNPARSED, or what the handshake was.
    """

    status: DeliveryStatus
    key: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    answer: Answer | None = None
    reply: Answer | None = None
    replay_body_sha: str = ""
    key_expression: str = ""
    reason: str = ""
    secret_name: str = ""
    same_body: bool = False
    limit: tuple[int, float] | None = None
    refusal: Answer | None = None


COMPRESSED = "The body is compressed. Send it as it is, without Content-Encoding."


def receive(trigger: Trigger, delivery: Delivery, *, secrets: Mapping[str, str], now: float) -> Reception:
    """Judge one delivery for one webhook trigger. `secrets` are all recipe secrets by name.

    SignatureError when it is not believed: keep it as rejected and answer as for an unknown path.
    """
    if not is_compressed(delivery):
        return _receive(trigger, delivery, secrets=secrets, now=now)
    if trigger.options.get("gzip"):
        return _receive_compressed(trigger, delivery, secrets=secrets, now=now)
    hint = "This sender compresses what it sends: `gzip: true` at the trigger takes that."
    try:
        _receive(trigger, delivery, secrets=secrets, now=now)
    except SignatureError as problem:
        raise SignatureError(f"{problem.message} {hint}") from problem
    told = json.dumps({"error": {"code": "encoded", "message": COMPRESSED}})
    refusal = Answer(415, told, (("Content-Type", "application/json"),))
    return Reception(DeliveryStatus.REJECTED, refusal=refusal, reason=f"The body is compressed. {hint}")


def _receive_compressed(trigger: Trigger, delivery: Delivery, *, secrets: Mapping[str, str], now: float) -> Reception:
    """Senders sign the text or what it was compressed to: whichever fits shows that they know the secret."""
    try:
        text = inflate(delivery)
    except ValueError as problem:
        reception = _receive(trigger, delivery, secrets=secrets, now=now)
        data = {**reception.data, "body": None}
        return replace(reception, status=DeliveryStatus.UNPARSED, data=data, reason=str(problem), same_body=False)
    try:
        reception = _receive(trigger, text, secrets=secrets, now=now)
    except SignatureError:
        signed = _receive(trigger, delivery, secrets=secrets, now=now)
        reception = _read_again(trigger, text, signed)
    return replace(reception, same_body=False)  # the same text may be compressed in many ways


def _read_again(trigger: Trigger, text: Delivery, signed: Reception) -> Reception:
    """What was signed in its compressed form, with the body that stands in it."""
    if signed.answer is not None:
        return signed
    accepted = tuple(trigger.options.get("content_types") or ())
    body = read_body(text.body, signed.data["headers"].get("content-type", ""), accepted=accepted)
    status = DeliveryStatus.UNPARSED if body.problem else DeliveryStatus.ACCEPTED
    return replace(signed, status=status, data={**signed.data, "body": body.value}, reason=body.problem)


def _receive(trigger: Trigger, delivery: Delivery, *, secrets: Mapping[str, str], now: float) -> Reception:
    options = trigger.options
    scheme = scheme_of(options.get("verify"))
    names, known = _find_secrets(scheme, _names(options.get("secret")), secrets)
    tolerance = options.get("tolerance")
    answer = answer_handshake(
        scheme,
        delivery,
        secrets=known,
        handshake_secrets=_handshake_secrets(options.get("verify"), secrets),
        tolerance=tolerance,
        now=now,
    )
    if answer:
        reason = f"{scheme.title} asked whether this address is yours, and was answered."
        return Reception(DeliveryStatus.ACCEPTED, answer=answer, reason=reason)
    methods = tuple(options.get("methods") or ("POST",))
    if delivery.method.upper() not in methods:
        raise SignatureError(f"It came by {delivery.method.upper()[:20]}; this webhook takes {', '.join(methods)}.")
    if not known and scheme.kind is not Kind.NONE:
        raise SignatureError(
            f"The secret {' and '.join(names) or 'of this webhook'} is not set, so nothing can be believed.",
            hint=" ".join(f"Set HUB_SECRET_{name}." for name in names),
        )
    verified = verify(scheme, delivery, secrets=known, tolerance=tolerance, now=now)
    return _read(trigger, delivery, scheme, verified, names)


def _find_secrets(
    scheme: Scheme, names: Sequence[str], secrets: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that have a secret (all of them when none has) and those secrets, in one order."""
    if scheme.kind is Kind.NONE:
        return (), ()
    both = [each for name in names for each in (name, f"{name}{PREVIOUS}")]
    present = tuple(name for name in both if secrets.get(name))
    return present or tuple(names), tuple(secrets[name] for name in present)


def _names(option: Any) -> tuple[str, ...]:
    if not option:
        return ()
    return (option,) if isinstance(option, str) else tuple(option)


def _handshake_secrets(choice: Any, secrets: Mapping[str, str]) -> tuple[str, ...]:
    names = _names(choice.get("handshake_secret")) if isinstance(choice, Mapping) else ()
    both = [each for name in names for each in (name, f"{name}{PREVIOUS}")]
    return tuple(secrets[name] for name in both if secrets.get(name))


def _read(
    trigger: Trigger, delivery: Delivery, scheme: Scheme, verified: Verified, names: tuple[str, ...]
) -> Reception:
    options = trigger.options
    headers = {name.lower(): value.replace("\0", "\ufffd") for name, value in delivery.headers}
    accepted = tuple(options.get("content_types") or ())
    body = read_body(delivery.body, headers.get("content-type", ""), accepted=accepted)
    query, query_problem = _read_query(delivery.query, scheme)
    reason = body.problem or query_problem
    data = {
        "body": _without_token(body.value, scheme),
        "headers": {name: value for name, value in headers.items() if not (scheme.proves(name) or _PROOF.search(name))},
        "query": query,
        "content_type": body.content_type,
    }
    return Reception(
        DeliveryStatus.UNPARSED if reason else DeliveryStatus.ACCEPTED,
        key=_key(delivery, scheme, verified, query),
        data=data,
        reply=Answer(scheme.ok_status) if scheme.ok_status else None,
        replay_body_sha=_replay_sha(delivery, scheme, verified),
        key_expression=options.get("dedupe") or "",
        reason=reason,
        secret_name=names[verified.secret_index] if verified.secret_index >= 0 else "",
        same_body=bool(verified.delivery_id) and not scheme.pings,
        limit=read_limit(str(options["limit"])) if options.get("limit") else None,
    )


def _read_query(query: str, scheme: Scheme) -> tuple[dict[str, Any], str]:
    try:
        found = gather(parse_pairs(query))
    except ValueError as problem:
        return {}, f"The address cannot be read. {problem}"
    kind, _, name = scheme.carrier.source.partition(":")
    return {each: value for each, value in found.items() if kind != "query" or each != name}, ""


def _without_token(body: Any, scheme: Scheme) -> Any:
    kind, _, name = scheme.carrier.source.partition(":")
    if scheme.kind is Kind.TOKEN and kind == "body" and isinstance(body, dict):
        return {each: value for each, value in body.items() if each != name}
    return body


def _key(delivery: Delivery, scheme: Scheme, verified: Verified, query: Mapping[str, Any]) -> str:
    if scheme.pings:
        return delivery.id
    known = verified.delivery_id
    if known:
        plain = len(known) <= LONGEST_KEY and _PLAIN_KEY.fullmatch(known)
        return known if plain else f"sha256:{_sha(known.encode())}"
    if scheme.signs and delivery.body:
        return f"sha256:{_sha(delivery.body)}"
    # Where the body alone is not what was said, the address counts as well.
    said = f"{delivery.method.upper()} {urlencode(query, doseq=True)}\n".encode()
    return f"sha256:{_sha(said + delivery.body)}"


def _replay_sha(delivery: Delivery, scheme: Scheme, verified: Verified) -> str:
    # Only an id that others can change needs it. A signed time stamp makes equal bodies different deliveries.
    if not scheme.signs or verified.id_signed or not verified.delivery_id:
        return ""
    stamp = b"" if verified.signed_at is None else f"{verified.signed_at}\n".encode()
    return _sha(stamp + delivery.body)


def _sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()

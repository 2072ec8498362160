"""For senders of your own and for those that nobody else has: a token, a name and password, an HMAC, or nothing."""

from __future__ import annotations

from hub.signing.scheme import Carrier, Kind, Scheme
from hub.signing.schemes.rows import signed_body

_ID = ("header:idempotency-key",)

HMAC = signed_body("hmac", "Any HMAC", "x-signature", "The secret that you agreed on with the sender.", id=_ID)

TOKEN = Scheme(
    name="token",
    title="A secret token",
    kind=Kind.TOKEN,
    shown_at="A long random text of your own.",
    encoding="text",
    carrier=Carrier("header:authorization", prefix="Bearer "),
    id=_ID,
)

BASIC = Scheme(
    name="basic",
    title="Name and password",
    kind=Kind.BASIC,
    shown_at="Name, colon, password: as in webhooks:correct horse.",
    encoding="base64",
    carrier=Carrier("header:authorization", prefix="Basic "),
    id=_ID,
)

NONE = Scheme(
    name="none",
    title="Nobody is checked",
    kind=Kind.NONE,
    id=_ID,
    note="Whoever knows the address can start the recipe.",
)

ROWS = (HMAC, TOKEN, BASIC, NONE)

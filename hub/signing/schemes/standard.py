"""Standard Webhooks and Svix. standardwebhooks.com, docs.svix.com/receiving/verifying-payloads/how-manual"""

from __future__ import annotations

from dataclasses import replace

from hub.signing.scheme import Carrier, Kind, Scheme, Stamp

_SYMMETRIC = Scheme(
    name="standard",
    title="Standard Webhooks",
    kind=Kind.HMAC,
    shown_at="The signing secret that the sender shows, beginning with whsec_; or its public key, whpk_.",
    encoding="base64",
    key="whsec",
    carrier=Carrier("header:webhook-signature", separator=" ", pair=",", name="v1"),
    contents=("{id}.{timestamp}.{body}",),
    stamp=Stamp("header:webhook-timestamp"),
    id=("header:webhook-id",),
    note="The way of choice for your own apps.",
)


def _with_public_key(scheme: Scheme) -> Scheme:
    # The owner's secret decides which of the two kinds of signature counts, never the delivery.
    public = replace(scheme, kind=Kind.ED25519, key="ed25519", carrier=replace(scheme.carrier, name="v1a"))
    return replace(scheme, variants=(("whpk_", public),))


STANDARD = _with_public_key(_SYMMETRIC)

SVIX = _with_public_key(
    replace(
        _SYMMETRIC,
        name="svix",
        title="Svix (Clerk, Resend and others)",
        shown_at="The endpoint's signing secret, beginning with whsec_.",
        carrier=replace(_SYMMETRIC.carrier, source="header:svix-signature|header:webhook-signature"),
        stamp=Stamp("header:svix-timestamp|header:webhook-timestamp"),
        id=("header:svix-id|header:webhook-id",),
        note="",
    )
)

ROWS = (STANDARD, SVIX)

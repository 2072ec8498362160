"""Chat, mail, telephone and meetings."""

from __future__ import annotations

from dataclasses import replace

from hub.signing.scheme import Carrier, Handshake, Kind, Scheme, Stamp
from hub.signing.schemes.rows import signed_body

# api.slack.com/authentication/verifying-requests-from-slack
SLACK = Scheme(
    name="slack",
    title="Slack",
    kind=Kind.HMAC,
    shown_at="The app's Signing Secret, on its page Basic Information.",
    carrier=Carrier("header:x-slack-signature", prefix="v0="),
    contents=("v0:{timestamp}:{body}",),
    stamp=Stamp("header:x-slack-request-timestamp"),
    id=("body:event_id",),
    ok_status=200,
    handshakes=(Handshake(when=(("body:type", "url_verification"),), text="{body:challenge}"),),
)

# twilio.com/docs/usage/security. A call asks the same address several times with one CallSid, so only messages have an
# id; the rest is told apart by its body.
TWILIO = Scheme(
    name="twilio",
    title="Twilio",
    kind=Kind.HMAC,
    shown_at="The account's Auth Token.",
    algorithm="sha1",
    encoding="base64",
    carrier=Carrier("header:x-twilio-signature"),
    contents=("{url}{form}", "{url_other_port}{form}"),
    id=("form:MessageSid", "form:MessageStatus|form:SmsStatus"),
    ok_status=200,
    note="HUB_PUBLIC_URL must be the address that Twilio calls.",
)

# docs.sendgrid.com, Event Webhook security features
SENDGRID = Scheme(
    name="sendgrid",
    title="SendGrid Event Webhook",
    kind=Kind.ECDSA,
    shown_at="The Verification Key of the event webhook: a public key.",
    encoding="base64",
    key="spki",
    carrier=Carrier("header:x-twilio-email-event-webhook-signature"),
    contents=("{timestamp}{body}",),
    stamp=Stamp("header:x-twilio-email-event-webhook-timestamp"),
    id=("body:*.sg_event_id",),
    ok_status=200,
)

MAILGUN = Scheme(
    name="mailgun",
    title="Mailgun",
    kind=Kind.HMAC,
    shown_at="The HTTP webhook signing key, under Sending, Webhooks.",
    carrier=Carrier("body:signature.signature"),
    contents=("{body:signature.timestamp}{body:signature.token}",),
    stamp=Stamp("body:signature.timestamp"),
    id=("body:signature.token",),
    ok_status=200,
    note="Mailgun signs a token, not the event itself.",
)

# developers.zoom.us/docs/api/webhooks
ZOOM = Scheme(
    name="zoom",
    title="Zoom",
    kind=Kind.HMAC,
    shown_at="The app's Secret Token, on its page Features.",
    carrier=Carrier("header:x-zm-signature", prefix="v0="),
    contents=("v0:{timestamp}:{body}",),
    stamp=Stamp("header:x-zm-request-timestamp"),
    ok_status=200,
    handshakes=(
        Handshake(
            when=(("body:event", "endpoint.url_validation"),),
            fields=(
                ("plainToken", "{body:payload.plainToken}"),
                ("encryptedToken", "{hmac_hex:body:payload.plainToken}"),
            ),
        ),
    ),
)

# developers.facebook.com/docs/graph-api/webhooks/getting-started. The ids in `entry` name pages, not events.
META = signed_body(
    "meta",
    "Meta (Facebook lead ads, Instagram, WhatsApp)",
    "x-hub-signature-256",
    "The app's App Secret.",
    prefix="sha256=",
    ok_status=200,
    handshakes=(
        Handshake(
            method="GET",
            when=(("query:hub.mode", "subscribe"), ("query:hub.challenge", "*")),
            signed=False,
            token="query:hub.verify_token",  # noqa: S106 - a place, not a token
            text="{query:hub.challenge}",
        ),
    ),
    note="The Verify Token that you type at Meta is the handshake_secret.",
)

# dev.frontapp.com/docs/security-1
FRONT = Scheme(
    name="front",
    title="Front",
    kind=Kind.HMAC,
    shown_at="The app's App Secret.",
    encoding="base64",
    carrier=Carrier("header:x-front-signature"),
    contents=("{timestamp}:{body}",),
    stamp=Stamp("header:x-front-request-timestamp", unit="ms"),
)

# developer.zendesk.com/documentation/webhooks/verifying
ZENDESK = replace(
    FRONT,
    name="zendesk",
    title="Zendesk",
    shown_at="The webhook's signing secret, under Reveal secret.",
    carrier=Carrier("header:x-zendesk-webhook-signature"),
    contents=("{timestamp}{body}",),
    stamp=Stamp("header:x-zendesk-webhook-signature-timestamp", unit="iso"),
    id=("header:x-zendesk-webhook-invocation-id",),
)

# dev.twitch.tv/docs/eventsub/handling-webhook-events
TWITCH = Scheme(
    name="twitch",
    title="Twitch EventSub",
    kind=Kind.HMAC,
    shown_at="The secret that you gave when you created the subscription.",
    carrier=Carrier("header:twitch-eventsub-message-signature", prefix="sha256="),
    contents=("{id}{timestamp}{body}",),
    stamp=Stamp("header:twitch-eventsub-message-timestamp", unit="iso", tolerance=600.0),
    id=("header:twitch-eventsub-message-id",),
    ok_status=200,
    handshakes=(
        Handshake(
            when=(("header:twitch-eventsub-message-type", "webhook_callback_verification"),), text="{body:challenge}"
        ),
    ),
)

# The challenge is answered only as far as it looks like a token, see hub.signing.handshake: anybody may ask it.
X = signed_body(
    "x",
    "X (Twitter) account activity",
    "x-twitter-webhooks-signature",
    "The app's consumer secret.",
    prefix="sha256=",
    encoding="base64",
    ok_status=200,
    handshakes=(
        Handshake(
            method="GET",
            when=(("query:crc_token", "*"),),
            signed=False,
            fields=(("response_token", "sha256={hmac_base64:query:crc_token}"),),
        ),
    ),
)

# developers.telnyx.com, webhook signing
TELNYX = Scheme(
    name="telnyx",
    title="Telnyx",
    kind=Kind.ED25519,
    shown_at="The account's public key, under Keys and Credentials.",
    encoding="base64",
    key="ed25519",
    carrier=Carrier("header:telnyx-signature-ed25519"),
    contents=("{timestamp}|{body}",),
    stamp=Stamp("header:telnyx-timestamp"),
    id=("body:data.id",),
    ok_status=200,
)

ROWS = (SLACK, TWILIO, SENDGRID, MAILGUN, ZOOM, META, FRONT, ZENDESK, TWITCH, X, TELNYX)

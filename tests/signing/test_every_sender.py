"""Each sender's signature, made here by hand as the sender's pages describe it, is believed; a changed one is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.errors import SignatureError
from hub.signing import SCHEMES, verify
from tests.signing.deliveries import NOW, URL, delivery

S = str(int(NOW))
MS = str(int(NOW * 1000))
ISO = "2026-09-21T14:13:20Z"
KEY = b"correct horse battery staple"
SECRET = KEY.decode()
BODY = b'{"id": "evt_1", "event_id": "evt_2", "event": "created", "data": {"id": "evt_3", "envelopeId": "env"}}'

ED25519 = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
ED25519_PUBLIC = base64.b64encode(ED25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
P256 = ec.derive_private_key(12345, ec.SECP256R1())
P256_PUBLIC = base64.b64encode(P256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@dataclass(frozen=True)
class Sender:
    """How one sender signs BODY (or its own body), and what its delivery is known by."""

    headers: dict[str, str]
    secret: str = SECRET
    body: bytes = BODY
    url: str = URL
    id: str = ""
    content_type: str = "application/json"
    changed: Callable[[bytes], bytes] = field(default=lambda body: body.replace(b"created", b"deleted") + b" ")


def hexed(message: bytes, algorithm: str = "sha256", key: bytes = KEY) -> str:
    return hmac.new(key, message, algorithm).hexdigest()


def b64(message: bytes, algorithm: str = "sha256", key: bytes = KEY) -> str:
    return base64.b64encode(hmac.new(key, message, algorithm).digest()).decode()


FORM = b"MessageSid=SM1&SmsStatus=received&Body=Paint+please&AccountSid=AC1"
TWILIO = URL.encode() + b"AccountSidAC1" + b"BodyPaint please" + b"MessageSidSM1" + b"SmsStatusreceived"
MAILGUN = {"signature": {"timestamp": S, "token": "tok", "signature": hexed(f"{S}tok".encode())}, "event-data": {}}
LINEAR = json.dumps({"action": "update", "webhookTimestamp": int(MS)}).encode()
HUBSPOT = b'[{"eventId": 1}, {"eventId": 22}]'
HUBSPOT_URL = f"{URL}?a=%3Ab%2F&c=%20"
SENDGRID = b'[{"sg_event_id": "a"}, {"sg_event_id": "b"}]'
CALENDLY = b'{"event": "created", "payload": {"uri": "u"}}'
PAGERDUTY = b'{"event": {"id": "p1"}}'
JOTFORM = b'--x\r\nContent-Disposition: form-data; name="submissionID"\r\n\r\n5501\r\n--x--\r\n'


SENDERS = {
    "standard": Sender(
        {
            "Webhook-Id": "msg_1",
            "Webhook-Timestamp": S,
            "Webhook-Signature": f"v1,{b64(f'msg_1.{S}.'.encode() + BODY)}",
        },
        f"whsec_{base64.b64encode(KEY).decode()}",
        id="msg_1",
    ),
    "svix": Sender(
        {"Svix-Id": "msg_1", "Svix-Timestamp": S, "Svix-Signature": f"v1,{b64(f'msg_1.{S}.'.encode() + BODY)}"},
        f"whsec_{base64.b64encode(KEY).decode()}",
        id="msg_1",
    ),
    "hmac": Sender({"X-Signature": hexed(BODY), "Idempotency-Key": "k1"}, id="k1"),
    "stripe": Sender({"Stripe-Signature": f"t={S},v1={hexed(f'{S}.'.encode() + BODY)},v0=00"}, id="evt_1"),
    "shopify": Sender({"X-Shopify-Hmac-Sha256": b64(BODY), "X-Shopify-Webhook-Id": "w1"}, id="w1"),
    "woocommerce": Sender({"X-WC-Webhook-Signature": b64(BODY), "X-WC-Webhook-Delivery-ID": "7"}, id="7"),
    "square": Sender({"X-Square-HmacSha256-Signature": b64(URL.encode() + BODY)}, id="evt_2"),
    "intuit": Sender({"intuit-signature": b64(BODY)}),
    "paddle": Sender({"Paddle-Signature": f"ts={S};h1={hexed(f'{S}:'.encode() + BODY)}"}, id="evt_2"),
    "recurly": Sender({"recurly-signature": f"{S},{'0' * 64},{hexed(f'{S}.'.encode() + BODY)}"}),
    "razorpay": Sender({"X-Razorpay-Signature": hexed(BODY), "X-Razorpay-Event-Id": "r1"}, id="r1"),
    "slack": Sender(
        {"X-Slack-Request-Timestamp": S, "X-Slack-Signature": f"v0={hexed(f'v0:{S}:'.encode() + BODY)}"}, id="evt_2"
    ),
    "twilio": Sender(
        {"X-Twilio-Signature": b64(TWILIO, "sha1")},
        body=FORM,
        id="SM1:received",
        content_type="application/x-www-form-urlencoded",
        changed=lambda body: body.replace(b"Paint", b"Print"),
    ),
    "sendgrid": Sender(
        {
            "X-Twilio-Email-Event-Webhook-Timestamp": S,
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(
                P256.sign(S.encode() + SENDGRID, ec.ECDSA(SHA256()))
            ).decode(),
        },
        P256_PUBLIC,
        SENDGRID,
        id="a,b",
    ),
    "mailgun": Sender(
        {}, body=json.dumps(MAILGUN).encode(), id="tok", changed=lambda body: body.replace(b'"tok"', b'"tik"')
    ),
    "zoom": Sender({"x-zm-request-timestamp": S, "x-zm-signature": f"v0={hexed(f'v0:{S}:'.encode() + BODY)}"}),
    "meta": Sender({"X-Hub-Signature-256": f"sha256={hexed(BODY)}"}),
    "front": Sender({"X-Front-Request-Timestamp": MS, "X-Front-Signature": b64(f"{MS}:".encode() + BODY)}),
    "zendesk": Sender(
        {
            "X-Zendesk-Webhook-Signature-Timestamp": ISO,
            "X-Zendesk-Webhook-Signature": b64(ISO.encode() + BODY),
            "X-Zendesk-Webhook-Invocation-Id": "inv",
        },
        id="inv",
    ),
    "twitch": Sender(
        {
            "Twitch-Eventsub-Message-Id": "m1",
            "Twitch-Eventsub-Message-Timestamp": "2026-09-21T14:13:20.634234626Z",
            "Twitch-Eventsub-Message-Signature": "sha256=" + hexed(b"m12026-09-21T14:13:20.634234626Z" + BODY),
        },
        id="m1",
    ),
    "x": Sender({"x-twitter-webhooks-signature": f"sha256={b64(BODY)}"}),
    "telnyx": Sender(
        {
            "telnyx-timestamp": S,
            "telnyx-signature-ed25519": base64.b64encode(ED25519.sign(f"{S}|".encode() + BODY)).decode(),
        },
        ED25519_PUBLIC,
        id="evt_3",
    ),
    "hubspot": Sender(
        {
            "X-HubSpot-Request-Timestamp": MS,
            "X-HubSpot-Signature-v3": b64(f"POST{URL}?a=:b/&c=%20".encode() + HUBSPOT + MS.encode()),
        },
        body=HUBSPOT,
        url=HUBSPOT_URL,
        id="1,22",
    ),
    "hubspot_v2": Sender(
        {"X-HubSpot-Signature": hashlib.sha256(KEY + b"POST" + URL.encode() + BODY).hexdigest()},
    ),
    "hubspot_v1": Sender({"X-HubSpot-Signature": hashlib.sha256(KEY + HUBSPOT).hexdigest()}, body=HUBSPOT, id="1,22"),
    "typeform": Sender({"Typeform-Signature": f"sha256={b64(BODY)}"}, id="evt_2"),
    "calendly": Sender(
        {"Calendly-Webhook-Signature": f"t={S},v1={hexed(f'{S}.'.encode() + CALENDLY)}"},
        body=CALENDLY,
        id="u:created",
    ),
    "calcom": Sender({"X-Cal-Signature-256": hexed(BODY)}),
    "jotform": Sender(
        {},
        body=JOTFORM,
        url=f"{URL}?token=correct+horse%20battery%20staple",
        id="5501",
        content_type="multipart/form-data; boundary=x",
    ),
    "companycam": Sender({"X-CompanyCam-Signature": b64(BODY, "sha1")}),
    "jobber": Sender({"X-Jobber-Hmac-SHA256": b64(BODY)}),
    "clickup": Sender({"X-Signature": hexed(BODY)}),
    "asana": Sender({"X-Hook-Signature": hexed(BODY)}),
    "notion": Sender({"X-Notion-Signature": f"sha256={hexed(BODY)}"}, id="evt_1"),
    "dropbox": Sender({"X-Dropbox-Signature": hexed(BODY)}),
    "airtable": Sender({"X-Airtable-Content-MAC": f"hmac-sha256={hexed(BODY)}"}, base64.b64encode(KEY).decode()),
    "docusign": Sender(
        {"X-DocuSign-Signature-1": b64(BODY, key=b"another key"), "X-DocuSign-Signature-2": b64(BODY)}, id="env:created"
    ),
    "google_ads": Sender({}, body=json.dumps({"google_key": SECRET, "lead_id": "l1"}).encode(), id="l1"),
    "github": Sender({"X-Hub-Signature-256": f"sha256={hexed(BODY)}", "X-GitHub-Delivery": "g1"}, id="g1"),
    "gitlab": Sender({"X-Gitlab-Token": SECRET, "X-Gitlab-Event-UUID": "u1"}, id="u1"),
    "bitbucket": Sender({"X-Hub-Signature": f"sha256={hexed(BODY)}", "X-Request-UUID": "b1"}, id="b1"),
    "jira": Sender({"X-Hub-Signature": f"sha256={hexed(BODY)}", "X-Atlassian-Webhook-Identifier": "j1"}, id="j1"),
    "linear": Sender({"Linear-Signature": hexed(LINEAR), "Linear-Delivery": "d1"}, body=LINEAR, id="d1"),
    "sentry": Sender({"Sentry-Hook-Signature": hexed(BODY)}),
    "pagerduty": Sender(
        {"X-PagerDuty-Signature": f"v1={'0' * 64},v1={hexed(PAGERDUTY)}"},
        body=PAGERDUTY,
        id="p1",
    ),
    "circleci": Sender({"circleci-signature": f"v1={hexed(BODY)},v2=00"}, id="evt_1"),
    "workos": Sender({"WorkOS-Signature": f"t={MS}, v1={hexed(f'{MS}.'.encode() + BODY)}"}, id="evt_1"),
    "vercel": Sender({"x-vercel-signature": hexed(BODY, "sha1")}, id="evt_1"),
    "heroku": Sender({"Heroku-Webhook-Hmac-SHA256": b64(BODY)}, id="evt_1"),
    "token": Sender({"Authorization": f"Bearer {SECRET}", "Idempotency-Key": "k1"}, id="k1"),
    "basic": Sender(
        {"Authorization": f"Basic {base64.b64encode(b'webhooks:correct horse').decode()}"}, "webhooks:correct horse"
    ),
    "none": Sender({"Idempotency-Key": "k1"}, "", id="k1"),
}

SIGNING = [name for name in SENDERS if SCHEMES[name].signs]


def test_no_sender_is_left_out() -> None:
    assert set(SENDERS) == set(SCHEMES)


@pytest.mark.parametrize("name", SENDERS)
def test_a_delivery_made_by_hand_is_believed(name: str) -> None:
    sender = SENDERS[name]
    sent = delivery(sender.body, sender.headers, url=sender.url, content_type=sender.content_type)
    verified = verify(SCHEMES[name], sent, secrets=["an old secret", sender.secret], now=NOW + 60)
    assert verified.delivery_id == sender.id
    assert verified.secret_index == (-1 if name == "none" else 1)
    assert (verified.signed_at is None) == (SCHEMES[name].stamp is None)
    if verified.signed_at is not None:
        assert abs(verified.signed_at - NOW) < 1


@pytest.mark.parametrize("name", SIGNING)
def test_a_changed_body_is_not_believed(name: str) -> None:
    sender = SENDERS[name]
    changed = sender.changed(sender.body)
    assert changed != sender.body
    sent = delivery(changed, sender.headers, url=sender.url, content_type=sender.content_type)
    with pytest.raises(SignatureError, match="does not match"):
        verify(SCHEMES[name], sent, secrets=[sender.secret], now=NOW)


@pytest.mark.parametrize("name", [name for name in SENDERS if name != "none"])
def test_without_its_header_nothing_is_believed(name: str) -> None:
    sender = SENDERS[name]
    sent = delivery(b"{}", {}, url=URL, content_type=sender.content_type)
    with pytest.raises(SignatureError, match=r"nobody signed|is no header"):
        verify(SCHEMES[name], sent, secrets=[sender.secret], now=NOW)


@pytest.mark.parametrize("name", [name for name in SENDERS if name != "none"])
@pytest.mark.parametrize("secrets", [[], [""], ["  "]], ids=["none", "empty", "blank"])
def test_without_a_secret_nothing_is_believed(name: str, secrets: list[str]) -> None:
    sender = SENDERS[name]
    sent = delivery(sender.body, sender.headers, url=sender.url, content_type=sender.content_type)
    with pytest.raises(SignatureError, match="no secret"):
        verify(SCHEMES[name], sent, secrets=secrets, now=NOW)


def test_which_ids_a_stranger_could_change() -> None:
    unsigned = {name for name in SIGNING if SCHEMES[name].id and not SCHEMES[name].id_signed}
    assert unsigned == {
        "hmac",
        "shopify",
        "woocommerce",
        "razorpay",
        "zendesk",
        "github",
        "bitbucket",
        "jira",
        "linear",
    }

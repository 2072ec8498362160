"""Signatures that the senders themselves have published are believed, and nothing next to them is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from hub.errors import SignatureError
from hub.signing import SCHEMES, verify
from tests.signing.deliveries import delivery

SENDGRID_BODY = (
    b'[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address",'
    b'"sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",'
    b'"sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",'
    b'"smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n'
)
SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
HUBSPOT_SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
HUBSPOT_BODY = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
    b'"changeFlag":"NEW","appId":54321}]'
)
TWILIO_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
TWILIO_FORM = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
TWILIO_HASH = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Vector:
    """One published signature: what was sent, and with which secret."""

    name: str
    scheme: str
    secret: str
    body: bytes
    headers: dict[str, str]
    now: float = 1_600_000_000.0
    more: dict[str, Any] = field(default_factory=dict)


VECTORS = [
    Vector(
        "standard",
        "standard",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        b'{"test": 2432232314}',
        {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        1614265330,
    ),
    Vector(
        "svix without the prefix of its secret",
        "svix",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        b'{"test": 2432232314}',
        {
            "Svix-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "Svix-Timestamp": "1614265330",
            "Svix-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        1614265330,
    ),
    Vector(
        "github",
        "github",
        "It's a Secret to Everybody",
        b"Hello, World!",
        {"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
    ),
    Vector(
        "slack",
        "slack",
        "8f742231b10e8888abcd99yyyzzz85a5",
        SLACK_BODY,
        {
            "X-Slack-Request-Timestamp": "1531420618",
            "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        },
        1531420618,
        {"content_type": FORM},
    ),
    Vector(
        "twilio form",
        "twilio",
        "12345",
        TWILIO_FORM,
        {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
        more={"url": TWILIO_URL, "content_type": FORM},
    ),
    Vector(
        "twilio form, a port that Twilio left away",
        "twilio",
        "12345",
        TWILIO_FORM,
        {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
        more={"url": TWILIO_URL.replace(".com/", ".com:443/"), "content_type": FORM},
    ),
    Vector(
        "twilio form with a name three times",
        "twilio",
        "12345",
        b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
        {"X-Twilio-Signature": "IK+Dwps556ElfBT0I3Rgjkr1wJU="},
        more={"url": TWILIO_URL, "content_type": FORM},
    ),
    Vector(
        "twilio json",
        "twilio",
        "12345",
        b'{"property": "value", "boolean": true}',
        {"X-Twilio-Signature": "a9nBmqA0ju/hNViExpshrM61xv4="},
        more={"url": f"{TWILIO_URL}&bodySHA256={TWILIO_HASH}"},
    ),
    Vector(
        "hubspot v1",
        "hubspot_v1",
        HUBSPOT_SECRET,
        HUBSPOT_BODY,
        {"X-HubSpot-Signature": "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"},
    ),
    Vector(
        "hubspot v2",
        "hubspot_v2",
        HUBSPOT_SECRET,
        b'{"example_field":"example_value"}',
        {"X-HubSpot-Signature": "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"},
        more={"url": "https://www.example.com/webhook_uri"},
    ),
    Vector(
        "hubspot v2 without a body",
        "hubspot_v2",
        HUBSPOT_SECRET,
        b"",
        {"X-HubSpot-Signature": "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"},
        more={"url": "https://www.example.com/webhook_uri", "method": "GET"},
    ),
    Vector(
        "hubspot v3",
        "hubspot",
        HUBSPOT_SECRET,
        b"{'example_field':'example_value'}",
        {
            "X-HubSpot-Signature-v3": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
            "X-HubSpot-Request-Timestamp": "1693657560000",
        },
        1693657560,
        {"url": "https://www.example.com/webhook_uri"},
    ),
    Vector(
        "sendgrid",
        "sendgrid",
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eN"
        "Ec6wEA3F+g==",
        SENDGRID_BODY,
        {
            "X-Twilio-Email-Event-Webhook-Signature": "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBi"
            "XDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
            "X-Twilio-Email-Event-Webhook-Timestamp": "1600112502",
        },
        1600112502,
    ),
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_what_the_sender_published_is_believed(vector: Vector) -> None:
    sent = delivery(vector.body, vector.headers, **vector.more)
    assert verify(SCHEMES[vector.scheme], sent, secrets=[vector.secret], now=vector.now).secret_index == 0


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_one_byte_more_is_not_believed(vector: Vector) -> None:
    sent = delivery(vector.body + b" ", vector.headers, **vector.more)
    with pytest.raises(SignatureError):
        verify(SCHEMES[vector.scheme], sent, secrets=[vector.secret], now=vector.now)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_another_secret_is_not_believed(vector: Vector) -> None:
    sent = delivery(vector.body, vector.headers, **vector.more)
    other = ("A" if vector.secret[0] != "A" else "B") + vector.secret[1:]
    with pytest.raises(SignatureError):
        verify(SCHEMES[vector.scheme], sent, secrets=[other], now=vector.now)


@pytest.mark.parametrize(
    "vector",
    [each for each in VECTORS if "url" in each.more and each.scheme != "hubspot_v1"],
    ids=lambda each: each.name,
)
def test_another_address_is_not_believed(vector: Vector) -> None:
    sent = delivery(vector.body, vector.headers, **vector.more)
    moved = replace(sent, url=sent.url.replace("//", "//other."))
    with pytest.raises(SignatureError, match="does not match"):
        verify(SCHEMES[vector.scheme], moved, secrets=[vector.secret], now=vector.now)


def test_twilio_body_that_is_not_the_one_in_the_address() -> None:
    sent = delivery(
        b'{"property": "other", "boolean": true}',
        {"X-Twilio-Signature": "a9nBmqA0ju/hNViExpshrM61xv4="},
        url=f"{TWILIO_URL}&bodySHA256={TWILIO_HASH}",
    )
    with pytest.raises(SignatureError, match="not the one whose hash stands in the address"):
        verify(SCHEMES["twilio"], sent, secrets=["12345"], now=0)

"""A request that the hub makes in the place of a sender is believed, for every way of signing where that can be."""

from __future__ import annotations

import base64
import json
import subprocess
from typing import Any

import pytest

from hub.errors import HubError
from hub.model import Delivery, DeliveryStatus
from hub.signing import SCHEMES, Kind
from hub.triggers.reception import receive
from hub.triggers.sending import Request, make_request, write_curl
from tests.triggers.samples import trigger

NOW = 1_790_000_000.0
URL = "https://hub.example.com/hooks/a"
WHSEC = "whsec_" + base64.b64encode(b"k" * 32).decode()
ONLY_THE_SENDER = {"mailgun", "sendgrid", "telnyx"}
FORMS = {"twilio": b"MessageSid=SM1&MessageStatus=sent", "jotform": b"submissionID=7"}
BODY = json.dumps({"id": "evt_1", "event_id": "e1", "data": {"id": 1}, "lead_id": "7", "webhookTimestamp": 1}).encode()


def secret_of(name: str) -> str:
    scheme = SCHEMES[name]
    if scheme.key == "whsec":
        return WHSEC
    return (
        'webhooks:it\'s "secret"'
        if scheme.kind is Kind.BASIC
        else base64.b64encode(b"secret of 24 bytes here!").decode()
    )


def make(name: str, **more: Any) -> tuple[Any, Request]:
    verify: Any = {"scheme": name, "handshake_secret": "T"} if SCHEMES[name].needs_handshake_secret else name
    hook = trigger("webhook", path="a", verify=more.pop("verify", verify), secret=more.pop("secret", "KEY"), **more)
    body = FORMS.get(name, BODY)
    kind = "application/x-www-form-urlencoded" if name in FORMS else "application/json"
    secrets = {"KEY": secret_of(name)}
    made = make_request(hook, secrets=secrets, url=URL, body=body, content_type=kind, delivery_id="test-1", now=NOW)
    return hook, made


def judge(hook: Any, made: Request, secrets: dict[str, str], *, now: float = NOW) -> DeliveryStatus:
    query = made.url.partition("?")[2]
    delivery = Delivery("dlv_1", "a", made.method, made.url, query, made.headers, made.body, now)
    return receive(hook, delivery, secrets=secrets, now=now).status


@pytest.mark.parametrize("name", sorted(set(SCHEMES) - ONLY_THE_SENDER))
def test_it_is_believed(name: str) -> None:
    hook, made = make(name)
    assert judge(hook, made, {"KEY": secret_of(name)}) is DeliveryStatus.ACCEPTED
    assert (made.expires_at is not None) == (SCHEMES[name].stamp is not None)
    if made.expires_at:
        assert judge(hook, made, {"KEY": secret_of(name)}, now=made.expires_at - 1) is DeliveryStatus.ACCEPTED


@pytest.mark.parametrize("name", sorted(ONLY_THE_SENDER))
def test_where_only_the_sender_can_sign_it_says_so(name: str) -> None:
    with pytest.raises(HubError, match=r"does not sign in a header|a key that only the sender has"):
        make(name)


def test_a_secret_that_is_not_set_is_named() -> None:
    hook = trigger("webhook", path="a", verify="github", secret="MISSING")
    with pytest.raises(HubError) as problem:
        make_request(hook, secrets={}, url=URL, body=b"", content_type="", delivery_id="1", now=NOW)
    assert problem.value.hint == "Set HUB_SECRET_MISSING."


@pytest.mark.parametrize("name", sorted(set(SCHEMES) - ONLY_THE_SENDER - {"none"}))
def test_no_command_shows_the_secret(name: str) -> None:
    _, made = make(name)
    text, secret = write_curl(made), secret_of(name)
    assert secret not in text
    assert base64.b64encode(secret.encode()).decode() not in text
    assert ("$KEY" in text) == (SCHEMES[name].kind in (Kind.TOKEN, Kind.BASIC))


@pytest.mark.parametrize(
    "verify",
    [
        "token",
        "basic",
        "google_ads",
        "jotform",
        "standard",
        {"scheme": "token", "query": "k"},
        {"scheme": "token", "header": "X-Key"},
    ],
)
def test_a_shell_sends_exactly_the_same(verify: Any, tmp_path: Any) -> None:
    name = verify if isinstance(verify, str) else verify["scheme"]
    _, made = make(name, verify=verify)
    script = write_curl(made).replace("curl", 'printf "%s\\0"', 1)
    environment = {"KEY": secret_of(name), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True, env=environment, timeout=10)
    words = done.stdout.decode().split("\0")
    assert made.url in words
    if made.body:
        assert made.body.decode() in words
    for header, value in made.headers:
        if value.startswith("Basic "):
            assert ["-u", secret_of(name)] == words[words.index("-u") : words.index("-u") + 2]
        else:
            assert f"{header}: {value}" in words


def test_a_quote_in_the_body_ends_nothing() -> None:
    hook = trigger("webhook", path="a", verify="none", secret=None)
    body = b"it's '; rm -rf $HOME `id` \\"
    made = make_request(hook, secrets={}, url=URL, body=body, content_type="text/plain", delivery_id="1", now=NOW)
    done = subprocess.run(
        ["sh", "-c", write_curl(made).replace("curl", 'printf "%s\\0"', 1)], capture_output=True, check=True, timeout=10
    )
    assert body.decode() in done.stdout.decode().split("\0")

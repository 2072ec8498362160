"""Wrong options of a webhook are explained before anybody sends to it."""

from __future__ import annotations

from typing import Any

import pytest

from hub.signing import SCHEMES
from tests.triggers.samples import findings, trigger

GOOD: dict[str, Any] = {"path": "leads/website", "verify": "github", "secret": "GITHUB_SECRET"}


@pytest.mark.parametrize(
    ("options", "option", "says"),
    [
        ({"path": ""}, "path", "has no path"),
        ({"path": "/leads"}, "path", "Write `path: leads`"),
        ({"path": "leads/"}, "path", "Write `path: leads`"),
        ({"path": "leads//web"}, "path", "Write `path: leads/web`"),
        ({"path": "Leads"}, "path", "Write `path: leads`"),
        ({"path": "my leads?x=1"}, "path", "Write `path: my-leads-x-1`"),
        ({"path": "../admin"}, "path", "Write `path: admin`"),
        ({"path": "führung"}, "path", "small letters"),
        ({"path": "leads\n"}, "path", "small letters"),
        ({"path": "x" * 201}, "path", "small letters"),
        ({"verify": None}, "verify", "`verify: none` lets anybody start this recipe"),
        ({"verify": ""}, "verify", "how the sender signs"),
        ({"verify": "gitub"}, "verify", "Did you mean github?"),
        ({"verify": {"scheme": "hmac", "algorithm": "md5"}}, "verify", "algorithm cannot be 'md5'"),
        (
            {"secret": None},
            "secret",
            "GitHub needs a secret, and none is named. The Secret that you typed at the webhook.",
        ),
        ({"secret": []}, "secret", "Keep it as HUB_SECRET_GITHUB_SECRET and write `secret: GITHUB_SECRET`"),
        ({"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, "secret", "never the secret itself"),
        ({"secret": "s3cr3t!"}, "secret", "never the secret itself"),
        ({"secret": ["GOOD", "not good"]}, "secret", "never the secret itself"),
        ({"secret": "{{ secrets.LEADS }}"}, "secret", "`secret: LEADS`"),
        ({"verify": "none"}, "secret", "With `verify: none` the secret is not used"),
        ({"verify": "meta"}, "verify", "{scheme: meta, handshake_secret: META_SECRET_HANDSHAKE}"),
        ({"verify": {"scheme": "meta", "handshake_secret": "a b"}}, "handshake_secret", "never the secret itself"),
        ({"tolerance": 300.0}, "tolerance", "GitHub sends no time stamp"),
        ({"verify": "stripe", "tolerance": 0.0}, "tolerance", "above nothing"),
        ({"verify": "stripe", "tolerance": 90_000.0}, "tolerance", "at most a day"),
        ({"methods": ["FETCH"]}, "methods", "GET, POST, PUT, PATCH, DELETE"),
        ({"methods": ["post"]}, "methods", "methods cannot hold 'post'"),
        ({"content_types": ["yaml"]}, "content_types", "json, form, multipart, text"),
        ({"respond": {"code": 200}}, "respond", "knows no key 'code'"),
        ({"respond": {"status": 302}}, "respond", "200 to 299"),
        ({"respond": {"status": "200"}}, "respond", "200 to 299"),
        ({"respond": {"status": True}}, "respond", "200 to 299"),
        ({"respond": {"body": 5}}, "respond", "a text, an object or a list"),
    ],
)
def test_a_wrong_option_is_explained(options: dict[str, Any], option: str, says: str) -> None:
    found = findings(trigger("webhook", **{**GOOD, **options}))
    assert list(found) == [option]
    assert says in found[option]


def test_a_secret_in_the_wrong_place_is_not_repeated() -> None:
    found = findings(trigger("webhook", **{**GOOD, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}))
    assert "MfKQ9r8" not in str(found)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"path": "a"},
        {"path": "a-b_c/1/2"},
        {"verify": "none", "secret": None},
        {"verify": {"scheme": "hmac", "header": "X-Sig", "content": "{timestamp}.{body}", "timestamp": "X-Time"}},
        {"verify": {"scheme": "meta", "handshake_secret": "META_TOKEN"}},
        {"verify": "stripe", "tolerance": 600.0, "secret": ["NEW_ONE", "OLD_ONE"]},
        {"methods": ["GET", "POST"], "content_types": ["json"], "respond": {"status": 200, "body": {"ok": True}}},
    ],
)
def test_right_options_pass(options: dict[str, Any]) -> None:
    assert findings(trigger("webhook", **{**GOOD, **options})) == {}


@pytest.mark.parametrize("name", SCHEMES)
def test_every_scheme_can_be_named_and_asks_for_its_secret(name: str) -> None:
    verify: Any = {"scheme": name, "handshake_secret": "TOKEN"} if SCHEMES[name].needs_handshake_secret else name
    found = findings(trigger("webhook", path="a", verify=verify))
    assert list(found) == ([] if name == "none" else ["secret"])
    secret = None if name == "none" else "S"
    assert findings(trigger("webhook", path="a", verify=verify, secret=secret)) == {}

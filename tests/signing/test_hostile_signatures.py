"""Whatever is sent as a signature: it is judged in words, never believed by accident, and never an accident itself."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import SignatureError
from hub.signing import SCHEMES, verify
from tests.signing.deliveries import NOW, delivery

BODY = b'{"a": 1}'
SECRET = "correct horse battery staple"
S = str(int(NOW))
HEX = hmac.new(SECRET.encode(), BODY, "sha256").hexdigest()
B64 = base64.b64encode(bytes.fromhex(HEX)).decode()


def refuse(scheme: str, headers: object, body: bytes = BODY) -> str:
    with pytest.raises(SignatureError) as caught:
        verify(SCHEMES[scheme], delivery(body, headers), secrets=[SECRET], now=NOW)  # type: ignore[arg-type]
    assert HEX not in str(caught.value.as_dict())
    return caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "sha256=",
        HEX,
        f"sha1={HEX}",
        f"sha256:{HEX}",
        f"sha256 ={HEX}",
        f"sha256= {HEX}",
        f"sha256={HEX[:-1]}",
        f"sha256={HEX[:-2]}",
        f"sha256={HEX}00",
        f"sha256={HEX}{HEX}",
        f"sha256={HEX[:32]} {HEX[32:]}",
        f"sha256=0x{HEX}",
        f"sha256={B64}",
        f"sha256={HEX}, sha256={HEX}",
        f"sha256={HEX};",
        f'sha256="{HEX}"',
        f"sha256={'０' * 64}",
        f"sha256={'0' * 64}",
        f"sha256={'g' * 64}",
        f"sha256={HEX[:-1]}\x00",
        "sha256=" + "a" * 100_000,
        f"sha256={hashlib.sha256(BODY).hexdigest()}",
        "ä",
        "sha256=ä",
        "\ud800",
    ],
)
def test_github_believes_only_its_own_spelling(text: str) -> None:
    refuse("github", {"X-Hub-Signature-256": text})


@pytest.mark.parametrize("text", [f"sha256={HEX}", f"sha256={HEX.upper()}", f"SHA256={HEX}"])
def test_hexadecimal_has_no_case(text: str) -> None:
    sent = delivery(BODY, {"x-hub-SIGNATURE-256": text})
    assert verify(SCHEMES["github"], sent, secrets=[SECRET], now=NOW).secret_index == 0


@pytest.mark.parametrize(
    "text",
    [
        B64.rstrip("="),
        B64 + "=",
        B64 + "\n",
        B64.replace("=", ""),
        B64[:-2] + chr(ord(B64[-2]) + 1) + "=",
        B64[:10] + "\n" + B64[10:],
        B64[:10] + "!" + B64[10:],
        B64.replace("+", "-").replace("/", "_") if set("+/") & set(B64) else B64 + "-",
        HEX,
        f"{B64},{B64}",
        "====",
        "AAAA",
    ],
)
def test_base64_has_one_spelling(text: str) -> None:
    headers = {"X-Shopify-Hmac-Sha256": text}
    if text.strip() == B64:  # the edges of a header are not part of it
        assert verify(SCHEMES["shopify"], delivery(BODY, headers), secrets=[SECRET], now=NOW).secret_index == 0
    else:
        refuse("shopify", headers)


STRIPE = hmac.new(SECRET.encode(), f"{S}.".encode() + BODY, "sha256").hexdigest()


@pytest.mark.parametrize(
    "text",
    [
        f"v1={STRIPE}",
        f"t={S}",
        f"t={S},v0={STRIPE}",
        f"t={S},v2={STRIPE}",
        f"t={S},V1={STRIPE}",
        f"t={S};v1={STRIPE}",
        f"t={S} v1={STRIPE}",
        f"t={S},v1:{STRIPE}",
        f"t={S},v1 ={STRIPE}",
        f"t={S},t={S},v1={STRIPE}",
        f"t=1,v1={STRIPE},t={S}",
        f"t={S}.,v1={STRIPE}",
        f"t={int(S) + 1},v1={STRIPE}",
        f"T={S},v1={STRIPE}",
        ",,,,",
        "=",
        "t==,v1==",
        "t" * 10_000,
        ",".join([f"t={S}", *["v1=00"] * 20, f"v1={STRIPE}"]),
    ],
)
def test_stripe_believes_only_its_own_spelling(text: str) -> None:
    refuse("stripe", {"Stripe-Signature": text})


def test_at_most_twenty_signatures_are_looked_at() -> None:
    entries = [f"t={S}", *["v1=00"] * 19, f"v1={STRIPE}"]
    sent = delivery(BODY, {"Stripe-Signature": ",".join(entries)})
    assert verify(SCHEMES["stripe"], sent, secrets=[SECRET], now=NOW).secret_index == 0
    numbered = {f"X-DocuSign-Signature-{number}": B64 for number in range(21, 40)}
    junk = {f"X-DocuSign-Signature-{number}": "AAAA" for number in range(1, 21)}
    assert "does not match" in refuse("docusign", {**junk, **numbered})
    assert verify(SCHEMES["docusign"], delivery(BODY, numbered), secrets=[SECRET], now=NOW).secret_index == 0


def test_a_header_that_came_twice_is_not_chosen_from() -> None:
    good, bad = ("X-Hub-Signature-256", f"sha256={HEX}"), ("x-hub-signature-256", f"sha256={'0' * 64}")
    for pair in ([good, bad], [bad, good], [good, good]):
        assert "came 2 times" in refuse("github", pair)


def test_the_id_cannot_be_moved_into_the_body() -> None:
    """An old delivery whose body begins like a time stamp, cut in another place, is not a fresh one."""
    secret = "whsec_" + base64.b64encode(SECRET.encode()).decode()
    old = f"a.1500000000.{S}.1".encode()
    signature = base64.b64encode(hmac.new(SECRET.encode(), old, "sha256").digest()).decode()
    headers = {"Webhook-Id": "a.1500000000", "Webhook-Timestamp": S, "Webhook-Signature": f"v1,{signature}"}
    with pytest.raises(SignatureError, match="which it may not"):
        verify(SCHEMES["standard"], delivery(b"1", headers), secrets=[secret], now=NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": SECRET},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer  {SECRET}"},
        {"Authorization": f"Bearer {SECRET} x"},
        {"Authorization": f"Bearer {SECRET[:-1]}"},
        {"Authorization": f"Token {SECRET}"},
        {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()},
        {"X-Token": SECRET},
    ],
)
def test_a_token_is_all_or_nothing(headers: dict[str, str]) -> None:
    refuse("token", headers)


@pytest.mark.parametrize(
    "pair", ["webhooks", "webhooks:", ":correct horse", "webhooks:correct", "Webhooks:correct horse"]
)
def test_name_and_password_must_both_fit(pair: str) -> None:
    sent = delivery(BODY, {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()})
    with pytest.raises(SignatureError, match="name and password"):
        verify(SCHEMES["basic"], sent, secrets=["webhooks:correct horse"], now=NOW)


def test_a_token_in_the_address_counts_only_once() -> None:
    for query in ("token=a&token=b", f"token={SECRET}&token={SECRET}", "", "token", "Token=x", "token=%ff"):
        with pytest.raises(SignatureError):
            verify(SCHEMES["jotform"], delivery(BODY, query=query), secrets=[SECRET], now=NOW)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'{"google_key": null}', b'{"google_key": ["x"]}', b'{"google_key": true}', b"{", b"\xff"],
)
def test_a_secret_in_the_body_must_be_there(body: bytes) -> None:
    refuse("google_ads", {}, body)


@given(
    name=st.sampled_from(sorted(set(SCHEMES) - {"none"})),
    headers=st.lists(st.tuples(st.sampled_from(["x-signature", "authorization", "webhook-id"]), st.text()), max_size=5),
    body=st.binary(max_size=200),
    query=st.text(max_size=50),
    url=st.text(max_size=50),
)
def test_nothing_but_a_signature_error_ever_leaves(
    name: str, headers: list[tuple[str, str]], body: bytes, query: str, url: str
) -> None:
    sent = delivery(body, headers, query=query, url=url)
    with pytest.raises(SignatureError):
        verify(SCHEMES[name], sent, secrets=[SECRET], now=NOW)


@pytest.mark.parametrize("body", [b"&", b"&&&&", b"a=%ff"])
def test_an_address_that_twilio_signed_does_not_carry_another_body(body: bytes) -> None:
    sent = delivery(b"", method="GET")
    signature = base64.b64encode(hmac.new(SECRET.encode(), sent.url.encode(), "sha1").digest()).decode()
    headers = {"X-Twilio-Signature": signature}
    assert verify(SCHEMES["twilio"], delivery(b"", headers), secrets=[SECRET], now=NOW).secret_index == 0
    refuse("twilio", headers, body)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"signature": {"signature": ' + b"9" * 5_000 + b"}}"]
)
def test_a_bomb_in_the_body_is_only_a_wrong_signature(body: bytes) -> None:
    for name in ("mailgun", "linear", "slack", "google_ads", "hubspot"):
        refuse(name, {}, body)

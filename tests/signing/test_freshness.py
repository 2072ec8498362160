"""A signed time stamp is believed while it is fresh: not too old, and not ahead of our clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.errors import SignatureError
from hub.signing import SCHEMES, Scheme, Stamp, sign, verify
from tests.signing.deliveries import NOW, delivery

SECRET = "correct horse battery staple"
STRIPE = SCHEMES["stripe"]


def seen_after(seconds: float, *, tolerance: float | None = None, scheme: Scheme = STRIPE) -> float | None:
    headers = sign(scheme, secret=SECRET, body=b"{}", now=NOW)
    sent = delivery(b"{}", headers)
    return verify(scheme, sent, secrets=[SECRET], tolerance=tolerance, now=NOW + seconds).signed_at


@pytest.mark.parametrize("seconds", [0, 1, 299, 300, -1, -299, -300])
def test_a_fresh_one_is_believed(seconds: float) -> None:
    assert seen_after(seconds) == NOW


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (301, "The time stamp is 5 minutes old; at most 5 minutes is allowed."),
        (720, "12 minutes old"),
        (3_600, "1 hour old"),
        (200_000, "2 days old"),
        (-301, "5 minutes in the future"),
        (-86_400, "1 day in the future"),
    ],
)
def test_a_stale_or_future_one_is_not(seconds: float, says: str) -> None:
    with pytest.raises(SignatureError) as caught:
        seen_after(seconds)
    assert says in caught.value.message


def test_the_sender_decides_how_long_unless_the_recipe_does() -> None:
    twitch = replace(SCHEMES["twitch"], contents=("{timestamp}{body}",))
    assert seen_after(590, scheme=twitch) == NOW
    with pytest.raises(SignatureError, match="3 minutes old; at most 3 minutes"):
        seen_after(181, scheme=SCHEMES["calendly"])
    assert seen_after(3_000, tolerance=3_600.0) == NOW
    with pytest.raises(SignatureError, match="30 seconds old; at most 20 seconds"):
        seen_after(30, tolerance=20.0)


def test_a_long_tolerance_does_not_believe_the_future() -> None:
    with pytest.raises(SignatureError, match="in the future"):
        seen_after(-400, tolerance=86_400.0)


def test_a_short_tolerance_counts_both_ways() -> None:
    with pytest.raises(SignatureError, match="in the future"):
        seen_after(-30, tolerance=20.0)


def test_a_wrong_signature_is_told_before_a_wrong_time() -> None:
    sent = delivery(b"{}", sign(STRIPE, secret="another", body=b"{}", now=NOW))
    with pytest.raises(SignatureError, match="does not match"):
        verify(STRIPE, sent, secrets=[SECRET], now=NOW + 100_000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-1790000000",
        "+1790000000",
        "1790000000.0",
        "1.79e9",
        "0x6ab13b80",
        "1_790_000_000",
        "NaN",
        "inf",
        "１７９００００００００",
        "17900000000000000",
        "1790000000\x00",
        "2026-09-21T14:13:20Z",
        "now",
    ],
)
def test_odd_seconds_are_refused(text: str) -> None:
    scheme = replace(STRIPE, contents=("{body}",))
    headers = sign(replace(scheme, stamp=None), secret=SECRET, body=b"{}", now=NOW)
    sent = delivery(b"{}", {"Stripe-Signature": f"t={text},{headers['Stripe-Signature']}"})
    with pytest.raises(SignatureError):
        verify(scheme, sent, secrets=[SECRET], now=NOW)


@pytest.mark.parametrize(
    ("unit", "text", "fresh"),
    [
        ("s", "1790000000", True),
        ("s", "1790000000000", False),
        ("ms", "1790000000000", True),
        ("ms", "1790000000", False),
        ("auto", "1790000000", True),
        ("auto", "1790000000000", True),
        ("iso", "2026-09-21T14:13:20Z", True),
        ("iso", "2026-09-21t14:13:20.5z", True),
        ("iso", "2026-09-21T16:13:20+02:00", True),
        ("iso", "2026-09-21T14:13:20.123456789Z", True),
        ("iso", "2026-09-21T14:13:20", False),
        ("iso", "2026-09-21", False),
        ("iso", "2026-13-21T14:13:20Z", False),
        ("iso", "2026-09-21T14:13:20Z ; x", False),
        ("iso", "1790000000", False),
    ],
)
def test_each_unit_reads_its_own_time_stamps(unit: str, text: str, fresh: bool) -> None:
    scheme = replace(SCHEMES["zoom"], stamp=Stamp("header:x-zm-request-timestamp", unit=unit), contents=("{body}",))
    headers = sign(replace(scheme, stamp=None), secret=SECRET, body=b"{}", now=NOW)
    sent = delivery(b"{}", {**headers, "X-Zm-Request-Timestamp": text})
    if fresh:
        assert verify(scheme, sent, secrets=[SECRET], now=NOW).signed_at == pytest.approx(NOW, abs=1)
    else:
        with pytest.raises(SignatureError):
            verify(scheme, sent, secrets=[SECRET], now=NOW)

"""Whom the hub believes about where a request came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hub.services import Services
from hub.web import create_app
from hub.web.application import is_behind_proxy

FORWARDED = {
    "X-Forwarded-For": "198.51.100.4, 203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "hub.example.com",
}


def remote_seen(services: Services, secure: bool) -> str:
    answer = create_app(services).test_client().get("/login", headers=FORWARDED)
    assert ("Strict-Transport-Security" in answer.headers) is secure
    create_app(services).test_client().post("/hooks/nobody", headers=FORWARDED)
    return services.views.deliveries().items[0].remote


def test_with_a_public_address_the_last_proxy_is_believed(make_services: Callable[..., Services]) -> None:
    assert remote_seen(make_services(HUB_PUBLIC_URL="https://hub.example.com"), secure=True) == "203.0.113.9"


def test_without_one_nobody_is(make_services: Callable[..., Services]) -> None:
    assert remote_seen(make_services(), secure=False) == "127.0.0.1"


@pytest.mark.parametrize(
    ("public_url", "platform", "behind"),
    [
        ("", "", False),
        ("", "Heroku", True),
        ("http://127.0.0.1:8000", "", False),
        ("http://localhost:8000", "", False),
        ("http://[::1]:8000", "", False),
        ("https://hub.example.com", "", True),
        ("http://10.0.0.5", "", True),
    ],
)
def test_where_a_proxy_is_expected(services: Services, public_url: str, platform: str, behind: bool) -> None:
    assert is_behind_proxy(replace(services.settings, public_url=public_url, platform=platform)) is behind

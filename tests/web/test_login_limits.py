"""Guessing passwords: slowed down by address and by account, without locking the office out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hub.services import Services
from hub.web.attempts import MOST_NAMES, PER_ACCOUNT, PER_ADDRESS, WINDOW, Attempts
from tests.web.conftest import Time, make_user
from tests.web.visitor import PASSWORD, Visitor

ANA = "ana@example.com"


@pytest.fixture
def from_address(app: Flask, services: Services) -> Callable[[str], Visitor]:
    """A browser at an address; Ana has a login."""
    make_user(services, ANA, "viewer")

    def at(address: str) -> Visitor:
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return Visitor(client)

    return at


def test_too_many_attempts_from_one_address_must_wait(from_address: Callable[[str], Visitor], clock: Time) -> None:
    guesser = from_address("203.0.113.7")
    for number in range(PER_ADDRESS):
        assert guesser.log_in(f"user{number}@example.com", "guess").status_code == 403
    answer = guesser.log_in(ANA, PASSWORD)
    assert answer.status_code == 429
    assert "Please wait 15 minutes" in answer.text
    assert answer.headers["Retry-After"] == "900"
    assert from_address("203.0.113.8").log_in(ANA).status_code == 303
    clock.now += WINDOW + 1
    assert guesser.log_in(ANA).status_code == 303


def test_the_right_password_clears_the_count(from_address: Callable[[str], Visitor]) -> None:
    ana = from_address("203.0.113.7")
    for _ in range(3):
        for _ in range(PER_ADDRESS - 1):
            assert ana.log_in(ANA, "typo").status_code == 403
        assert ana.log_in(ANA).status_code == 303
        ana.send("/logout")


def test_a_refused_attempt_is_not_even_looked_at(from_address: Callable[[str], Visitor], services: Services) -> None:
    guesser = from_address("203.0.113.7")
    for _ in range(PER_ADDRESS + 30):
        guesser.log_in(ANA, "guess")
    refused = [row for row in services.views.audit_log(limit=200).items if row.what == "login.refused"]
    assert len(refused) == PER_ADDRESS


def test_one_account_is_guarded_against_many_addresses(clock: Time) -> None:
    attempts = Attempts(clock)
    for number in range(PER_ACCOUNT):
        assert attempts.admit(f"203.0.{number}.1", "Ana@Example.com") == 0
    assert attempts.admit("198.51.100.1", ANA) == pytest.approx(WINDOW)
    assert attempts.admit("198.51.100.1", "bob@example.com") == 0


def test_the_neighbours_of_an_ipv6_address_count_with_it(clock: Time) -> None:
    attempts = Attempts(clock)
    for number in range(PER_ADDRESS):
        assert attempts.admit(f"2001:db8::{number:x}", f"user{number}") == 0
    assert attempts.admit("2001:db8::ffff:1", "another") > 0
    assert attempts.admit("2001:db8:0:1::1", "another") == 0


def test_the_wait_is_until_the_oldest_attempt_is_forgotten(clock: Time) -> None:
    attempts = Attempts(clock)
    for _ in range(PER_ADDRESS):
        attempts.admit("203.0.113.7", "a")
        clock.now += 10
    assert attempts.admit("203.0.113.7", "b") == pytest.approx(WINDOW - 10 * PER_ADDRESS)
    clock.now += WINDOW - 10 * PER_ADDRESS + 1
    assert attempts.admit("203.0.113.7", "b") == 0
    assert attempts.admit("203.0.113.7", "b") > 0


def test_counting_takes_bounded_memory(clock: Time) -> None:
    attempts = Attempts(clock)
    for number in range(MOST_NAMES + 500):
        attempts.admit(f"unix-{number}", f"user{number}")
    assert len(attempts._times) <= MOST_NAMES + 2

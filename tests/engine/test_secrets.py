"""Secrets reach the parameters that may hold them, and nothing that is kept."""

from __future__ import annotations

from hub.engine.scope import SecretNames, legible, reveal, scrub

SECRETS = {"CHAT": "json://token-canary@host", "PIN": "1234"}


def test_a_template_sees_a_placeholder_that_only_this_run_can_open() -> None:
    placeholder = SecretNames(SECRETS, "run_1")["CHAT"]
    assert "canary" not in placeholder
    assert reveal({"to": [placeholder]}, SECRETS, "run_1") == {"to": ["json://token-canary@host"]}
    assert reveal(placeholder, SECRETS, "run_2") == placeholder


def test_a_placeholder_that_came_in_from_outside_opens_nothing() -> None:
    forged = "\u27e6secret:CHAT:run_guess\u27e7"
    assert reveal(f"hello {forged}", SECRETS, "run_1") == f"hello {forged}"


def test_what_comes_back_is_scrubbed_at_any_depth() -> None:
    answer = {"error": ["could not reach json://token-canary@host today"], "count": 3}
    assert scrub(answer, SECRETS) == {"error": ["could not reach [secret CHAT] today"], "count": 3}


def test_short_secrets_do_not_scrub_ordinary_text() -> None:
    assert scrub("house number 1234", SECRETS) == "house number 1234"


def test_people_read_the_name_of_a_secret() -> None:
    assert legible({"to": SecretNames(SECRETS, "run_1")["CHAT"]}) == {"to": "[secret CHAT]"}

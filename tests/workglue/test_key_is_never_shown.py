"""The API key is in no message, no detail, no log line and no representation, whatever goes wrong."""

from __future__ import annotations

import logging
import traceback

import pytest

from hub.errors import HubError, SettingError
from hub.workglue.profile import read_profile
from tests.workglue.callers import KEY, ServeFaulty, client_of
from tests.workglue.faulty import Talk


def echo(status: int) -> object:
    """A server that repeats the key wherever it can."""

    def behave(talk: Talk) -> None:
        given = talk.request.headers["authorization"]
        error = {"code": given, "message": f"{given} is not it", "fields": {given: given, "name": [given]}}
        talk.answer(status, {"error": error}, {"Retry-After": given, "X-Echo": given, "Location": f"/?key={given}"})

    return behave


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500])
def test_an_api_that_repeats_the_key_does_not_give_it_away(
    faulty: ServeFaulty, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = client_of(faulty(echo(status)).url)  # type: ignore[arg-type]
    for call in (
        lambda: client.get("jobs", "job_1"),
        lambda: list(client.pages("jobs", filters={"name": "Miller"})),
        lambda: client.update("jobs", "job_1", {"name": "x"}),
    ):
        with pytest.raises(HubError) as caught:
            call()
        assert KEY not in str(caught.value.as_dict())
        assert KEY not in "".join(traceback.format_exception(caught.value))
    assert KEY not in caplog.text
    assert "Miller" not in caplog.text
    assert KEY not in f"{client!r} {client}"


def test_a_key_that_cannot_be_sent_is_not_shown_either() -> None:
    for key in (f"{KEY}\r\nX-Evil: 1", f"{KEY}é", ""):
        with pytest.raises(SettingError, match="WORKGLUE_API_KEY") as caught:
            client_of("http://127.0.0.1", key=key)
        assert KEY not in "".join(traceback.format_exception(caught.value))


def test_the_key_goes_where_the_profile_says(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(200, {"id": "job_1"}))
    profile = read_profile('auth:\n  header: X-Api-Key\n  prefix: ""\n')
    client_of(server.url, profile=profile, key=f" {KEY}\n").get("jobs", "job_1")
    assert server.requests[0].headers["x-api-key"] == KEY
    assert "authorization" not in server.requests[0].headers

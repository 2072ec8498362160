"""My Account without a script: the life of both kinds of key, in forms."""

from __future__ import annotations

import re

import pytest
import requests

from tests.sandbox.caller import Caller, Serve


class Visitor:
    """A browser that fills in forms."""

    def __init__(self, caller: Caller) -> None:
        self.root = caller.server.root
        self.session = requests.Session()

    def open(self, path: str) -> str:
        answer = self.session.get(self.root + path, timeout=10)
        assert answer.status_code == 200, answer.text
        self.token = next(iter(re.findall(r'name="token" value="([^"]+)"', answer.text)), "")
        return answer.text

    def send(self, path: str, **fields: str) -> requests.Response:
        return self.session.post(self.root + path, data={"token": self.token, **fields}, timeout=10)


@pytest.fixture
def office(serve: Serve) -> tuple[Caller, Visitor]:
    caller = serve()
    with caller.server.database.writing() as connection:
        connection.execute("DELETE FROM api_keys")
    return caller, Visitor(caller)


def status(caller: Caller, key: str) -> int:
    return caller.call("GET", "/jobs", headers={"Authorization": f"Bearer {key}"}).status_code


def shown_key(text: str) -> str:
    return str(re.findall(r"wg[au]_[\w-]+", text)[0])


def test_the_life_of_the_account_key(office: tuple[Caller, Visitor]) -> None:
    caller, visitor = office
    assert "No Workglue Account API Key has been created yet." in visitor.open("/account/")
    created = visitor.send("/account/integrations/create").text
    assert "wga_" not in created
    assert "Never" in created
    visitor.open("/account/integrations")
    key = shown_key(visitor.send("/account/integrations/reveal").text)
    assert visitor.send("/account/integrations/key").json() == {"key": key}
    assert status(caller, key) == 200
    assert "Never" not in visitor.open("/account/integrations")
    question = visitor.open("/account/integrations/reset")
    for consumer in ("PaintScout", "System-level Zapier", "Custom integrations"):
        assert consumer in question
    assert status(caller, key) == 200
    visitor.send("/account/integrations/reset")
    assert status(caller, key) == 401
    visitor.open("/account/integrations")
    second = shown_key(visitor.send("/account/integrations/reveal").text)
    assert (status(caller, second), second != key) == (200, True)
    visitor.open("/account/integrations/revoke")
    ended = visitor.send("/account/integrations/revoke").text
    assert "No Workglue Account API Key has been created yet." in ended
    assert status(caller, second) == 401


def test_creating_twice_keeps_the_first(office: tuple[Caller, Visitor]) -> None:
    _, visitor = office
    visitor.open("/account/integrations")
    visitor.send("/account/integrations/create")
    first = visitor.send("/account/integrations/key").json()
    visitor.send("/account/integrations/create")
    assert visitor.send("/account/integrations/key").json() == first


def test_there_is_nothing_to_reset_without_a_key(office: tuple[Caller, Visitor]) -> None:
    _, visitor = office
    assert "No Workglue Account API Key has been created yet." in visitor.open("/account/integrations/reset")
    visitor.open("/account/integrations")
    visitor.send("/account/integrations/reset")
    assert visitor.send("/account/integrations/key").json() == {"key": None}


def test_the_life_of_a_personal_key(office: tuple[Caller, Visitor]) -> None:
    caller, visitor = office
    assert "Ana Ruiz" in visitor.open("/account/profile?user=emp_5")
    visitor.send("/account/profile/create", user="emp_5")
    key = shown_key(visitor.send("/account/profile/reveal", user="emp_5").text)
    assert key.startswith("wgu_")
    assert status(caller, key) == 403
    assert "No User Personal API Key" in visitor.open("/account/profile?user=emp_6")
    visitor.send("/account/profile/reset", user="emp_5")
    assert status(caller, key) == 401
    visitor.send("/account/profile/revoke", user="emp_5")
    assert "No User Personal API Key" in visitor.open("/account/profile?user=emp_5")


@pytest.mark.parametrize("user", ["emp_99", "emp_20", "x", ""])
def test_a_profile_that_does_not_exist(office: tuple[Caller, Visitor], user: str) -> None:
    _, visitor = office
    answer = visitor.session.get(f"{visitor.root}/account/profile", params={"user": user}, timeout=10)
    assert (answer.status_code, "There is no such user." in answer.text) == (404, True)


def test_the_log_tells_who_did_what(caller: Caller) -> None:
    visitor = Visitor(caller)
    assert "Nothing has been changed" in visitor.open("/account/activity")
    caller.post("/contacts", {"first_name": "<b>Ann</b>"})
    caller.patch("/jobs/job_1", {"stage_id": "stg_14", "zip": None, "scope_of_work": "y" * 200})
    text = visitor.open("/account/activity")
    assert "&lt;b&gt;Ann&lt;/b&gt;" in text
    assert "Closed - Cancelled by customer" in text
    assert re.search(r"zip: \d{5} → nothing", text)
    assert "y" * 58 not in text


def test_a_key_that_cannot_be_opened_is_explained(office: tuple[Caller, Visitor]) -> None:
    caller, visitor = office
    visitor.open("/account/integrations")
    visitor.send("/account/integrations/create")
    path = caller.server.database.path
    path.with_name(path.name + ".secret").unlink()
    answer = visitor.send("/account/integrations/reveal")
    assert (answer.status_code, "Create or reset the key." in answer.text) == (409, True)
    assert "YOUR-ACCOUNT-API-KEY" in visitor.open("/developer/jobs")

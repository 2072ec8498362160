"""A user's key opens what Zapier uses, and what is done with it is that user's doing."""

from __future__ import annotations

import requests

from sandbox.account.keys import USER, create_key
from sandbox.account.sealing import Seal
from tests.sandbox.caller import Caller


def zap(caller: Caller, key: str, method: str, path: str, body: object = None) -> requests.Response:
    return requests.request(
        method,
        f"{caller.server.root}/zapier/v1{path}",
        json=body,
        headers={"Authorization": f"Bearer {key}"},
        timeout=10,
    )


def test_what_a_user_does_is_attributed_to_that_user(caller: Caller) -> None:
    with caller.server.database.writing() as connection:
        personal = create_key(connection, Seal(caller.server.database.path), now=0, kind=USER, employee=5)
    made = zap(caller, personal, "POST", "/jobs", {"name": "Fence"})
    assert made.status_code == 201
    assert made.headers["Location"] == f"/zapier/v1/jobs/{made.json()['id']}"
    zap(caller, caller.server.key, "PATCH", "/jobs/job_1", {"city": "Golden"})
    assert [row["actor"] for row in caller.journal()] == ["Ana Ruiz", "Account"]


def test_it_needs_a_key_too(caller: Caller) -> None:
    assert zap(caller, "wgu_nonsense", "GET", "/jobs").status_code == 401

"""Who gets in: the account's key, as long as it works, and nobody else."""

from __future__ import annotations

import stat
import time

import pytest

from sandbox.account.keys import ACCOUNT, USER, create_key, end_key, read_key
from sandbox.account.sealing import Seal
from sandbox.problems import UsageError
from tests.sandbox.caller import Caller, Serve


def error(answer: object) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]  # type: ignore[attr-defined]


def end(caller: Caller, by: str) -> None:
    with caller.server.database.writing() as connection:
        assert end_key(connection, now=time.time(), by=by)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "key_missing"),
        ("Bearer", "key_missing"),
        ("Bearer ", "key_missing"),
        ("Basic abc", "key_missing"),
        ("Bearer nonsense", "key_unknown"),
        ("Bearer wga_nonsense", "key_unknown"),
        ("Bearer \xff\xfe", "key_unknown"),
    ],
)
def test_without_a_key_that_works_nobody_gets_in(visitor: Caller, header: str, code: str) -> None:
    for path in ("/jobs", "/jobs/job_1", "/nowhere"):
        assert error(visitor.call("GET", path, headers={"Authorization": header.encode("latin-1")})) == (401, code)


def test_the_word_bearer_may_be_written_in_any_case(visitor: Caller) -> None:
    assert visitor.call("GET", "/jobs", headers={"Authorization": f"bearer {visitor.server.key}"}).status_code == 200


@pytest.mark.parametrize(("by", "code"), [("reset", "key_reset"), ("revoke", "key_revoked")])
def test_a_key_that_was_ended_is_refused_at_once_by_every_process(serve: Serve, by: str, code: str) -> None:
    caller, neighbour = serve(), serve()
    assert neighbour.get("/jobs").status_code == 200
    end(caller, by)
    assert error(neighbour.get("/jobs")) == (401, code)
    assert neighbour.server.key != caller.session.headers["Authorization"].split()[1]
    assert Caller.get(caller, "/jobs").status_code == 401


def test_a_users_personal_key_is_of_the_wrong_kind(caller: Caller) -> None:
    with caller.server.database.writing() as connection:
        personal = create_key(connection, Seal(caller.server.database.path), now=0, kind=USER, employee=5)
    answer = caller.call("GET", "/jobs", headers={"Authorization": f"Bearer {personal}"})
    assert error(answer) == (403, "wrong_kind_of_key")
    assert "Account API Key" in answer.json()["error"]["message"]


def test_last_used_moves_when_a_request_authenticates(caller: Caller) -> None:
    with caller.server.database.reading() as connection:
        fresh = read_key(connection)
    caller.get("/nowhere")
    with caller.server.database.reading() as connection:
        used = read_key(connection)
    assert fresh and used
    assert (fresh.last_used_at, used.created_at) == (None, fresh.created_at)
    assert used.last_used_at and used.last_used_at >= used.created_at


def test_a_key_is_stored_as_a_hash_beside_a_sealed_copy(caller: Caller) -> None:
    path = caller.server.database.path
    key = caller.server.key
    for file in path.parent.iterdir():
        assert key.encode() not in file.read_bytes()
    secret = path.with_name(path.name + ".secret")
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    with caller.server.database.reading() as connection:
        stored = read_key(connection, ACCOUNT)
    assert stored and Seal(path).open(stored.sealed) == key
    secret.unlink()
    with pytest.raises(UsageError, match="is not the secret it was sealed with"):
        Seal(path).open(stored.sealed)


def test_a_second_key_is_not_made_beside_the_first(caller: Caller) -> None:
    with (
        pytest.raises(UsageError, match="already is a key"),
        caller.server.database.writing() as connection,
    ):
        create_key(connection, Seal(caller.server.database.path), now=0)

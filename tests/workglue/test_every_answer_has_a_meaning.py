"""Each status of the API becomes the StepError that says what happens next (docs/how-it-works.md)."""

from __future__ import annotations

from typing import Any

import pytest

from hub.errors import Conflict, NotFound, Permanent, RateLimited, StepError, Transient, Unauthorized, Unknown
from hub.workglue.client import Workglue
from hub.workglue.profile import read_profile
from tests.workglue.callers import KEY, ServeFaulty, client_of

ERROR = {"error": {"code": "some_code", "message": "It cannot be done.", "fields": {}}}


def read(client: Workglue) -> Any:
    return client.get("jobs", "job_1")


def read_list(client: Workglue) -> Any:
    return list(client.pages("jobs"))


def write(client: Workglue) -> Any:
    return client.create("jobs", {"name": "Miller", "stage_id": "Good Leed"}, key="run/step")


def change(client: Workglue) -> Any:
    return client.update("jobs", "job_1", {"name": "Miller"})


def remove(client: Workglue) -> Any:
    return client.delete("jobs", "job_1")


def failure(faulty: ServeFaulty, call: Any, status: int, body: Any = None, **headers: str) -> StepError:
    server = faulty(lambda talk: talk.answer(status, ERROR if body is None else body, headers))
    with pytest.raises(StepError) as caught:
        call(client_of(server.url))
    assert len(server.requests) == 1, "nothing is repeated by the client itself"
    return caught.value


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (301, Permanent, Permanent),
        (302, Permanent, Permanent),
        (307, Permanent, Permanent),
        (400, Permanent, Permanent),
        (401, Unauthorized, Unauthorized),
        (402, Permanent, Permanent),
        (403, Permanent, Permanent),
        (405, Permanent, Permanent),
        (408, Transient, Unknown),
        (409, Conflict, Conflict),
        (413, Permanent, Permanent),
        (422, Permanent, Permanent),
        (425, Transient, Transient),
        (429, RateLimited, RateLimited),
        (431, Permanent, Permanent),
        (451, Permanent, Permanent),
        (500, Transient, Unknown),
        (502, Transient, Unknown),
        (503, Transient, Unknown),
        (504, Transient, Unknown),
        (599, Transient, Unknown),
    ],
)
def test_a_status_has_one_meaning_for_reads_and_one_for_writes(
    faulty: ServeFaulty, status: int, reading: type[StepError], writing: type[StepError]
) -> None:
    for call, expected in (
        (read, reading),
        (read_list, reading),
        (write, writing),
        (change, writing),
        (remove, writing),
    ):
        error = failure(faulty, call, status, Location="/elsewhere")
        assert type(error) is expected, call
        assert error.status == status


@pytest.mark.parametrize("status", [404, 410])
def test_a_record_that_is_not_there_is_not_found(faulty: ServeFaulty, status: int) -> None:
    for call in (read, change):
        error = failure(faulty, call, status)
        assert type(error) is NotFound
        assert str(error) == "There is no job with the id job_1 in Workglue."


@pytest.mark.parametrize("status", [404, 410])
def test_deleting_what_is_gone_already_is_no_error(faulty: ServeFaulty, status: int) -> None:
    server = faulty(lambda talk: talk.answer(status, ERROR))
    client_of(server.url).delete("jobs", "job_1")
    assert server.requests[0].method == "DELETE"


@pytest.mark.parametrize("call", [read, read_list, write, change, remove])
def test_a_404_that_is_not_from_the_api_never_reads_as_gone(faulty: ServeFaulty, call: Any) -> None:
    error = failure(faulty, call, 404, b"<html>no such site</html>")
    assert type(error) is Permanent
    assert "WORKGLUE_API_URL" in error.hint


def test_refused_fields_are_named_with_what_was_sent(faulty: ServeFaulty) -> None:
    body = {"error": {"code": "validation_failed", "message": "no", "fields": {"stage_id": "is not known"}}}
    error = failure(faulty, write, 422, body)
    assert str(error) == "Workglue refused the new job: stage_id is not known (Good Leed)"
    assert error.fields == {"stage_id": "is not known"}
    assert "422 validation_failed" in error.detail


def test_several_reasons_for_one_field_are_joined(faulty: ServeFaulty) -> None:
    body = {"error": {"message": "no", "fields": {"name": ["is too long", "is taken"]}}}
    assert str(failure(faulty, write, 400, body)) == "Workglue refused the new job: name is too long; is taken (Miller)"


def test_without_fields_the_message_of_the_api_is_shown(faulty: ServeFaulty) -> None:
    assert str(failure(faulty, change, 403)) == "Workglue refused the change to job job_1: It cannot be done."
    assert str(failure(faulty, remove, 409)) == "Workglue refused the deletion of job job_1: It cannot be done."


@pytest.mark.parametrize(
    "body", [b"", b"no", b"[]", b'"text"', b'{"error": 5}', b'{"error": {"fields": 3}}', b"[" * 9999]
)
def test_an_error_of_any_shape_is_understood(faulty: ServeFaulty, body: bytes) -> None:
    assert str(failure(faulty, write, 400, body)) == "Workglue refused the new job: it answered 400"


def test_an_idempotency_conflict_has_words_of_its_own(faulty: ServeFaulty) -> None:
    body = {"error": {"code": "idempotency_key_reused", "message": "Same key, other body."}}
    error = failure(faulty, write, 409, body)
    assert type(error) is Conflict
    assert "idempotency key with other contents" in str(error)


def test_a_rejected_key_names_the_key_that_was_used(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(401, ERROR))
    with pytest.raises(Unauthorized) as caught:
        read(client_of(server.url, connection="second office", version=7))
    assert (caught.value.connection, caught.value.version) == ("second office", 7)


def test_the_profile_says_which_statuses_mean_a_wrong_key(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(403, ERROR))
    client = client_of(server.url, profile=read_profile("errors:\n  wrong_key_statuses: [401, 403]\n"))
    for call in (read, write):
        with pytest.raises(Unauthorized):
            call(client)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"<html>", b"NaN", b'{"id": "job_1", "name": NaN}', b"\xff\xfe\xff", b"[" * 99999, b"[]", b"{}"]
)
def test_a_good_status_with_an_unusable_body_is_no_result(faulty: ServeFaulty, body: bytes) -> None:
    assert type(failure(faulty, read, 200, body)) is Transient
    assert type(failure(faulty, write, 201, body)) is Unknown
    assert type(failure(faulty, change, 200, body)) is Unknown


def test_a_list_in_another_place_says_which_line_of_the_profile_to_check(faulty: ServeFaulty) -> None:
    error = failure(faulty, read_list, 200, {"items": []})
    assert type(error) is Permanent
    assert "lists.data_key" in error.hint


def test_an_unknown_result_says_so_in_plain_words(faulty: ServeFaulty) -> None:
    assert str(failure(faulty, write, 503)) == (
        "The new job was sent to Workglue, but it answered with a fault of its own (503), so it may have happened."
    )


@pytest.mark.parametrize("record_id", ["", "  ", ".", ".."])
def test_a_missing_id_never_reaches_the_address_of_the_list(faulty: ServeFaulty, record_id: str) -> None:
    server = faulty(lambda talk: talk.answer(204))
    client = client_of(server.url)
    for call in (lambda: client.delete("jobs", record_id), lambda: client.get("jobs", record_id)):
        with pytest.raises(Permanent, match="Which job is meant is not said"):
            call()
    assert server.requests == []


def test_an_id_cannot_leave_its_place_in_the_address(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(404, ERROR))
    with pytest.raises(NotFound):
        client_of(f"{server.url}/api").get("jobs", "../employees/emp_1?x=1#y")
    assert server.requests[0].target == "/api/jobs/..%2Femployees%2Femp_1%3Fx%3D1%23y"


def test_what_the_api_does_not_offer_is_refused_before_anything_is_sent(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(200, {}))
    client = client_of(server.url)
    with pytest.raises(Permanent, match="does not let other programs create employees"):
        client.create("employees", {}, key="")
    with pytest.raises(Permanent, match="nothing called invoices"):
        client.get("invoices", "1")
    with pytest.raises(Permanent, match="holds a value that cannot be sent"):
        client.create("jobs", {"name": float("nan")}, key="")
    assert server.requests == []


def test_a_write_carries_key_fields_and_idempotency_key(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(201, {"id": 41, "stage_id": 7, "contact_ids": [1, 2], "name": "Miller"}))
    client = client_of(f"{server.url}/api/v1/")
    record = client.create("jobs", {"name": "Müller"}, key="run_1/remind[3]")
    request = server.requests[0]
    assert (request.method, request.target) == ("POST", "/api/v1/jobs")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["idempotency-key"] == "run_1/remind[3]"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "gzip"
    assert request.json == {"name": "Müller"}
    assert record == {"id": "41", "stage_id": "7", "contact_ids": ["1", "2"], "name": "Miller"}, "ids are texts to us"
    client.create("jobs", {"name": "x"}, key="run 1\r\nX-Evil: 1")
    assert len(server.requests[1].headers["idempotency-key"]) == 64


def test_a_single_record_may_be_wrapped_like_a_list(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(200, {"data": {"id": "job_1", "name": "Miller"}}))
    assert client_of(server.url).get("jobs", "job_1")["name"] == "Miller"

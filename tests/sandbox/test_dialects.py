"""The same sandbox with another profile speaks that profile's dialect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.sandbox.caller import Caller, Clock, Serve


@pytest.fixture
def speak(serve: Serve, tmp_path: Path) -> Any:
    """Serve a profile that differs from the usual one in the given sections."""

    def start(options: dict[str, Any] | None = None, **sections: Any) -> Caller:
        path = tmp_path / "profile.yaml"
        path.write_text(yaml.safe_dump(sections))
        return serve(profile=path, **(options or {}))

    return start


def identifiers(records: list[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


EVERY_JOB = [f"job_{number}" for number in range(1, 41)]


def test_pages_by_number(speak: Any) -> None:
    caller = speak(lists={"paging": "page", "page_parameter": "page", "size_parameter": "per_page"})
    pages = [caller.get("/jobs", page=page, per_page=15).json() for page in (1, 2, 3, 4)]
    assert [len(page["data"]) for page in pages] == [15, 15, 10, 0]
    assert [record["id"] for page in pages for record in page["data"]] == EVERY_JOB
    assert all(set(page) == {"data"} for page in pages)
    assert caller.get("/jobs", page=0).status_code == 400
    assert caller.get("/jobs", limit=5).status_code == 400


def test_pages_by_offset(speak: Any) -> None:
    caller = speak(lists={"paging": "offset", "page_parameter": "offset"})
    pages = [
        caller.get("/jobs", offset=offset, limit=15, sort="updated_at").json()["data"] for offset in (0, 15, 30, 45)
    ]
    assert [len(page) for page in pages] == [15, 15, 10, 0]
    assert sorted(record["id"] for page in pages for record in page) == sorted(EVERY_JOB)
    assert caller.get("/jobs", offset=-1).status_code == 400


def test_pages_by_link_header(speak: Any) -> None:
    caller = speak(lists={"paging": "link", "page_parameter": ""})
    answer = caller.get("/jobs", limit=15, sort="updated_at")
    found = answer.json()["data"]
    while "next" in answer.links:
        answer = caller.session.get(answer.links["next"]["url"], timeout=10)
        found += answer.json()["data"]
    assert sorted(identifiers(found)) == sorted(EVERY_JOB)
    assert set(answer.json()) == {"data"}


def test_no_pages_at_all(speak: Any) -> None:
    caller = speak({"jobs": 80}, lists={"paging": "none"})
    assert len(caller.get("/jobs").json()["data"]) == 80
    assert len(caller.get("/jobs", limit=5).json()["data"]) == 80


def test_the_answer_itself_is_the_list(speak: Any) -> None:
    caller = speak(lists={"paging": "offset", "page_parameter": "offset", "data_key": ""})
    assert identifiers(caller.get("/jobs").json()) == EVERY_JOB


def test_the_records_and_the_cursor_stand_elsewhere(speak: Any) -> None:
    caller = speak(lists={"data_key": "result.items", "next_key": "meta.next", "page_parameter": "after"})
    first = caller.get("/jobs", limit=25).json()
    second = caller.get("/jobs", limit=25, after=first["meta"]["next"]).json()
    assert identifiers(first["result"]["items"] + second["result"]["items"]) == EVERY_JOB
    assert second["meta"]["next"] is None


@pytest.mark.parametrize(
    ("auth", "form"),
    [
        ({"header": "X-Api-Key", "prefix": ""}, "{key}"),
        ({"header": "Authorization", "prefix": "Token token="}, "Token token={key}"),
    ],
)
def test_the_key_stands_in_another_header(speak: Any, auth: dict[str, str], form: str) -> None:
    caller = speak(auth=auth)
    assert caller.get("/jobs").status_code == 401
    headers = {"Authorization": None, auth["header"]: form.format(key=caller.server.key)}
    assert caller.call("GET", "/jobs", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("lists", "parameters"),
    [
        ({"updated_since": ""}, {"updated_since": "2026-01-01T00:00:00Z"}),
        ({"sort": ""}, {"sort": "updated_at"}),
        ({"equality_filters": False}, {"city": "Denver"}),
        ({"updated_since": "changed_after"}, {"updated_since": "2026-01-01T00:00:00Z"}),
    ],
)
def test_what_the_dialect_does_not_have_is_refused(speak: Any, lists: Any, parameters: dict[str, str]) -> None:
    assert speak(lists=lists).get("/jobs", **parameters).json()["error"]["code"] == "unknown_parameter"


def test_parameters_have_other_names(speak: Any) -> None:
    caller = speak(
        lists={
            "updated_since": "changed_after",
            "sort": "order",
            "sort_by_update": "changed",
            "size_parameter": "n",
            "default_size": 3,
            "largest_size": 30,
        }
    )
    assert len(caller.get("/jobs").json()["data"]) == 3
    newest = caller.get("/jobs", order="-changed", n=30).json()["data"]
    assert len(newest) == 30
    assert identifiers(caller.get("/jobs", changed_after=newest[1]["updated_at"]).json()["data"]) == identifiers(
        newest[1::-1]
    )
    assert caller.get("/jobs", n=31).status_code == 400


def test_an_api_that_ignores_idempotency_keys(speak: Any) -> None:
    caller = speak(writes={"idempotency_header": ""})
    made = {caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a").json()["id"] for _ in range(2)}
    assert len(made) == 2


def test_another_idempotency_header_and_life(speak: Any) -> None:
    clock = Clock(1_774_900_000)
    caller = speak({"clock": clock}, writes={"idempotency_header": "X-Request-Id", "idempotency_hours": 1})
    first = caller.post("/jobs", {"name": "Fence"}, X_Request_Id="a").json()
    assert caller.post("/jobs", {"name": "Fence"}, X_Request_Id="a").json() == first
    clock.now += 3601
    assert caller.post("/jobs", {"name": "Fence"}, X_Request_Id="a").json() != first


def test_errors_have_another_shape(speak: Any) -> None:
    caller = speak(
        errors={
            "message_path": "errors.0.detail",
            "code_path": "errors.0.kind",
            "fields_path": "invalid",
            "wrong_key_statuses": [403, 401],
        }
    )
    answer = caller.post("/jobs", {"name": 1}).json()
    assert answer["errors"][0]["kind"] == "validation_failed"
    assert answer["errors"][0]["detail"].startswith("The record was not saved")
    assert answer["invalid"] == {"name": "must be text"}
    refused = caller.call("GET", "/jobs", headers={"Authorization": ""})
    assert (refused.status_code, refused.json()["errors"][0]["kind"]) == (403, "key_missing")


def test_errors_may_say_very_little(speak: Any) -> None:
    caller = speak(errors={"message_path": "message", "code_path": "", "fields_path": ""})
    assert list(caller.get("/nowhere").json()) == ["message"]


def test_rate_headers_have_other_names_or_none(speak: Any) -> None:
    caller = speak(
        {"rate_per_minute": None},
        rate={
            "per_minute": 60,
            "burst": 2,
            "limit_header": "RateLimit-Limit",
            "remaining_header": "RateLimit-Remaining",
            "reset_header": "",
            "retry_header": "X-Wait",
        },
    )
    answers = [caller.get("/jobs") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["RateLimit-Limit"] == "60"
    assert "X-Wait" in answers[2].headers
    assert not [name for name in answers[2].headers if "reset" in name.lower() or name == "Retry-After"]


def test_paths_and_methods_are_others(speak: Any) -> None:
    caller = speak(
        resources={
            "jobs": {"path": "/crm/projects", "methods": ["GET", "PATCH"]},
            "job_types": {"path": "types", "methods": ["GET"]},
        }
    )
    assert identifiers(caller.get("/crm/projects").json()["data"]) == EVERY_JOB
    assert caller.patch("/crm/projects/job_1", {"city": "Golden"}).json()["city"] == "Golden"
    assert caller.post("/crm/projects", {"name": "x"}).status_code == 405
    assert caller.delete("/crm/projects/job_1").status_code == 405
    assert caller.get("/jobs").status_code == 404
    assert caller.get("/types").status_code == 200


def test_time_stamps_have_other_names(speak: Any) -> None:
    caller = speak(timestamps={"created": "inserted", "updated": "modified"})
    job = caller.get("/jobs/job_1").json()
    assert {"inserted", "modified"} <= set(job)
    assert not {"created_at", "updated_at"} & set(job)
    assert identifiers(caller.get("/jobs", modified=job["modified"]).json()["data"]) == ["job_1"]
    made = caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a").json()
    assert made["inserted"] == made["modified"]
    assert caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a").json() == made

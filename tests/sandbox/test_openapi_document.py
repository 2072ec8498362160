"""One OpenAPI document describes what is served: its examples are right, and so are the answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tests.sandbox.caller import Caller, Serve


def document(caller: Caller) -> dict[str, Any]:
    answer = caller.session.get(f"{caller.server.url}/openapi.json", headers={"Authorization": None}, timeout=10)
    assert answer.status_code == 200
    content: dict[str, Any] = answer.json()
    return content


def validator(content: dict[str, Any], schema: dict[str, Any]) -> Any:
    whole = {"components": content["components"], **schema}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def operations(content: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, item in content["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    ]


def test_every_schema_is_one_and_every_example_fits(visitor: Caller) -> None:
    content = document(visitor)
    for schema in content["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)
        for example in schema.get("examples", []):
            validator(content, schema).validate(example)
    parts = [operation.get("requestBody", {"content": {}}) for _, _, operation in operations(content)]
    parts += [answer for _, _, operation in operations(content) for answer in operation["responses"].values()]
    parts += list(content["components"]["responses"].values())
    shown = [media for part in parts for media in part.get("content", {}).values()]
    assert len(shown) > 30
    for media in shown:
        validator(content, media["schema"]).validate(media["example"])


def test_it_names_every_method_that_is_served(visitor: Caller) -> None:
    named = {(method.upper(), path) for method, path, _ in operations(document(visitor))}
    for path in document(visitor)["paths"]:
        for method in ("GET", "POST", "PATCH", "DELETE"):
            address = path.replace("{id}", "none_1")
            served = visitor.call(method, address, json={"a": 1}).status_code not in (403, 405)
            assert served is ((method, path) in named), (method, path)


@pytest.mark.parametrize("path", ["/jobs", "/customers", "/contacts", "/job-stages", "/job-types", "/employees"])
def test_answers_fit_the_schemas(visitor: Caller, path: str) -> None:
    content = document(visitor)
    listed = content["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    validator(content, listed).validate(visitor.get(path, limit=200).json())
    validator(content, {"$ref": "#/components/schemas/Error"}).validate(visitor.get(f"{path}/none").json())


@pytest.mark.parametrize(
    "profile",
    [
        {"lists": {"data_key": "", "paging": "link"}},
        {"lists": {"data_key": "a.b", "next_key": "a.next"}, "timestamps": {"created": "born", "updated": "changed"}},
        {"errors": {"message_path": "errors.0.text", "code_path": "errors.0.code", "fields_path": ""}},
        {"lists": {"paging": "page", "page_parameter": "page"}, "auth": {"header": "X-Key", "prefix": ""}},
        {"lists": {"paging": "none", "equality_filters": False, "updated_since": "", "sort": ""}},
    ],
)
def test_it_describes_other_dialects_as_well(serve: Serve, tmp_path: Path, profile: dict[str, Any]) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(yaml.safe_dump(profile))
    caller = serve(profile=path)
    auth = profile.get("auth", {"header": "Authorization", "prefix": "Bearer "})
    caller.session.headers[auth["header"]] = auth["prefix"] + caller.server.key
    test_every_schema_is_one_and_every_example_fits(caller)
    content = document(caller)
    listed = content["paths"]["/jobs"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    validator(content, listed).validate(caller.get("/jobs").json())
    validator(content, {"$ref": "#/components/schemas/Error"}).validate(caller.get("/jobs/none").json())


def test_thousands_of_odd_requests_find_no_crack(serve: Serve) -> None:
    caller = serve()
    command = [
        str(Path(sys.executable).with_name("st")),
        "run",
        f"{caller.server.url}/openapi.json",
        "--header",
        f"Authorization: Bearer {caller.server.key}",
        "--phases=examples,coverage,fuzzing",
        "--checks=all",
        # Valid forms with ids that do not exist are refused with 422, and a resource that is only read with 403.
        "--exclude-checks=positive_data_acceptance,unsupported_method",
        "--max-examples=8",
        "--seed=1",
        "--no-shrink",
        "--no-color",
        "--warnings=off",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=110, cwd=caller.server.database.path.parent)
    assert ended.returncode == 0, ended.stdout[-6000:]
    assert "22 selected / 22 total" in ended.stdout

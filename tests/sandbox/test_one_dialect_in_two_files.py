"""The built-in dialect is the hub's profile, and the resources are the ones it describes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.dialect import BUILT_IN, load_dialect
from sandbox.problems import UsageError
from sandbox.resources import RESOURCES

PROFILE = Path(__file__).parents[2] / "hub" / "workglue" / "profile.yaml"


def test_the_copy_is_the_hubs_profile() -> None:
    assert yaml.safe_load(BUILT_IN.read_text()) == yaml.safe_load(PROFILE.read_text())


@pytest.mark.parametrize("name", RESOURCES)
def test_resources_have_the_fields_of_the_profile(name: str) -> None:
    told: dict[str, Any] = yaml.safe_load(PROFILE.read_text())["resources"][name]
    resource = RESOURCES[name]
    assert {field.name: field.kind for field in resource.fields} == told["fields"]
    assert {field.name: field.points_at for field in resource.fields if field.points_at} == told.get("references", {})
    read_only = {field.name for field in resource.fields if field.read_only} | {"id", "created_at", "updated_at"}
    assert read_only == set(told["read_only"])
    assert resource.one == told["one"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("lists: {paging: spiral}", "lists.paging must be one of"),
        ("lists: {default_size: many}", "lists.default_size must be a whole number"),
        ("lists: {data_key: ''}", "cursor paging needs lists.data_key"),
        ("lists: {equality_filters: 'no'}", "lists.equality_filters must be true or false"),
        ("auth: {header: ''}", "auth.header"),
        ("errors: {wrong_key_statuses: 401}", "errors.wrong_key_statuses must be a list of numbers"),
        ("resources: {invoices: {path: /invoices}}", "resources.invoices is not a resource"),
        ("resources: {jobs: {path: /customers}}", "two resources share one path"),
        ("resources: {jobs: {methods: [FETCH]}}", "resources.jobs.methods"),
        ("lists: [", "is not valid YAML"),
        ("rate: fast", "rate must be a list of keys and values"),
    ],
)
def test_a_profile_that_cannot_be_served_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as refused:
        load_dialect(path)
    assert complaint in str(refused.value)
    assert "mine.yaml" in str(refused.value)


def test_a_missing_profile_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.yaml cannot be read"):
        load_dialect(tmp_path / "nowhere.yaml")


def test_what_a_profile_leaves_out_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("auth: {header: X-Key}")
    dialect = load_dialect(path)
    assert (dialect.auth.header, dialect.auth.prefix) == ("X-Key", "Bearer ")
    assert dialect.lists == load_dialect().lists

"""A profile file that says something unknown, of the wrong type or at odds with itself is refused, naming the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import SettingError
from hub.workglue.profile import built_in, read_profile


def test_the_built_in_profile_knows_the_six_resources() -> None:
    profile = built_in()
    assert profile.offered == ("jobs", "customers", "contacts", "job_stages", "job_types", "employees")
    assert profile.named == ("job_stages", "job_types", "employees")
    assert "POST" not in profile.resources["employees"].methods


def test_abilities_say_what_the_profile_says() -> None:
    able = built_in().abilities()
    assert (able.updated_since, able.sort, able.idempotent) == (True, True, True)
    assert (able.created_field, able.updated_field) == ("created_at", "updated_at")
    assert {"id", "po_number", "updated_at"} <= able.read_only["jobs"]
    unable = read_profile(
        'lists: {updated_since: "", sort: "", sort_by_update: ""}\nwrites: {idempotency_header: ""}\n'
    ).abilities()
    assert (unable.updated_since, unable.sort, unable.idempotent) == (False, False, False)


def test_references_are_called_by_the_field_without_its_ending() -> None:
    jobs = built_in().resources["jobs"]
    stage, contacts = jobs.references["stage_id"], jobs.references["contact_ids"]
    assert (stage.alias, stage.resource, stage.many) == ("stage", "job_stages", False)
    assert (contacts.alias, contacts.resource, contacts.many) == ("contacts", "contacts", True)


def test_a_file_leaves_out_what_it_does_not_change(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("lists:\n  data_key: items\nresources:\n  jobs:\n    path: /v2/jobs/\n")
    profile = read_profile(file)
    assert profile.lists.data_key == "items"
    assert profile.lists.paging == "cursor"
    assert profile.resources["jobs"].path == "/v2/jobs"
    assert profile.resources["jobs"].methods == built_in().resources["jobs"].methods
    assert read_profile(str(file)) == profile


def test_a_file_may_add_a_resource_and_take_one_away() -> None:
    text = """
resources:
  job_types: {methods: []}
  estimates:
    path: /estimates
    methods: [GET]
    one: estimate
    references: {job_id: jobs}
    fields: {job_id: id, total: number}
"""
    profile = read_profile(text)
    assert "estimates" in profile.offered
    assert "job_types" not in profile.offered


def test_renamed_stamps_are_read_only_everywhere() -> None:
    profile = read_profile("timestamps: {created: made_on, updated: changed_on}\n\n")
    assert {"made_on", "changed_on"} <= profile.resources["contacts"].read_only


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lists:\n  pagging: page\n", ("lists.pagging", "Did you mean paging?")),
        ("list:\n  paging: page\n", ("list", "Did you mean lists?")),
        ("lists:\n  paging: pages\n", ("lists.paging", "cursor, page, offset, link, none")),
        ("lists:\n  default_size: 50.5\n", ("lists.default_size", "a whole number")),
        ("lists:\n  default_size: true\n", ("lists.default_size", "a whole number")),
        ("lists:\n  equality_filters: 'no'\n", ("lists.equality_filters", "true or false")),
        ("lists:\n  default_size: 500\n", ("lists.default_size", "largest_size")),
        ("lists:\n  next_key: ''\n", ("lists.next_key", "cursor paging")),
        ("lists:\n  data_key:\n", ("lists.data_key", "no place for a cursor")),
        ("lists: {paging: page, page_parameter: ''}\n\n", ("lists.page_parameter", "page paging")),
        ("lists:\n  sort_by_update: ''\n", ("lists.sort_by_update", "oldest change first")),
        ("lists:\n  sort: limit\n", ("lists", "two parameters are called limit")),
        ("timestamps:\n  updated: ''\n", ("timestamps.updated", "lists.updated_since")),
        ("timestamps:\n  updated: created_at\n", ("timestamps.updated", "the same")),
        ("auth:\n  header: ''\n", ("auth.header", "must name the header")),
        ("auth:\n  header: 'X Key'\n", ("auth.header", "name of a header")),
        ('auth:\n  prefix: "Bearer\\n"\n', ("auth.prefix", "cannot stand in a header")),
        ("auth:\n  header: [Authorization]\n", ("auth.header", "must be text")),
        ("writes:\n  idempotency_hours: 0\n", ("writes.idempotency_hours", "at least 1")),
        ("errors:\n  wrong_key_statuses: [404]\n", ("errors.wrong_key_statuses", "404 has another meaning")),
        ("errors:\n  wrong_key_statuses: []\n", ("errors.wrong_key_statuses", "a list of numbers")),
        ("errors:\n  wrong_key_statuses: [200]\n", ("errors.wrong_key_statuses", "200")),
        ("rate:\n  burst: 0\n", ("rate.burst", "at least 1")),
        ("resources:\n  jobs:\n    methods: [GET, PUT]\n", ("resources.jobs.methods", "PUT")),
        ("resources:\n  jobs:\n    methods: GET\n", ("resources.jobs.methods", "a list of names")),
        ("resources:\n  jobs:\n    path: /customers\n", ("resources.customers.path", "the same as that of jobs")),
        ("resources:\n  jobs:\n    path: '/jobs?all=1'\n", ("resources.jobs.path", "must be a path")),
        ("resources:\n  jobs:\n    one: customer\n", ("resources.customers.one", "the same as that of jobs")),
        ("resources:\n  jobs:\n    read_only: [po_nmber]\n", ("resources.jobs.read_only", "Did you mean po_number?")),
        ("resources:\n  customers:\n    natural_key: nam\n", ("customers.natural_key", "Did you mean name?")),
        ("resources:\n  employees:\n    names: [first]\n", ("resources.employees.names", "first")),
        ("resources:\n  job_types:\n    fields: {name: txt}\n", ("job_types.fields.name", "Did you mean text?")),
        ("resources:\n  jobs:\n    references: {stage_id: stages}\n", ("jobs.references.stage_id", "job_stages?")),
        ("resources:\n  jobs:\n    references: {address: contacts}\n", ("jobs.references.address", "_id or _ids")),
        ("resources:\n  contacts:\n    references: {job_ids: jobs, x_id: jobs}\n", ("contacts.references", "x_id")),
        ("resources:\n  invoices:\n    path: /invoices\n", ("resources.invoices.methods", "missing")),
        ("resources:\n  Invoices: {}\n", ("resources.Invoices", "small letters")),
        ("lists:\n  paging: page\nlists:\n  paging: none\n", ("line 3", "'lists' is given twice")),
        ("lists:\n  - paging\n", ("lists", "keys and values")),
        ("- 1\n- 2\n", ("must be keys and values",)),
        ("lists: {\n", ("not valid YAML",)),
        ("auth: !!python/object/apply:os.getcwd []\n\n", ("not valid YAML",)),
        ("1: 2\n\n", ("the key 1", "quotes")),
    ],
)
def test_what_is_wrong_is_named(text: str, says: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    with pytest.raises(SettingError) as caught:
        read_profile(file)
    told = str(caught.value)
    assert "WORKGLUE_PROFILE" in told
    assert str(file) in told
    for part in says:
        assert part in told


@pytest.mark.parametrize("source", ["", "  ", "no/such/profile.yaml"])
def test_a_file_that_is_not_there_is_named(source: str) -> None:
    with pytest.raises(SettingError, match="WORKGLUE_PROFILE names") as caught:
        read_profile(source)
    assert source.strip() in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "binary.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingError, match="not UTF-8"):
        read_profile(file)

"""The six resources and their fields: what the API reads, checks and stores.

Labels are those of the product; JSON names and limits are assumptions, written down in docs/sandbox.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

STAGE_CATEGORIES = ("sales", "active", "closed")
CUSTOMER_TYPES = ("Homeowner", "Property Manager", "Direct Bill", "General Contractor")
SYSTEM_ROLES = ("Owner", "Admin", "Manager", "User", "Mobile Only")
POSITIONS = (
    "Account Owner",
    "Admin/HR",
    "Supervisor",
    "Project Manager",
    "Sales Person",
    "Crew Leader",
    "Field Worker",
    "Subcontractor",
)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONG_TEXT = 20_000


@dataclass(frozen=True)
class Link:
    """A many-to-many table that stands behind a field with several ids: this end's column, the other end's."""

    table: str
    own: str
    other: str


@dataclass(frozen=True)
class Field:
    """One field of a record."""

    name: str
    kind: str = "text"  # text | id | ids | date | boolean | number | list | object
    required: bool = False
    read_only: bool = False
    points_at: str = ""
    link: Link | None = None
    choices: tuple[str, ...] = ()
    longest: int = 255
    looks_like: str = ""  # "email" when the text must be an address
    about: str = ""

    @property
    def scalar(self) -> bool:
        """Whether a list can be filtered by this field."""
        return self.kind not in ("ids", "list", "object")


@dataclass(frozen=True)
class Resource:
    """One kind of record. `prefix` makes ids of different resources impossible to mix up."""

    name: str
    one: str
    label: str
    prefix: str
    fields: tuple[Field, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by their JSON names."""
        return {field.name: field for field in self.fields}

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """The fields that have a column of their own in the resource's table."""
        return tuple(field for field in self.fields if field.kind != "ids")

    @cached_property
    def linked(self) -> tuple[Field, ...]:
        """The fields that stand in many-to-many tables."""
        return tuple(field for field in self.fields if field.kind == "ids")

    def identify(self, number: int) -> str:
        """The public id of the record with this row number."""
        return f"{self.prefix}{number}"

    def number(self, identifier: str) -> int | None:
        """The row number behind a public id, or None when no record of this resource can have that id."""
        matched = re.fullmatch(r"([a-z]+_)([1-9][0-9]{0,17})", identifier)
        return int(matched[2]) if matched and matched[1] == self.prefix else None


def _person(name: str, about: str) -> Field:
    return Field(name, "id", points_at="employees", about=about)


JOBS = Resource(
    "jobs",
    "job",
    "Jobs",
    "job_",
    (
        Field("name", required=True, about="What the office calls the job."),
        Field("po_number", read_only=True, about="Generated when the job is created."),
        Field("stage_id", "id", required=True, points_at="job_stages", about="Unqualified Lead when not given."),
        Field("customer_id", "id", points_at="customers", about="Who is billed."),
        Field("primary_contact_id", "id", points_at="contacts"),
        Field("billing_contact_id", "id", points_at="contacts"),
        Field("contact_ids", "ids", points_at="contacts", link=Link("jobs_contacts", "job", "contact")),
        Field("job_type_id", "id", points_at="job_types"),
        Field("address", about="Where the work is done."),
        Field("city"),
        Field("state"),
        Field("zip"),
        Field("billing_address"),
        Field("billing_city"),
        Field("billing_state"),
        Field("billing_zip"),
        Field("start_date", "date"),
        Field("next_work_date", "date"),
        _person("sales_person_id", "The employee who sells the job."),
        _person("project_manager_id", "The employee who plans the job."),
        _person("supervisor_id", "The employee who oversees the job."),
        _person("crew_leader_id", "The employee who leads the crew."),
        Field("tax_exempt", "boolean"),
        Field("tax_exempt_reason"),
        Field("scope_of_work", longest=LONG_TEXT),
        Field("latest_job_log", read_only=True, about="The newest entry of the job log."),
        Field("custom_fields", "object"),
        Field(
            "quickbooks_id", read_only=True, about="Given when the job first reaches a stage of the active category."
        ),
    ),
)

CUSTOMERS = Resource(
    "customers",
    "customer",
    "Customers",
    "cus_",
    (
        Field("name", required=True, about="Unique in the account."),
        Field("billing_address_1"),
        Field("billing_address_2"),
        Field("billing_city"),
        Field("billing_state"),
        Field("billing_zip"),
        Field("billing_country", about="US when not given."),
        Field("phone"),
        Field("website"),
        Field("customer_type", about=f"Usually one of {', '.join(CUSTOMER_TYPES)}."),
        Field("lead_source"),
        Field("marketing_preferences", "object"),
        Field("primary_contact_id", "id", points_at="contacts"),
        Field("secondary_contact_id", "id", points_at="contacts"),
        Field("contact_ids", "ids", points_at="contacts", link=Link("customers_contacts", "customer", "contact")),
        Field("custom_fields", "object"),
        Field("quickbooks_id", read_only=True),
    ),
)

CONTACTS = Resource(
    "contacts",
    "contact",
    "Contacts",
    "con_",
    (
        Field("first_name"),
        Field("last_name"),
        Field("email", looks_like="email"),
        Field("phone"),
        Field("customer_ids", "ids", points_at="customers", link=Link("customers_contacts", "contact", "customer")),
        Field(
            "job_ids",
            "ids",
            read_only=True,
            points_at="jobs",
            link=Link("jobs_contacts", "contact", "job"),
            about="Follows from the jobs' own contacts.",
        ),
        Field("marketing_preferences", "object"),
        Field("custom_fields", "object"),
    ),
)

JOB_STAGES = Resource(
    "job_stages",
    "job_stage",
    "Job stages",
    "stg_",
    (
        Field("name", required=True),
        Field("category", required=True, choices=STAGE_CATEGORIES),
        Field("description"),
        Field("is_default", "boolean"),
        Field("position", "number"),
    ),
)

JOB_TYPES = Resource("job_types", "job_type", "Job types", "typ_", (Field("name", required=True),))

EMPLOYEES = Resource(
    "employees",
    "employee",
    "Employees",
    "emp_",
    (
        Field("kind", read_only=True, choices=("user", "sub")),
        Field("first_name", required=True),
        Field("last_name", required=True),
        Field("mobile", about="Unique in the account."),
        Field("email", looks_like="email", about="Unique in the account; needed by people who sign in on the web."),
        Field("system_role", choices=SYSTEM_ROLES, about="Empty for a sub, who has no login."),
        Field("positions", "list", choices=POSITIONS),
        Field("hire_date", "date"),
        Field("availability_days", "list", choices=WEEKDAYS),
        Field("active", "boolean"),
        Field("custom_fields", "object"),
    ),
)

RESOURCES: Mapping[str, Resource] = {
    resource.name: resource for resource in (JOBS, CUSTOMERS, CONTACTS, JOB_STAGES, JOB_TYPES, EMPLOYEES)
}

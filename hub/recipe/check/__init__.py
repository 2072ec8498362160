"""Everything that can be known about a recipe before it runs: its shape, its expressions, and what they mean here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from hub.ports import Catalogue
from hub.recipe.check.account import Account
from hub.recipe.check.advice import advise
from hub.recipe.check.course import check_course
from hub.recipe.check.keeping import check_arguments
from hub.recipe.check.sites import check_site
from hub.recipe.check.surroundings import Surroundings
from hub.recipe.problems import Findings, is_usable
from hub.recipe.reading import Reading, read
from hub.registry import Registry

__all__ = ["check", "check_reading"]


def check(
    text: str,
    *,
    file: str,
    registry: Registry,
    secrets: Collection[str] | None = None,
    fields: Mapping[str, Collection[str]] | None = None,
    catalogue: Catalogue | None = None,
    tables: Mapping[str, Collection[str] | None] | None = None,
) -> Reading:
    """Read and check one recipe; all problems in one pass, in file order.

    `secrets` are the names of the secrets that exist, `fields` the names of the fields of each resource's records,
    `catalogue` the account's stages, job types and employees, `tables` the columns of each lookup table (None where
    its file is wrong). What is None is not known and not checked.
    """
    reading = read(text, file=file, registry=registry)
    world: dict[str, Any] = {"secrets": secrets, "fields": fields, "catalogue": catalogue, "tables": tables}
    return check_reading(reading, file=file, registry=registry, **world)


def check_reading(
    reading: Reading,
    *,
    file: str,
    registry: Registry,
    secrets: Collection[str] | None,
    fields: Mapping[str, Collection[str]] | None,
    catalogue: Catalogue | None,
    tables: Mapping[str, Collection[str] | None] | None = None,
) -> Reading:
    """Check what has been read already."""
    findings = Findings(file)
    findings.extend(reading.problems)
    surroundings = Surroundings(reading.outline, registry, secrets, fields or {}, tables)
    account = Account(surroundings, findings, catalogue)
    account.check_triggers_and_steps()
    check_arguments(surroundings, findings)
    check_course(surroundings, findings)
    for site in reading.outline.sites:
        if findings.wants_more():
            check_site(site, surroundings, findings)
            account.check_comparisons(site)
    if reading.recipe is not None and is_usable(findings.listed()):
        advise(reading.recipe, reading.outline, registry=registry, findings=findings)
    problems = findings.listed()
    return Reading(reading.recipe if is_usable(problems) else None, problems, reading.outline)

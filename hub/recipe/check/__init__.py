"""Everything that can be known about a recipe before it runs: its shape, its expressions, and what they mean here."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hub.ports import Catalogue
from hub.recipe.check.account import Account
from hub.recipe.check.advice import advise
from hub.recipe.check.sites import check_site
from hub.recipe.check.surroundings import Surroundings
from hub.recipe.problems import Findings, is_usable
from hub.recipe.reading import Reading, read
from hub.registry import Registry

__all__ = ["check"]


def check(
    text: str,
    *,
    file: str,
    registry: Registry,
    secrets: Collection[str] | None = None,
    fields: Mapping[str, Collection[str]] | None = None,
    catalogue: Catalogue | None = None,
) -> Reading:
    """Read and check one recipe; all problems in one pass, in file order.

    `secrets` are the names of the secrets that exist, `fields` the names of the fields of each resource's records,
    `catalogue` the account's stages, job types and employees. What is None is not known and not checked.
    """
    reading = read(text, file=file, registry=registry)
    findings = Findings(file)
    findings.extend(reading.problems)
    surroundings = Surroundings(reading.outline, registry, secrets, fields or {})
    account = Account(surroundings, findings, catalogue)
    account.check_triggers_and_steps()
    for site in reading.outline.sites:
        if findings.wants_more():
            check_site(site, surroundings, findings)
            account.check_comparisons(site)
    _report_unkept(reading, findings)
    if reading.recipe is not None and is_usable(findings.listed()):
        advise(reading.recipe, reading.outline, registry=registry, findings=findings)
    problems = findings.listed()
    return Reading(reading.recipe if is_usable(problems) else None, problems, reading.outline)


def _report_unkept(reading: Reading, findings: Findings) -> None:
    """Refuse what is part of the language but would be passed over silently by this version of the hub."""
    if reading.recipe is None:
        return
    unkept = list(reading.outline.unkept)
    for trigger in reading.recipe.triggers:
        if trigger.type == "poll" and trigger.options.get("start", "now") != "now":
            unkept.append((trigger.place, "`start` other than `now`"))
        if trigger.type == "recipe":
            unkept.append((trigger.place, "A trigger of type `recipe`"))
    for place, what in unkept:
        findings.add("RCP409", f"{what} is not done by this version of the hub.", place, hint="Take it out for now.")

"""One expression or template: is it proper, and is every name in it known where it stands?"""

from __future__ import annotations

import re

from hub.recipe.check.members import check_member, check_written_record
from hub.recipe.check.surroundings import ONLY_IF, Surroundings, is_about_delivery
from hub.recipe.expressions import Fault, Inspection, Reference, inspect_source
from hub.recipe.names import COMMON, FUNCTIONS, IN_LOOP
from hub.recipe.nearest import spell, suggest
from hub.recipe.problems import Findings
from hub.recipe.reading.outline import Site
from hub.recipe.templates import has_braces

_HOPELESS = frozenset({"RCP301", "RCP303", "RCP306", "RCP308"})
_LOOKS_LIKE_EXPRESSION = re.compile(r"([a-z_]+)(?:\.[a-z_][A-Za-z0-9_]*)+")


def check_site(site: Site, surroundings: Surroundings, findings: Findings) -> None:
    """Report everything that is wrong with one text."""
    source = str(site.node.value)
    if site.kind == "template" and not has_braces(source):
        _warn_of_missing_braces(site, source, surroundings, findings)
        return
    inspection = inspect_source(source, site.kind)
    for fault in inspection.faults:
        if fault.code == "RCP306":  # whoever forgot the quotes around braces needs no braces at all here
            findings.forget("RCP109", site.node.place)
        _report_fault(fault, site, findings)
    if any(fault.code in _HOPELESS for fault in inspection.faults):
        return
    if inspection.constant and site.use in ("if", "where", ONLY_IF):
        hint = "Compare it with something, as in record.stage.name == 'Good Lead'."
        findings.add("RCP309", "This condition always comes to the same.", site.node.place, hint=hint)
    if site.use == "key" and not _depends_on_the_event(inspection):
        hint = "Take it from the event, as in record.customer_id; without `key`, all runs of the recipe wait alike."
        findings.add("RCP309", "This key does not depend on what happened.", site.node.place, hint=hint)
    known = surroundings.names(site)
    for reference in inspection.references:
        _check_reference(reference, site, known, surroundings, findings)


def _depends_on_the_event(inspection: Inspection) -> bool:
    return any(reference.parts[0] not in FUNCTIONS for reference in inspection.references)


def _report_fault(fault: Fault, site: Site, findings: Findings) -> None:
    place = site.node.place_of(fault.fragment) if fault.fragment else site.node.place_of_line(fault.line)
    findings.add(fault.code, fault.message, place, hint=fault.hint, detail=fault.detail)


def _check_reference(
    reference: Reference, site: Site, known: set[str], surroundings: Surroundings, findings: Findings
) -> None:
    root = reference.parts[0]
    if root in FUNCTIONS:
        return
    if root not in known:
        hint = _hint_for_name(reference, site, known, surroundings)
        findings.add("RCP302", f"`{root[:60]}` is not known here.", site.node.place_of(root), hint=hint)
        return
    if is_about_delivery(site):
        return
    if root == "record" and site.use == ONLY_IF:
        check_written_record(reference, site, surroundings, findings)
        return
    if root not in COMMON and root not in site.spot.items and not reference.guarded:
        _warn_of_other_triggers(reference, site, surroundings, findings)
    check_member(reference, site, surroundings, findings)


def _hint_for_name(reference: Reference, site: Site, known: set[str], surroundings: Surroundings) -> str:
    root = reference.parts[0]
    if is_about_delivery(site):
        listed = f"A delivery has {spell(sorted(known))}. What it must come to is said by `equals`."
        return suggest(root, known) or listed
    if root in IN_LOOP:
        return f"`{root}` exists only inside of a step with `for_each`."
    if root == "result" and site.use == "respond":
        return "The answer knows it only when the sender waits for the run: add `wait: 10s`."
    if root == "error":
        return "`error` exists only in the steps under `on_error`."
    if root in surroundings.steps:
        return f"Write `steps.{reference.dotted}`."
    found = surroundings.record_fields("record", site.spot)
    if found and root in found[0]:
        return f"Write `record.{reference.dotted}`."
    givers = [kind.name for kind in surroundings.registry.triggers() if root in kind.scope]
    if givers:
        return f"`{root}` is there only with a {spell(givers, last='or')} trigger."
    if root in COMMON:
        return "It exists only when the recipe runs, not when its trigger decides."
    return (
        suggest(root, known)
        or f"A text stands in quotes: '{root}'. {suggest(root, sorted(known), listed='The names here are')}"
    )


def _warn_of_other_triggers(reference: Reference, site: Site, surroundings: Surroundings, findings: Findings) -> None:
    root = reference.parts[0]
    lacking = surroundings.lacking(root, site.spot)
    if lacking:
        message = f"`{root}` is not there when the {lacking[0].type} trigger starts the recipe."
        hint = f"Ask first: `{root} is defined`."
        findings.add("RCP315", message, site.node.place_of(root), hint=hint, warning=True)


def _warn_of_missing_braces(site: Site, source: str, surroundings: Surroundings, findings: Findings) -> None:
    match = _LOOKS_LIKE_EXPRESSION.fullmatch(source)
    if match and match[1] in surroundings.names(site):
        message = f"`{source[:60]}` is used as this very text."
        hint = f'If you mean its value, write "{{{{ {source[:60]} }}}}".'
        findings.add("RCP317", message, site.node.place, hint=hint, warning=True)

"""What would work, but is hardly what is meant: warnings, given only to a recipe without errors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from hub.model import ActionKind, Recipe, Step
from hub.recipe.expressions import inspect_source
from hub.recipe.problems import Findings
from hub.recipe.reading.outline import Outline
from hub.registry import Registry

PEOPLE = ("customers", "contacts")
"""Records of which there should be one for each person or company."""

_SECRET_TEXTS = (
    re.compile(r"\bwhsec_[A-Za-z0-9+/=]{16,}"),
    re.compile(r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    re.compile(r"\bgh[pousr]_[A-Za-z0-9]{30,}"),
    re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    re.compile(r"\bAKIA[A-Z0-9]{16}\b"),
    re.compile(r"\b(?:Bearer|Basic|Token) [A-Za-z0-9._~+/-]{16,}=*"),
    re.compile(r"\bhooks\.slack\.com/services/\w+/\w+/\w+"),
    re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}://[^\s/:@{}]{1,100}:[^\s/@{}]{1,200}@"),
)
_SECRET_IN_QUERY = re.compile(r"[?&][^?&#{]{0,100}\{\{[^}]{0,100}\bsecrets\b")


def advise(recipe: Recipe, outline: Outline, *, registry: Registry, findings: Findings) -> None:
    """Warn of results that nobody uses, steps that are never reached, secrets in the file, and what may double."""
    for steps in (recipe.steps, recipe.on_error):
        _advise_on_order(steps, findings)
        _advise_on_steps(steps, findings, guarded=False)
    _advise_on_use(recipe, outline, registry, findings)


# ---- Order ---------------------------------------------------------------------------------------------------------


def _advise_on_order(steps: tuple[Step, ...], findings: Findings) -> None:
    """Steps behind one that always ends the run, and branches behind one with the same condition."""
    for step, after in pairwise(steps):
        if _always_ends(step):
            message = "This step is never reached: the run has ended before."
            hint = f"Line {step.place.line} ends it. Move this step up, or give that one an `if`."
            findings.add("RCP502", message, after.place, hint=hint, warning=True)
            break
    for step in steps:
        _advise_on_branches(step, findings)
        for inside in (*(each.steps for each in step.branches), step.error_steps):
            _advise_on_order(inside, findings)


def _always_ends(step: Step) -> bool:
    if step.condition is not None or step.for_each:
        return False
    if step.action == "stop":
        return True
    complete = bool(step.branches) and step.branches[-1].condition is None and step.action == "choose"
    return complete and all(any(_always_ends(inner) for inner in each.steps) for each in step.branches)


def _advise_on_branches(step: Step, findings: Findings) -> None:
    seen: dict[str, int] = {}
    for branch in step.branches:
        if branch.condition is None or branch.condition.kind != "expression":
            continue
        source = " ".join(branch.condition.source.split())
        if source in seen:
            message = f"This branch is never taken: the one in line {seen[source]} has the same condition."
            findings.add("RCP502", message, branch.condition.place, hint="Correct one of the two.", warning=True)
        seen.setdefault(source, branch.condition.place.line)


# ---- Single steps --------------------------------------------------------------------------------------------------


def _advise_on_steps(steps: Iterable[Step], findings: Findings, *, guarded: bool) -> None:
    """`guarded`: a condition decides whether these steps run."""
    for step in steps:
        asked = guarded or step.condition is not None
        if not asked:
            _advise_on_create(step, findings)
        _advise_on_secrets(step, findings)
        _advise_on_repeating(step, findings)
        for branch in step.branches:
            decides = step.action == "choose"
            _advise_on_steps(branch.steps, findings, guarded=asked or decides)
        _advise_on_steps(step.error_steps, findings, guarded=True)


def _advise_on_create(step: Step, findings: Findings) -> None:
    resource, _, verb = step.action.partition(".")
    if verb == "create" and resource in PEOPLE:
        one = resource.removesuffix("s")
        message = f"This creates a {one} every time, also when there is one already."
        hint = f"Use `{resource}.upsert` with `match:`, or look for the {one} first and give this step an `if`."
        findings.add("RCP505", message, step.place, hint=hint, warning=True)


def _advise_on_repeating(step: Step, findings: Findings) -> None:
    """A call that is sent again when nobody knows whether it went through."""
    method = str(step.arguments.get("method") or "GET").upper()
    if step.action != "http.request" or method != "POST" or step.on_unknown != "repeat":
        return
    headers = step.arguments.get("headers")
    names = [str(each).lower() for each in headers] if isinstance(headers, dict) else []
    if not any("idempotency" in each for each in names):
        message = "This call may be sent twice: `on_unknown: repeat` repeats it when its answer was lost."
        hint = 'If the other side knows such keys, add the header `Idempotency-Key: "{{ run.id }}"`.'
        findings.add("RCP505", message, step.place, hint=hint, warning=True)


def _advise_on_secrets(step: Step, findings: Findings) -> None:
    for name, value in step.arguments.items():
        place = step.places.get(name, step.place)
        for text in _texts(value):
            if any(pattern.search(text) for pattern in _SECRET_TEXTS):
                message = f"`{name}` seems to hold a password or a key. Everybody who reads this file can use it."
                hint = "Keep it as a secret and write {{ secrets.NAME }} here."
                findings.add("RCP503", message, place, hint=hint, warning=True)
            elif step.action == "http.request" and name == "url" and _SECRET_IN_QUERY.search(text):
                message = "This secret becomes a part of the address, and addresses are kept in the logs of others."
                hint = "Send it under `headers:`, if the other side takes it there."
                findings.add("RCP504", message, place, hint=hint, warning=True)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


# ---- Use -----------------------------------------------------------------------------------------------------------


def _advise_on_use(recipe: Recipe, outline: Outline, registry: Registry, findings: Findings) -> None:
    """Reads whose result nothing uses."""
    used = _used_steps(outline)
    if used is None:
        return
    for step in recipe.every_step():
        action = registry.action(step.action)
        if action is not None and action.kind is ActionKind.READ and step.id not in used:
            message = f"Nothing uses what `{step.action}` finds here."
            findings.add("RCP501", message, step.place, hint=_how_to_use(step), warning=True)


def _used_steps(outline: Outline) -> set[str] | None:
    """The ids of the steps whose result an expression uses; None when one uses `steps` as a whole."""
    used: set[str] = set()
    for site in outline.sites:
        for reference in inspect_source(str(site.node.value), site.kind).references:
            if reference.parts[0] == "steps":
                if len(reference.parts) == 1:
                    return None
                used.add(reference.parts[1])
    return used


def _how_to_use(step: Step) -> str:
    if step.id.startswith(("step_", "on_error_")):
        return "Give the step an `id` and use its result as steps.ID, or delete it."
    return f"Use it as steps.{step.id}, or delete the step."

"""What stands behind the dot: `steps.`, `vars.`, `inputs.`, `secrets.`, `record.` and the other common objects."""

from __future__ import annotations

from collections.abc import Collection

from hub.errors import Place
from hub.recipe.check.bodies import check_body
from hub.recipe.check.keeping import check_table_name
from hub.recipe.check.links import check_link
from hub.recipe.check.surroundings import ALWAYS_FETCHED, Surroundings
from hub.recipe.expressions import Reference
from hub.recipe.names import MEMBERS
from hub.recipe.nearest import suggest
from hub.recipe.problems import Findings
from hub.recipe.reading.flow import SIDE_BY_SIDE
from hub.recipe.reading.outline import Site, StepMark


def check_member(reference: Reference, site: Site, surroundings: Surroundings, findings: Findings) -> None:
    """Report a second part of a dotted name that is not known."""
    root = reference.parts[0]
    if root == "secrets":
        _check_secret(reference, site, surroundings, findings)
    elif root == "links":
        check_link(reference, site, surroundings, findings)
    elif len(reference.parts) < 2 or root in site.spot.items:
        return
    elif root == "steps":
        _check_step(reference, site, surroundings, findings)
    elif root == "vars":
        _check_variable(reference, site, surroundings, findings)
    elif root == "tables":
        check_table_name(reference, site, surroundings, findings)
    elif root == "inputs":
        _check_input(reference, site, surroundings, findings)
    elif root in MEMBERS:
        _check_known(reference, MEMBERS[root], site, findings)
    elif not reference.guarded:
        check_given = check_body if root == "body" else _check_record
        check_given(reference, site, surroundings, findings)


def _check_step(reference: Reference, site: Site, surroundings: Surroundings, findings: Findings) -> None:
    name = reference.parts[1]
    earlier = {step.id: step for step in surroundings.earlier(site.spot)}
    place = site.node.place_of(f"steps.{name}")
    if name in earlier:
        step = earlier[name]
        resource, _, verb = step.action.partition(".")
        if verb == "get" and resource in surroundings.fields and not step.looped and len(reference.parts) > 2:
            known = surroundings.resource_fields(resource)
            _check_field(reference, 2, known, site, surroundings, findings)
        return
    if name not in surroundings.steps:
        listed = "The earlier steps are" if earlier else ""
        hint = suggest(name, earlier) or suggest(name, surroundings.steps) or suggest(name, earlier, listed=listed)
        findings.add("RCP311", f"There is no step `{name[:60]}`.", place, hint=hint)
    elif surroundings.steps[name].order == site.spot.order or _is_around(surroundings.steps[name].order, site):
        findings.add(
            "RCP312",
            f"The step `{name}` has no result yet: it is not finished here.",
            place,
            hint="Use an earlier step.",
        )
    elif not surroundings.steps[name].is_in_reach(site.spot):
        hint = "Use the result of the step with `for_each`: it is the list of all of them."
        findings.add("RCP312", f"The step `{name}` runs inside of a loop that is not around this.", place, hint=hint)
    elif surroundings.steps[name].order > site.spot.order:
        findings.add("RCP312", f"The step `{name}` runs later.", place, hint="Move it up, or use an earlier step.")
    else:
        hint = "Only one branch runs. Use a step before the branches."
        if _is_side_by_side(surroundings.steps[name], site, surroundings):
            hint = "The branches run side by side. Use it behind them."
        findings.add("RCP312", f"The step `{name}` is in another branch.", place, hint=hint)


def _is_side_by_side(step: StepMark, site: Site, surroundings: Surroundings) -> bool:
    """Whether a step is in another branch of a `parallel` that is around this place, too."""
    here = dict(site.spot.way)
    parted = {order for order, branch in step.way if here.get(order, branch) != branch}
    return any(each.action == SIDE_BY_SIDE and each.order in parted for each in surroundings.outline.steps)


def _is_around(order: int, site: Site) -> bool:
    return any(branching == order for branching, _ in site.spot.way)


def _check_variable(reference: Reference, site: Site, surroundings: Surroundings, findings: Findings) -> None:
    name = reference.parts[1]
    known = surroundings.variables(site.spot)
    if name in known:
        return
    later = any(name in step.sets for step in surroundings.outline.steps)
    message = f"`vars.{name[:60]}` is set only later." if later else f"No earlier step sets `vars.{name[:60]}`."
    setters = [step for step in surroundings.outline.steps if name in step.sets]
    if any(_is_side_by_side(step, site, surroundings) for step in setters):
        message = f"`vars.{name[:60]}` is set in another branch."
        hint = "The branches run side by side. Use it behind them."
        findings.add("RCP313", message, site.node.place_of(f"vars.{name}"), hint=hint)
        return
    hint = suggest(name, sorted(known), prefix="vars.") or "Set it in an earlier step with the action `set`."
    findings.add("RCP313", message, site.node.place_of(f"vars.{name}"), hint=hint)


def _check_input(reference: Reference, site: Site, surroundings: Surroundings, findings: Findings) -> None:
    name = reference.parts[1]
    if surroundings.outline.inputs.get(name, {}).get("type") == "secret" and not site.secret:
        hint = "Secrets may stand only in fields that are made for them, like the address of a notification."
        message = f"`inputs.{name}` is a secret and may not be used in `{site.use}`."
        findings.add("RCP402", message, site.node.place_of(f"inputs.{name}"), hint=hint)
    elif surroundings.outline.inputs:
        _check_known(reference, surroundings.outline.inputs, site, findings)
    else:
        place = site.node.place_of(f"inputs.{reference.parts[1]}")
        findings.add("RCP310", "This recipe has no inputs.", place, hint="Declare them under `inputs:`.")


def _check_known(reference: Reference, known: Collection[str], site: Site, findings: Findings) -> None:
    root, name = reference.parts[:2]
    if name not in known:
        hint = suggest(name, sorted(known), prefix=f"{root}.") or suggest(name, sorted(known), listed="There are")
        place = site.node.place_of(f"{root}.{name}")
        findings.add("RCP310", f"`{root}` has no `{name[:60]}`.", place, hint=hint)


def _check_secret(reference: Reference, site: Site, surroundings: Surroundings, findings: Findings) -> None:
    place = site.node.place_of(".".join(reference.parts[:2]))
    if not site.secret:
        hint = "Secrets may stand only in fields that are made for them, like the address of a notification."
        findings.add("RCP402", f"A secret may not be used in `{site.use}`.", place, hint=hint)
    if len(reference.parts) < 2:
        findings.add("RCP402", "Secrets cannot be used all at once.", place, hint="Name one: secrets.TEAM_CHAT_URL.")
    elif surroundings.secrets is not None and reference.parts[1] not in surroundings.secrets:
        report_unknown_secret(reference.parts[1], place, surroundings, findings)


def report_unknown_secret(name: str, place: Place, surroundings: Surroundings, findings: Findings) -> None:
    """Report the name of a secret that does not exist."""
    near = suggest(name, sorted(surroundings.secrets or ()))
    hint = near or f"Add it under Secrets, or set HUB_SECRET_{name[:60]}."
    findings.add("RCP401", f"There is no secret `{name[:60]}`.", place, hint=hint)


def _check_record(reference: Reference, site: Site, surroundings: Surroundings, findings: Findings) -> None:
    root, name = reference.parts[:2]
    found = surroundings.record_fields(root, site.spot)
    if found is None:
        return
    known, triggers = found
    resource = known.get(name, "")
    if resource and not all(surroundings.is_fetched(name, resource, trigger) for trigger in triggers):
        place = site.node.place_of(f"{root}.{name}")
        hint = f"Add `expand: [{name}]` to the trigger, or use `{root}.{name}_id`."
        findings.add("RCP405", f"The trigger does not fetch `{root}.{name}`.", place, hint=hint)
        return
    _check_field(reference, 1, known, site, surroundings, findings)


def check_written_record(reference: Reference, site: Site, surroundings: Surroundings, findings: Findings) -> None:
    """Report a field of the record that a step is about to write and that its resource does not have."""
    step = next(each for each in surroundings.outline.steps if each.order == site.spot.order)
    resource = step.action.partition(".")[0]
    if resource not in surroundings.fields or len(reference.parts) < 2:
        return
    known = surroundings.resource_fields(resource)
    name = reference.parts[1]
    if known.get(name) and known[name] not in ALWAYS_FETCHED:
        hint = f"Use `record.{name}_id`, or look it up in an earlier step."
        message = f"The record that is written does not hold `record.{name}`."
        findings.add("RCP405", message, site.node.place_of(f"record.{name}"), hint=hint)
        return
    _check_field(reference, 1, known, site, surroundings, findings)


def _check_field(
    reference: Reference,
    position: int,
    known: dict[str, str],
    site: Site,
    surroundings: Surroundings,
    findings: Findings,
) -> None:
    """Report a part of a dotted name that is no field, and go on into a related record whose fields are known."""
    name = reference.parts[position]
    before = ".".join(reference.parts[:position])
    if name not in known:
        hint = suggest(name, list(known), prefix=f"{before}.")
        place = site.node.place_of(f"{before}.{name}")
        findings.add("RCP310", f"`{before}` has no field `{name[:60]}`.", place, hint=hint)
    elif known[name] in surroundings.fields and len(reference.parts) > position + 1:
        inner = surroundings.resource_fields(known[name]) | {"name": ""}
        _check_field(reference, position + 1, inner, site, surroundings, findings)

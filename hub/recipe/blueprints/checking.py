"""Blueprints and instances, read and checked: all problems in one pass, each where somebody can help it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from hub.errors import Place, Problem
from hub.recipe.blueprints.assembly import Assembled, as_instance, assemble, details_of, top_of
from hub.recipe.blueprints.blueprint import Blueprint, Blueprints, name_in_file
from hub.recipe.blueprints.bundle import Bundle
from hub.recipe.blueprints.given import Inputs, World, check_names, collect_values
from hub.recipe.blueprints.instance import Instance, read_instance, read_number
from hub.recipe.blueprints.samples import NOWHERE, make_samples
from hub.recipe.check import check_reading
from hub.recipe.loader import parse
from hub.recipe.nearest import spell, suggest
from hub.recipe.node import Entry, Node
from hub.recipe.problems import Findings, is_usable
from hub.recipe.reading import Reading, read
from hub.recipe.reading.draft import RECIPE_ID
from hub.recipe.reading.section import expect
from hub.registry import Registry

__all__ = ["World", "check_blueprint", "check_instance", "read_published"]

_NOT_OF_A_BLUEPRINT = ("id", "was", "enabled", "version")
_WRONG_TYPE = "RCP203"
_NOT_THERE = frozenset({"RCP401", "RCP403"})


# ---- Blueprints ----------------------------------------------------------------------------------------------------


def check_blueprint(text: str, *, file: str, world: World) -> Blueprint:
    """Read and check a blueprint by itself. Never raises for what stands in the text."""
    findings = Findings(file)
    blueprint_id, named = name_in_file(file)
    root = parse(text, findings)
    if root is None or not expect(root, "map", findings=findings, what="A blueprint"):
        return Blueprint(blueprint_id, named or 0, file, text, blueprint_id, "", {}, None, None, findings.listed())
    version = _read_blueprint_version(root, named, findings)
    _check_blueprint_top(root, blueprint_id, findings)
    inputs = details_of(root, file, world.registry)
    samples = make_samples(inputs, root.get("inputs"))
    named_root = replace(root, value=tuple(each for each in root.entries() if each.key not in _NOT_OF_A_BLUEPRINT))
    identity = Node("text", blueprint_id if RECIPE_ID.fullmatch(blueprint_id) else "blueprint", findings.start())
    top = Node("map", (Entry("id", root.place, identity),), root.place)
    made = assemble(named_root, samples, top, file=file, text=text, registry=world.registry)
    _check_form_names(made, inputs, findings)
    names = Findings(file)
    check_names(samples, inputs, world, names)
    defaults = {text.place for node in samples.values() for text in node.texts()}
    for problem in (*names.listed(), *_checked(made, file, world).problems):
        if problem.code in _NOT_THERE and problem.place in defaults:
            problem = replace(problem, severity="warning")  # an instance may give another value
        if problem.place.file == NOWHERE:
            _keep_if_type_is_wrong(problem, list(inputs), made, findings)
        else:
            findings.extend((problem,))
    problems = findings.listed()
    recipe = made.reading.recipe
    return Blueprint(
        blueprint_id,
        version,
        file,
        text,
        recipe.name if recipe else blueprint_id,
        recipe.description if recipe else "",
        inputs,
        root,
        replace(recipe, file=f"{blueprint_id}.yaml") if recipe and is_usable(problems) else None,
        problems,
    )


def _read_blueprint_version(root: Node, named: int | None, findings: Findings) -> int:
    """The version, 0 (and a problem) when it says none. What the file's name says comes first."""
    node = root.get("blueprint")
    hint = "Write `blueprint: 1`."
    if node is None or not expect(node, "integer", findings=findings, what="`blueprint`", hint=hint):
        return named or 0
    version = read_number(node, findings, what="`blueprint`")
    if named is None or not version or named == version:
        return version
    message = f"The file's name says that this is another version than {version}."
    hint = f"Write `blueprint: {named}`, or rename the file." if named else "Rename the file."
    findings.add("RCP438", message, node.place, hint=hint)
    return named


def _check_blueprint_top(root: Node, blueprint_id: str, findings: Findings) -> None:
    for entry in root.entries():
        if entry.key in _NOT_OF_A_BLUEPRINT:
            message = f"`{entry.key}` belongs into an instance; a blueprint has none."
            hint = "Its version is the number behind `blueprint`." if entry.key == "version" else "Delete it."
            findings.add("RCP201", message, entry.place, hint=hint)
    inputs = root.get("inputs")
    if inputs is None or (inputs.kind == "map" and not inputs.entries()):
        hint = "Add `inputs:`, with one input in each line. A recipe without any is no blueprint."
        findings.add("RCP202", "A blueprint needs inputs.", inputs.place if inputs else root.place, hint=hint)
    if not RECIPE_ID.fullmatch(blueprint_id):
        message = f"The file's name, `{blueprint_id[:60]}`, cannot be the blueprint's id."
        hint = "Rename the file with small letters, digits and hyphens, as in quiet-leads.yaml."
        findings.add("RCP206", message, findings.start(), hint=hint)


def _check_form_names(made: Assembled, inputs: Inputs, findings: Findings) -> None:
    """A name that the form of a trigger asks for, too, would be answered twice."""
    for trigger in made.reading.recipe.triggers if made.reading.recipe else ():
        for name in sorted(set(trigger.options.get("inputs") or ()) & set(inputs)):
            message = f"`{name}` is an input of the blueprint and of its trigger."
            findings.add("RCP207", message, trigger.place, hint="Give one of them another name.")


def _keep_if_type_is_wrong(problem: Problem, names: list[str], made: Assembled, findings: Findings) -> None:
    """What is wrong with a made-up value says nothing, except that its type does not fit the place it is put into."""
    used = made.used.get(names[problem.place.line - 1])
    if problem.code == _WRONG_TYPE and used:
        hint = f"Give the input `{names[problem.place.line - 1]}` another `type`."
        findings.extend((replace(problem, place=used[0], hint=hint),))


def _checked(made: Assembled, file: str, world: World) -> Reading:
    return check_reading(
        made.reading,
        file=file,
        registry=world.registry,
        secrets=world.secrets,
        fields=world.fields,
        catalogue=world.catalogue,
        tables=world.tables,
    )


# ---- Instances -----------------------------------------------------------------------------------------------------


def check_instance(text: str, *, file: str, blueprints: Blueprints, world: World) -> Reading:
    """Read and check an instance with its blueprint. Never raises for what stands in the text."""
    findings = Findings(file)
    instance = read_instance(text, findings)
    if instance is None:
        return Reading(None, findings.listed())
    return check_filled(instance, text, findings, blueprints=blueprints, world=world)


def check_filled(instance: Instance, text: str, findings: Findings, *, blueprints: Blueprints, world: World) -> Reading:
    """Check an instance that has been read, with what was found so far; `text` is what it stands in."""
    file = findings.file
    blueprint = _find(instance, blueprints, findings)
    if blueprint is None or blueprint.root is None:
        return Reading(None, findings.listed())
    values = collect_values(instance, blueprint.inputs, blueprint.root.get("inputs"), findings)
    bundle = Bundle(text, blueprint.text, f"blueprints/{PurePath(blueprint.file).name}")
    if Bundle.read(bundle.text) != replace(bundle, instance=bundle.instance_part):
        hint = "Delete the comment behind the ---."
        findings.add("RCP106", "This file cannot be told from its blueprint.", findings.start(), hint=hint)
    made = assemble(
        blueprint.root,
        values,
        top_of(instance.root, file),
        file=blueprint.file,
        text=bundle.text,
        registry=world.registry,
    )
    names = Findings(blueprint.file)
    check_names(values, blueprint.inputs, world, names)
    for problem in (*names.listed(), *_checked(made, blueprint.file, world).problems):
        _take_over(problem, instance, made, findings)
    problems = findings.listed()
    recipe = made.reading.recipe
    if recipe is None or not is_usable(problems):
        return Reading(None, problems, made.reading.outline)
    recipe = as_instance(recipe, instance, values, file=file, blueprint_file=blueprint.file)
    return Reading(recipe, problems, made.reading.outline)


def _find(instance: Instance, blueprints: Blueprints, findings: Findings) -> Blueprint | None:
    """The blueprint of an instance, when it can be used; a problem with the way out when not."""
    if not instance.blueprint or not instance.version:
        return None
    found, newest = blueprints.find(instance.blueprint, instance.version), blueprints.newest(instance.blueprint)
    if newest is None:
        hint = suggest(instance.blueprint, blueprints.ids(), listed="There are")
        hint = hint or "Blueprints are files of the folder `blueprints` inside the recipes folder."
        message = f"There is no blueprint `{instance.blueprint[:60]}`."
        findings.add("RCP431", message, instance.blueprint_place, hint=hint)
        return None
    found = found or blueprints.find(instance.blueprint, 0)  # the version of one that is broken may be unknown
    if found is None:
        _report_version(instance, blueprints, findings)
    elif not found.is_usable:
        first = next(each for each in found.problems if each.severity == "error")
        message = f"The blueprint has an error: {first.message} (In {_name(first.place)}.)"
        findings.add("RCP433", message, instance.blueprint_place, hint=first.hint, detail=str(first.place))
        return None
    elif newest.version > found.version:
        message = f"There is version {newest.version} of the blueprint; this instance stays with {found.version}."
        hint = f"See what would change: python -m hub blueprints update {findings.file}"
        findings.add("RCP432", message, instance.version_place, hint=hint, warning=True)
    return found


def _report_version(instance: Instance, blueprints: Blueprints, findings: Findings) -> None:
    known = blueprints.versions(instance.blueprint)
    listed = spell([str(each) for each in known])
    message = f"There is no version {instance.version} of `{instance.blueprint}`; there is {listed}."
    hint = f"Write `version: {known[-1]}`, or put the file {instance.blueprint}@{instance.version}.yaml back."
    findings.add("RCP431", message, instance.version_place, hint=hint)


def _take_over(problem: Problem, instance: Instance, made: Assembled, findings: Findings) -> None:
    """Say of a problem in the filled recipe where it stands in both files. Warnings about the blueprint are its own."""
    place = problem.place
    if place.file == findings.file:
        findings.forget(problem.code, place)  # the same was said before it was known where the value is put
        used = made.used.get(instance.input_at(place.line))
        where = f" It is put into {_name(used[0])}." if used else ""
        findings.extend((replace(problem, message=f"{problem.message}{where}"),))
    elif problem.severity == "error":
        message = f"{problem.message} (In {_name(place)}, with these inputs.)"
        findings.extend((replace(problem, message=message, place=instance.blueprint_place, detail=str(place)),))


def _name(place: Place) -> str:
    return f"line {place.line} of {place.file}"


# ---- What was published --------------------------------------------------------------------------------------------


def read_published(source: str, *, file: str, registry: Registry) -> Reading:
    """The recipe in a published text: a plain recipe, or a bundle of an instance and its blueprint."""
    bundle = Bundle.read(source)
    if bundle is None:
        return read(source, file=file, registry=registry)
    findings, of_blueprint = Findings(file), Findings(bundle.blueprint_file)
    instance = read_instance(bundle.instance, findings)
    root = parse(bundle.blueprint, of_blueprint)
    if instance is None or root is None or root.kind != "map":
        return Reading(None, (*findings.listed(), *of_blueprint.listed()))
    inputs = details_of(root, bundle.blueprint_file, registry)
    values = collect_values(instance, inputs, root.get("inputs"), findings)
    top = top_of(instance.root, file)
    made = assemble(root, values, top, file=bundle.blueprint_file, text=source, registry=registry)
    problems = (*findings.listed(), *made.reading.problems)
    recipe = made.reading.recipe
    if recipe is None or not is_usable(problems):
        return Reading(None, problems, made.reading.outline)
    recipe = as_instance(recipe, instance, values, file=file, blueprint_file=bundle.blueprint_file)
    return Reading(recipe, problems, made.reading.outline)

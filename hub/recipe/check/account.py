"""What is written out literally and must exist in the account: secrets, fields, stages, job types, employees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hub.errors import Place
from hub.ports import Catalogue
from hub.recipe.check.members import report_unknown_secret
from hub.recipe.check.surroundings import REFERENCES, Surroundings, option_texts
from hub.recipe.expressions import inspect_source
from hub.recipe.nearest import suggest
from hub.recipe.node import Entry, Node
from hub.recipe.problems import Findings
from hub.recipe.reading.outline import Site, StepMark, TriggerMark
from hub.recipe.templates import has_braces

_FIELDS_INSIDE = ("match", "filters")
"""Keys of the record actions that hold fields themselves."""
_OURS = ("record", "before", "steps")
"""Names whose objects come from Workglue, among others."""
_WORDS = {"job_stages": "stage", "job_types": "job type", "employees": "employee"}


@dataclass(frozen=True)
class Account:
    """Reports every literal name that does not exist, as far as it is known what does."""

    surroundings: Surroundings
    findings: Findings
    catalogue: Catalogue | None

    def check_triggers_and_steps(self) -> None:
        """Everything that is written out in triggers and in the arguments of steps."""
        for trigger in self.surroundings.outline.triggers:
            self._check_trigger(trigger)
        for step in self.surroundings.outline.steps:
            self._check_step(step)

    def _check_trigger(self, trigger: TriggerMark) -> None:
        """The secrets, the watched fields and the values that they are watched for."""
        kind = self.surroundings.registry.trigger(trigger.type)
        secret_options = [each.name for each in kind.parameters if each.secret] if kind else []
        for option in secret_options:
            node = trigger.node.get(option)
            for name in option_texts(trigger.options.get(option)) if node else ():
                if self.surroundings.secrets is not None and node and name not in self.surroundings.secrets:
                    report_unknown_secret(name, node.place, self.surroundings, self.findings)
        changed = trigger.node.get("changed")
        if changed is not None:
            self._check_watched(changed, str(trigger.options.get("resource", "")))

    def _check_watched(self, changed: Node, resource: str) -> None:
        listed = (changed,) if changed.kind == "text" else changed.items()
        paths = [(str(item.value), item.place) for item in listed if item.kind == "text"]
        paths += [(entry.key, entry.place) for entry in changed.entries()]
        for path, place in paths:
            self._check_path(path, place, resource)
        for entry in changed.entries():
            for bound in entry.node.entries():
                for text in bound.node.texts():
                    self._check_path_value(tuple(entry.key.split(".")), text)

    def _check_path(self, path: str, place: Place, resource: str) -> None:
        for part in path.split("."):
            if resource not in self.surroundings.fields:
                return
            known = self.surroundings.resource_fields(resource)
            if part not in known:
                self._report_field(part, resource, place)
                return
            resource = known[part]

    def _report_field(self, name: str, resource: str, place: Place) -> None:
        hint = suggest(name, list(self.surroundings.resource_fields(resource)))
        message = f"Records of {resource.replace('_', ' ')} have no field `{name[:60]}`."
        self.findings.add("RCP404", message, place, hint=hint)

    def _check_step(self, step: StepMark) -> None:
        """The fields that a step writes or looks for, and the names given for related records."""
        resource = step.action.split(".")[0]
        action = self.surroundings.registry.action(step.action)
        if action is None:
            return
        if step.action == "wait_for":
            self._check_secret_names(step)
        for entry in step.arguments:
            if action.free and action.parameter(entry.key) is None:
                self._check_field(entry, resource)
            elif entry.key in _FIELDS_INSIDE:
                for inner in entry.node.entries():
                    self._check_field(inner, resource)

    def _check_secret_names(self, step: StepMark) -> None:
        """The secrets by which a step believes what another app sends."""
        for entry in step.arguments:
            for text in entry.node.texts() if entry.key == "secret" else ():
                if self.surroundings.secrets is not None and text.value not in self.surroundings.secrets:
                    report_unknown_secret(str(text.value), text.place, self.surroundings, self.findings)

    def _check_field(self, entry: Entry, resource: str) -> None:
        """A field that is written or looked for, and the name given for a related record."""
        if resource in self.surroundings.fields:
            self._check_path(entry.key, entry.place, resource)
        if "." in entry.key:
            for text in entry.node.texts():
                self._check_path_value(tuple(entry.key.split(".")), text)
        related = REFERENCES.get(resource, {}).get(entry.key, "")
        for text in entry.node.texts() if related else ():
            self._check_name(related, text)

    def check_comparisons(self, site: Site) -> None:
        """Texts that an expression compares with a stage, a job type or an employee."""
        for parts, text in inspect_source(str(site.node.value), site.kind).comparisons:
            if parts[0] not in (*_OURS, *site.spot.items):
                continue  # what other apps send has names of its own
            place = site.node.place_of(text)
            if len(parts) == 2 and parts[0] in ("record", "before") and _related(parts[1]):
                dotted = ".".join(parts)
                message = f"`{dotted}` is a whole record, so it never equals a text."
                hint = f"Compare one of its fields: {dotted}.name."
                self.findings.add("RCP309", message, site.node.place_of(dotted), hint=hint)
            self._check_path_value(parts, Node("text", text, place))

    def _check_path_value(self, parts: tuple[str, ...], node: Node) -> None:
        """A text that is compared with, or watched for in, the field at a dotted path."""
        related = _related(parts[-2]) if len(parts) > 1 else _related(parts[-1])
        if not related:
            return
        if len(parts) == 1 or parts[-1] == "name":
            self._check_name(related, node)
        elif parts[-1] == "category" and self.catalogue is not None:
            records = self.catalogue.records.get(related, {}).values()
            self._check_word("category", sorted({str(each.get("category")) for each in records}), node)

    def _check_name(self, related: str, node: Node) -> None:
        names = self.catalogue.names.get(related, {}) if self.catalogue else {}
        ids = self.catalogue.records.get(related, {}) if self.catalogue else {}
        if related in _WORDS and node.value not in ids:
            self._check_word(_WORDS[related], list(names), node)

    def _check_word(self, what: str, names: Collection[str], node: Node) -> None:
        if names and node.value not in names and not has_braces(str(node.value)):
            message = f"The account has no {what} `{str(node.value)[:60]}`."
            self.findings.add("RCP403", message, node.place, hint=suggest(str(node.value), names, listed="There are"))


def _related(name: str) -> str:
    return next((table[name] for table in REFERENCES.values() if name in table), "")

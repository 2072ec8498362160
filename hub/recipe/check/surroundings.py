"""What is known at a place of a recipe: names, fields, earlier steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hub.recipe.names import AFTER_ERROR, COMMON
from hub.recipe.reading.outline import RESPOND_AFTER, Outline, Site, Spot, StepMark, TriggerMark
from hub.registry import Registry

REFERENCES: Mapping[str, Mapping[str, str]] = {
    "jobs": {
        "stage": "job_stages",
        "job_type": "job_types",
        "customer": "customers",
        "primary_contact": "contacts",
        "billing_contact": "contacts",
        "sales_person": "employees",
        "project_manager": "employees",
        "supervisor": "employees",
        "crew_leader": "employees",
        "contacts": "contacts",
    },
    "customers": {"primary_contact": "contacts", "secondary_contact": "contacts", "contacts": "contacts"},
    "contacts": {"customers": "customers", "jobs": "jobs"},
}
"""Related records by the name that stands for their id: `stage` for `stage_id`, `contacts` for `contact_ids`."""
ALWAYS_THERE = ("id", "created_at", "updated_at")
"""Fields of every record."""

ALWAYS_FETCHED = frozenset({"job_stages", "job_types", "employees"})
ONLY_IF = "only_if"
"""The key of a condition on the record that is written; it is called `record` there."""

_BEFORE_THE_RUN = frozenset({"event"})


@dataclass(frozen=True)
class Surroundings:
    """The recipe as a whole, and what is known of the world around it."""

    outline: Outline
    registry: Registry
    secrets: Collection[str] | None
    fields: Mapping[str, Collection[str]]
    tables: Mapping[str, Collection[str] | None] | None = None

    def names(self, site: Site) -> set[str]:
        """The names that an expression at this place knows."""
        spot = site.spot
        if is_about_delivery(site):
            webhook = self.registry.trigger("webhook")
            return set(webhook.scope) if webhook else set()
        early = spot.trigger >= 0 or site.use == "key"
        known = set(_BEFORE_THE_RUN if early else COMMON) | set(spot.items)
        if site.use == "where" and self.outline.is_filled:
            known |= {"inputs"}
        if site.use == RESPOND_AFTER:
            known.add("result")
        if spot.failing:
            known |= set(AFTER_ERROR)
        if site.use == ONLY_IF:
            known |= {"record"}
        return known.union(*(self.given_by(trigger) for trigger in self.triggers(spot)), self._any_trigger_name)

    def triggers(self, spot: Spot) -> list[TriggerMark]:
        """The triggers that can have led to a place."""
        return [each for each in self.outline.triggers if spot.trigger in (-1, each.number)]

    def given_by(self, trigger: TriggerMark) -> set[str]:
        """The names that a trigger gives to expressions."""
        kind = self.registry.trigger(trigger.type)
        return set(kind.scope) if kind else set()

    def lacking(self, name: str, spot: Spot) -> list[TriggerMark]:
        """The triggers that can have led to a place, but do not give a name that another one gives."""
        given = [(trigger, name in self.given_by(trigger)) for trigger in self.triggers(spot)]
        return [trigger for trigger, gives in given if not gives] if any(gives for _, gives in given) else []

    def record_fields(self, name: str, spot: Spot) -> tuple[dict[str, str], list[TriggerMark]] | None:
        """The fields of `record` or `before` at a place, each with the resource of the related record that it holds or
        "", and the triggers that give it. None when they are not known."""
        triggers = [each for each in self.triggers(spot) if name in self.given_by(each)]
        resources = [str(each.options.get("resource", "")) for each in triggers]
        if not triggers or any(resource not in self.fields for resource in resources):
            return None
        return {key: kind for each in resources for key, kind in self.resource_fields(each).items()}, triggers

    def resource_fields(self, resource: str) -> dict[str, str]:
        """The fields of a resource's records and the names of their related records, each with the resource that the
        related record is of, or ""."""
        known = dict.fromkeys((*ALWAYS_THERE, *self.fields[resource]), "")
        related = REFERENCES.get(resource, {}).items()
        return known | {
            name: kind
            for name, kind in related
            if not known.keys().isdisjoint({name, f"{name}_id", f"{name.removesuffix('s')}_ids"})
        }

    def is_fetched(self, name: str, resource: str, trigger: TriggerMark) -> bool:
        """Whether a trigger's record holds a related record of some resource, not only its id."""
        if resource in ALWAYS_FETCHED or name in self.fields.get(str(trigger.options.get("resource")), ()):
            return True
        kind = self.registry.trigger(trigger.type)
        takes_expand = kind is not None and any(each.name == "expand" for each in kind.parameters)
        return not takes_expand or name in (trigger.options.get("expand") or ())

    def earlier(self, spot: Spot) -> Iterator[StepMark]:
        """The steps that can have a result when a place is reached."""
        return (step for step in self.outline.steps if step.is_before(spot) and step.is_in_reach(spot))

    def variables(self, spot: Spot) -> set[str]:
        """The variables that can be set when a place is reached. Those that are set in a loop stay set after it."""
        return {name for step in self.outline.steps if step.is_before(spot) for name in step.sets}

    @cached_property
    def steps(self) -> dict[str, StepMark]:
        """All steps by id."""
        return {step.id: step for step in self.outline.steps}

    @cached_property
    def _any_trigger_name(self) -> set[str]:
        """Every name that any trigger gives, when the recipe's own triggers could not be read."""
        if self.outline.triggers:
            return set()
        return set().union(*(kind.scope for kind in self.registry.triggers()))


def is_about_delivery(site: Site) -> bool:
    """Whether an expression is asked about what another app sends while the run waits (`match` of `wait_for`)."""
    return site.kind == "expression" and site.use == "match"


def option_texts(value: Any) -> list[str]:
    """The texts in an option that is a text or a list of texts."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]

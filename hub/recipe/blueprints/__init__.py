"""Blueprints: recipes with inputs that start nothing by themselves, and instances, small files that give the values.

    recipes/blueprints/quiet-leads.yaml     blueprint: 2, inputs, trigger, steps
    recipes/quiet-leads.yaml                blueprint: quiet-leads, version: 2, inputs: {days: 10}

An instance is read as its blueprint with these values. What is published is a bundle of both texts, so that any process
can read it again from the ledger alone, whatever becomes of the files.
"""

from __future__ import annotations

from hub.recipe.blueprints.blueprint import Blueprint, Blueprints
from hub.recipe.blueprints.bundle import Bundle
from hub.recipe.blueprints.checking import World, check_blueprint, check_instance, read_published
from hub.recipe.blueprints.instance import Instance, read_instance
from hub.recipe.blueprints.kinds import Kind, kind_of

__all__ = [
    "Blueprint",
    "Blueprints",
    "Bundle",
    "Instance",
    "Kind",
    "World",
    "check_blueprint",
    "check_instance",
    "kind_of",
    "read_instance",
    "read_published",
]

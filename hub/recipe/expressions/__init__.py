"""Expressions: Jinja2 in an immutable sandbox, allowed by a list, bounded in everything. The only user of jinja2.

text -> grammar (parse) -> allowed (is everything in it known?) -> guarding (bounded operations) -> compiled
"""

from __future__ import annotations

from hub.recipe.expressions.evaluation import Expressions
from hub.recipe.expressions.grammar import Fault
from hub.recipe.expressions.inspection import Inspection, inspect_source
from hub.recipe.expressions.references import Reference
from hub.recipe.expressions.verdicts import Verdict

__all__ = ["Expressions", "Fault", "Inspection", "Reference", "Verdict", "inspect_source"]

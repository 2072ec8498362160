"""A recipe in plain English, as a chart, and the difference between two of its versions. All of it pure."""

from __future__ import annotations

from hub.recipe.explaining.differences import tell_differences
from hub.recipe.explaining.flowchart import draw
from hub.recipe.explaining.steps import Line
from hub.recipe.explaining.story import as_text, explain

__all__ = ["Line", "as_text", "draw", "explain", "tell_differences"]

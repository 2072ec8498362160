"""From text to a frozen Recipe: the shape of the language. What its expressions mean is for hub.recipe.check."""

from __future__ import annotations

from hub.recipe.reading.recipe import Reading, read, read_tree

__all__ = ["Reading", "read", "read_tree"]

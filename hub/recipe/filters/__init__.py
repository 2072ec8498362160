"""All filters and tests of the language, by family. There are no others: Jinja's own are not used.

A filter is a plain function: the value first, then its arguments. Its docstring's first line is its documentation and
the lines `expression -> result` in it are examples that a test works out; docs/filters.md is made from them.
"""

from __future__ import annotations

from hub.recipe.filters.catalogue import examples, filter_page, make_filters
from hub.recipe.filters.tests import TESTS

__all__ = ["TESTS", "examples", "filter_page", "make_filters"]

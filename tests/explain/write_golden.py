"""Write golden_explanations.txt again: python -m tests.explain.write_golden. Read the difference before it is kept."""

from __future__ import annotations

from hub.recipe.explaining import as_text
from tests.explain.samples import REGISTRY, SHIPPED, read_shipped
from tests.explain.test_sentences import GOLDEN

if __name__ == "__main__":
    told = (f"#### {file.name}\n{as_text(read_shipped(file), REGISTRY)}\n" for file in SHIPPED)
    GOLDEN.write_text("".join(told), encoding="utf-8")

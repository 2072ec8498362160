"""The reference pages say what the code does, because they are made from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.settings import SETTINGS
from tools.pages import DOCS, pages

ROOT = DOCS.parent


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text() == pages()[name], "write it again with: .venv/bin/python -m tools.pages"


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if not target.startswith(("http://", "https://")) and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken


def test_every_setting_named_in_the_pages_exists() -> None:
    known = {row.variable for row in SETTINGS} | {f"{row.variable}_FILE" for row in SETTINGS}
    unknown = []
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for name in re.findall(r"\b(?:HUB|WORKGLUE)_[A-Z_]+\b", page.read_text()):
            if name not in known and not name.startswith("HUB_SECRET_"):
                unknown.append(f"{page.relative_to(ROOT)}: {name}")
    assert not unknown


def test_every_make_command_in_the_readme_exists() -> None:
    makefile = Path(ROOT / "Makefile").read_text()
    for command in re.findall(r"(?m)(?:^|`)make ([a-z]+)", (ROOT / "README.md").read_text()):
        assert re.search(rf"^{command}:", makefile, re.MULTILINE), f"make {command} is not in the Makefile"

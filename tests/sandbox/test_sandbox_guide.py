"""docs/sandbox.md names everything that can be set, started and switched."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from sandbox.__main__ import main
from sandbox.dialect import BUILT_IN
from sandbox.faults import KINDS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_every_setting_is_named_and_every_name_is_a_setting() -> None:
    read = set(re.findall(r"SANDBOX_[A-Z_]+", (ROOT / "sandbox" / "settings.py").read_text(encoding="utf-8")))
    assert set(re.findall(r"SANDBOX_[A-Z_]+", GUIDE)) == read


def test_every_command_and_option_is_real() -> None:
    assert set(re.findall(r"python -m sandbox (\w+)", GUIDE)) == set(main.commands)
    for name, row in re.findall(r"^\| `python -m sandbox (\w+).*?` \| (.*) \|$", GUIDE, flags=re.MULTILINE):
        known = {option for part in main.commands[name].params for option in (*part.opts, *part.secondary_opts)}
        assert set(re.findall(r"--[\w-]+", row)) <= known, name


def test_every_fault_is_explained() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", GUIDE, flags=re.MULTILINE)) & set(KINDS) == set(KINDS)


def test_every_section_of_the_dialect_is_named() -> None:
    for section in yaml.safe_load(BUILT_IN.read_text(encoding="utf-8")):
        assert section in GUIDE

"""docs/api-profile.md explains every key of a profile, and its example is one."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import hub
from hub.workglue.profile import RESOURCE_KEYS, SECTIONS, built_in, read_profile

PAGE = (Path(hub.__file__).parents[1] / "docs" / "api-profile.md").read_text()


def test_every_key_is_explained() -> None:
    keys = [f"{section}.{each.name}" for section, kind in SECTIONS.items() for each in fields(kind)]
    keys += [f"resources.NAME.{key}" for key in RESOURCE_KEYS]
    assert [key for key in keys if f"`{key}`" not in PAGE] == []


def test_no_other_key_is_explained() -> None:
    known = {f"{section}.{each.name}" for section, kind in SECTIONS.items() for each in fields(kind)}
    known |= {f"resources.NAME.{key}" for key in RESOURCE_KEYS}
    explained = re.findall(r"`((?:auth|lists|writes|errors|rate|timestamps|resources)\.[A-Za-z_.]+)`", PAGE)
    assert set(explained) <= known


def test_the_example_can_be_read() -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example
    profile = read_profile(example[1])
    assert profile.lists.data_key == "items"
    assert profile != built_in()

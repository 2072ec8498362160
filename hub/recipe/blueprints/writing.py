"""New and changed files of instances: their text, and how it is put on the disk."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.errors import HubError
from hub.recipe.blueprints.blueprint import Blueprint
from hub.recipe.loader import parse
from hub.recipe.problems import Findings
from hub.recipe.reading.recipe import LANGUAGE
from hub.recipe.tree import read_scalar
from hub.recipe.writing import as_yaml

_WORDS = {"true": True, "false": False}


def write_instance(
    blueprint: Blueprint, values: Mapping[str, Any], *, name: str = "", description: str = "", enabled: bool = True
) -> str:
    """The text of a new instance. Inputs that are not among the values are left to their defaults."""
    known = [each for each in blueprint.inputs if each in values]
    inputs = {each: values[each] for each in (*known, *(each for each in values if each not in known))}
    top: dict[str, Any] = {"recipe": LANGUAGE, "blueprint": blueprint.id, "version": blueprint.version}
    top |= {"name": name} if name else {}
    top |= {"description": description} if description else {}
    top |= {} if enabled else {"enabled": False}
    return as_yaml(top | ({"inputs": inputs} if inputs else {}))


def read_texts(texts: Sequence[str], details: Mapping[str, Any] | None) -> Any:
    """What somebody typed for an input as the value that it stands for; a text that stands for none stays a text, and
    the check then says what is wrong with it. Several texts are the entries of a list."""
    kind = str(details["type"]) if details else "text"
    if details and (details.get("many") or kind == "list"):
        return [_read_text(each, kind) for each in texts if each.strip()]
    return _read_text(texts[0], kind) if len(texts) == 1 else list(texts)


def _read_text(text: str, kind: str) -> Any:
    if kind == "boolean":
        return _WORDS.get(text.strip(), text)
    if kind in ("integer", "number"):
        found, value = read_scalar(text.strip())
        return value if found in ("integer", "number") else text
    if kind == "object":
        node = parse(text, Findings("the value"))
        return node.plain() if node is not None and node.kind == "map" else text
    return text


def create_file(path: Path, text: str) -> None:
    """Write a new file, whole or not at all. HubError when there is one of this name already, or none can be made."""
    try:
        with _drafted(path, text) as draft:
            os.link(draft, path)
    except FileExistsError:
        raise HubError(f"There is a file {path} already.", hint="Choose another name, or change that file.") from None
    except OSError as problem:
        raise HubError(f"The file {path} cannot be written: {problem.strerror}.") from problem


def replace_file(path: Path, text: str) -> None:
    """Write a file anew, whole or not at all. HubError when it cannot be."""
    try:
        with _drafted(path, text) as draft:
            draft.chmod(path.stat().st_mode & 0o777)
            draft.replace(path)
    except OSError as problem:
        raise HubError(f"The file {path} cannot be written: {problem.strerror}.") from problem


@contextlib.contextmanager
def _drafted(path: Path, text: str) -> Iterator[Path]:
    """The text in a hidden file beside `path`, readable by everybody as recipes are; gone afterwards."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}-", suffix=".draft")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(0o644)
        yield draft
    finally:
        draft.unlink(missing_ok=True)

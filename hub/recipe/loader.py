"""The text of a file as a Node: a strict YAML 1.2 core schema over PyYAML's C parser.

Only `true` and `false` are booleans, only plain decimal numbers are numbers, only `null`, `~` and nothing are empty;
everything else stays the text that was written. What would have to be guessed is a problem, not a guess.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from hub.errors import Place, RecipeError
from hub.recipe.node import LINE_BREAK, Node
from hub.recipe.problems import Findings, is_usable
from hub.recipe.syntax import describe
from hub.recipe.tree import Tree

LARGEST = 256 * 1024
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_COMMENT = re.compile(r"(?:^|\s)#")


def load(text: str, file: str) -> Node:
    """The document. RecipeError with every problem of YAML that could be found (codes RCP1xx) when it is not clean.

    Warnings alone do not make it fail.
    """
    findings = Findings(file)
    node = parse(text, findings)
    problems = findings.listed()
    if node is None or not is_usable(problems):
        raise RecipeError(f"{file} is not a proper YAML file.", problems=problems)
    return node


def parse(text: str, findings: Findings) -> Node | None:
    """The document, or None when there is nothing to go on with; what is wrong is added to `findings`."""
    text = text.removeprefix("\ufeff")
    if len(text) > LARGEST or len(text.encode(errors="surrogatepass")) > LARGEST:
        findings.add(
            "RCP107", "The file is larger than 256 KiB.", findings.start(), hint="Split it into several recipes."
        )
        return None
    strange = _FORBIDDEN.search(text)
    if strange:
        message = f"The character U+{ord(strange[0]):04X} cannot stand in a recipe."
        findings.add("RCP112", message, _place(findings.file, text, strange.start()), hint="Delete it.")
        return None
    tree = Tree(text, findings)
    complete = _feed(text, tree, findings)
    _refuse_tabs(text, tree, findings)
    if complete and tree.root is None and not tree.stopped:
        findings.add("RCP114", "The file is empty.", findings.start(), hint="A recipe begins with `recipe: 1`.")
    if tree.root is not None:
        _refuse_on(tree.root, findings)
    return tree.root if complete else None


def _feed(text: str, tree: Tree, findings: Findings) -> bool:
    """Give all events to the tree. False when the text stops being YAML, or the tree has seen enough."""
    parser: Any = yaml.CSafeLoader(text)
    try:
        while not tree.stopped and parser.check_event():
            tree.take(parser.get_event())
    except yaml.MarkedYAMLError as error:
        code, message, place, hint = describe(error, text, findings.file)
        if not findings.has(code, place.line):
            findings.add(code, message, place, hint=hint)
        return False
    finally:
        parser.dispose()
    return not tree.stopped


def _refuse_on(root: Node, findings: Findings) -> None:
    for entry in root.entries():
        if entry.key == "on":
            findings.add(
                "RCP110",
                "What starts a recipe is written under `trigger`, not under `on`.",
                entry.place,
                hint="Write `trigger:`.",
            )


def _refuse_tabs(text: str, tree: Tree, findings: Findings) -> None:
    """Report the first tab outside of quoted texts, blocks and comments, as far as the parser came."""
    position = text.find("\t", 0, tree.read_to)
    while position >= 0:
        line_start = max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) + 1
        if not tree.is_quoted(position) and not _COMMENT.search(text[line_start:position]):
            place = _place(findings.file, text, position)
            if not findings.has("RCP102", place.line):
                findings.add("RCP102", "There is a tab in this line.", place, hint="Use spaces.")
            return
        position = text.find("\t", position + 1, tree.read_to)


def _place(file: str, text: str, index: int) -> Place:
    lines = LINE_BREAK.split(text[:index])
    return Place(file, len(lines), len(lines[-1]) + 1)

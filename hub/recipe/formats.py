"""Problems for machines: annotations of GitHub's workflows, and SARIF 2.1.0 for code scanning."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from hub.errors import Problem
from hub.recipe.problems import CODES

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_github(problems: Iterable[Problem]) -> str:
    """A workflow command for each problem, one a line, "" for none.

    ::error file=recipes/job-won.yaml,line=14,col=14,title=RCP302::`recrod` is not known here. Did you mean `record`?
    """
    return "\n".join(_annotate(problem) for problem in problems)


def _annotate(problem: Problem) -> str:
    place = problem.place
    properties = {"file": place.file, "line": place.line, "col": place.column, "title": problem.code}
    written = ",".join(f"{key}={_escape_property(str(value))}" for key, value in properties.items())
    return f"::{_level(problem)} {written}::{_escape_message(_sentence(problem))}"


def _escape_message(text: str) -> str:
    """By the rules of GitHub's own toolkit (actions/toolkit, command.ts): the percent sign first."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_message(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(problems: Iterable[Problem], *, version: str) -> str:
    """A SARIF log with one run: a rule for each code that occurs, a result for each problem. `version` is the hub's."""
    found = list(problems)
    codes = sorted({problem.code for problem in found})
    run = {
        "tool": {
            "driver": {
                "name": "hub check",
                "version": version,
                "rules": [_describe_rule(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_describe_result(problem, codes) for problem in found],
    }
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


def _describe_rule(code: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code}
    return {**rule, "shortDescription": {"text": CODES[code]}} if code in CODES else rule


def _describe_result(problem: Problem, codes: Sequence[str]) -> dict[str, Any]:
    place = problem.place
    location = {
        "artifactLocation": {"uri": _uri(place.file)},
        "region": {"startLine": max(1, place.line), "startColumn": max(1, place.column)},
    }
    return {
        "ruleId": problem.code,
        "ruleIndex": codes.index(problem.code),
        "level": _level(problem),
        "message": {"text": _sentence(problem)},
        "locations": [{"physicalLocation": location}],
    }


def _uri(file: str) -> str:
    """A file's name as a URI: relative ones stay relative, so that they are found in the repository."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _level(problem: Problem) -> str:
    return "warning" if problem.severity == "warning" else "error"


def _sentence(problem: Problem) -> str:
    return f"{problem.message} {problem.hint}".strip()

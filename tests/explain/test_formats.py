"""Problems for GitHub's annotations and for SARIF readers, escaped by their rules."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from hub.errors import Place, Problem
from hub.recipe.formats import as_github, as_sarif

PROBLEM = Problem(
    "RCP302", "`recrod` is not known.", Place("recipes/job won.yaml", 14, 3), hint="Did you mean `record`?"
)
WARNING = Problem("RCP309", "It is 100% always the same.", Place("a,b:c.yaml", 1, 1), severity="warning")

COMMAND = re.compile(r"::(error|warning) file=([^,:\r\n]*),line=(\d+),col=(\d+),title=([^,:\r\n]*)::([^\r\n]*)")


def unescape(text: str) -> str:
    """What GitHub's runner makes of an escaped text: the percent sign last."""
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_an_annotation_names_file_line_column_and_code() -> None:
    assert as_github([PROBLEM]) == (
        "::error file=recipes/job won.yaml,line=14,col=3,title=RCP302::`recrod` is not known. Did you mean `record`?"
    )


def test_what_means_something_to_github_is_escaped() -> None:
    assert as_github([WARNING]) == (
        "::warning file=a%2Cb%3Ac.yaml,line=1,col=1,title=RCP309::It is 100%25 always the same."
    )


def test_no_problems_are_no_lines() -> None:
    assert as_github([]) == ""


@given(st.text(), st.text(), st.text())
def test_any_text_comes_back_as_it_was(file: str, message: str, hint: str) -> None:
    problem = Problem("RCP101", message, Place(file, 1, 2), hint=hint)
    found = COMMAND.fullmatch(as_github([problem]))
    assert found
    assert unescape(found[2]) == file
    assert unescape(found[6]) == f"{message} {hint}".strip()


TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
RULE = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {"id": {"type": "string"}, "shortDescription": TEXT},
}
NUMBER = {"type": "integer", "minimum": 1}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {"uri": {"type": "string", "format": "uri-reference"}},
                },
                "region": {
                    "type": "object",
                    "required": ["startLine"],
                    "additionalProperties": False,
                    "properties": {"startLine": NUMBER, "startColumn": NUMBER},
                },
            },
        }
    },
}
RESULT = {
    "type": "object",
    "required": ["message", "ruleId", "locations"],
    "additionalProperties": False,
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {"type": "array", "items": LOCATION},
    },
}
DRIVER = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "rules": {"type": "array", "uniqueItems": True, "items": RULE},
    },
}
RUN = {
    "type": "object",
    "required": ["tool"],
    "additionalProperties": False,
    "properties": {
        "tool": {"type": "object", "required": ["driver"], "properties": {"driver": DRIVER}},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
    },
}
SARIF = {  # what SARIF 2.1.0 asks of the parts that are used
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN},
    },
}
VALIDATOR = Draft202012Validator(SARIF, validate_formats=True)


def read_sarif(*problems: Problem) -> dict[str, Any]:
    """The log of some problems, which must have the shape of SARIF."""
    log: dict[str, Any] = json.loads(as_sarif(problems, version="1.0"))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    run: dict[str, Any] = log["runs"][0]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    return run


def test_a_log_has_a_result_for_each_problem_and_a_rule_for_each_code() -> None:
    run = read_sarif(PROBLEM, WARNING, PROBLEM)
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["RCP302", "RCP309"]
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"] == "A name is not known."
    assert [result["level"] for result in run["results"]] == ["error", "warning", "error"]
    assert run["results"][0]["message"]["text"] == "`recrod` is not known. Did you mean `record`?"
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location == {
        "artifactLocation": {"uri": "recipes/job%20won.yaml"},
        "region": {"startLine": 14, "startColumn": 3},
    }


def test_a_log_without_problems_says_that_there_are_none() -> None:
    assert read_sarif()["results"] == []


@pytest.mark.parametrize("file", ["a b.yaml", "100%.yaml", "ä/ö.yaml", "a#b?c.yaml", "/abs/a b.yaml", "a:b.yaml"])
def test_any_file_is_a_uri(file: str) -> None:
    run = read_sarif(Problem("RCP101", "x", Place(file, 0, 0)))
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri).removeprefix("file://") == file
    assert re.fullmatch(r"[A-Za-z0-9/._%~:-]+", uri)
    assert ":" not in uri.removeprefix("file:"), "it would read as a scheme"

"""Small words: durations, fields, nouns, and values as they stand in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.model import Recipe
from hub.recipe.durations import parse_duration
from hub.recipe.nearest import spell
from hub.recipe.templates import has_braces

PATH = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_LONGEST_GIVEN = 80
_MOST_GIVEN = 8
_UNITS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))
_SHORT_WORDS = {"po": "PO", "zip": "ZIP", "url": "URL"}
_TEXT = r"\"[^\"\\]*\"|'[^'\\]*'"
_OTHERWISE = rf"\s+or\s+(?P<or>{_TEXT})|\s*\|\s*default\(\s*(?P<default>{_TEXT})\s*(?:,\s*true\s*)?\)"
_ONE_LINE = r"(?:\s*\|\s*replace\(\s*(?:\"\n\"|'\n'|\"\\n\"|'\\n')\s*,\s*(?:\" \"|' ')\s*\))?"
_CUT = rf"{_ONE_LINE}\s*\|\s*truncate\((?P<cut>\d+)\)|\s*\|\s*(?P<length>length)"
_SIMPLE = re.compile(rf"\{{\{{\s*(?P<path>{PATH})(?:{_OTHERWISE}|{_CUT})?\s*\}}\}}")
_LOOPS = re.compile(r"\{%[-+]?\s*for\s+(.+?)\s+in\s", re.DOTALL)
_QUOTED = re.compile(r"(\"[^\"]*\"|'[^']*')")
_BRACES = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
_LINES = re.compile(r"\s*[\r\n\x85\u2028\u2029]\s*")


@dataclass(frozen=True, slots=True)
class Names:
    """What the names in expressions are called. `record` is the noun of what a poll looks at, "record" when it is not
    one and the same; `steps` has the name of each step by its id, `items` the names of loops' elements, `given` what an
    instance gives for each input: in words, and as it stands inside of a text."""

    record: str = "record"
    steps: Mapping[str, str] = field(default_factory=dict)
    items: frozenset[str] = frozenset()
    given: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def name_things(recipe: Recipe) -> Names:
    """The names of a recipe."""
    steps = list(recipe.every_step())
    resources = {str(each.options.get("resource", "")) for each in recipe.triggers if each.type == "poll"}
    return Names(
        record=singular(resources.pop()) if len(resources) == 1 else "record",
        steps={step.id: quote(step.name) if step.name else f"“{step.id}”" for step in steps},
        items=frozenset(step.item_name for step in steps if step.for_each),
        given=_word_given(recipe),
    )


def _word_given(recipe: Recipe) -> dict[str, tuple[str, str]]:
    """The inputs of an instance that can be told by their values; a long text or list is told by its name."""
    found = {}
    for name, value in recipe.origin.values.items() if recipe.origin else ():
        kind = recipe.inputs[name]["type"]
        if kind == "secret" and isinstance(value, str):
            found[name] = (f"the secret {value}", f"[the secret {value}]")
        elif kind == "duration" and isinstance(value, str):
            found[name] = (say_duration(parse_duration(value)), value)
        elif isinstance(value, str) and len(value) <= _LONGEST_GIVEN:
            found[name] = (quote(value), flatten(value))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name] = (str(value), str(value))
        elif isinstance(value, list) and 0 < len(value) <= _MOST_GIVEN and all(isinstance(each, str) for each in value):
            words = spell([quote(each) for each in value], last="or")
            found[name] = (words, f"[{words}]")
    return found


def plural_words(resource: str) -> str:
    """A resource in words: job stages."""
    return resource.replace("_", " ")


def singular(resource: str) -> str:
    """One record of a resource: job stage."""
    words = plural_words(resource)
    return f"{words[:-3]}y" if words.endswith("ies") else words.removesuffix("s")


def with_article(noun: str) -> str:
    """A noun with a or an before it."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def field_words(path: str) -> str:
    """A field's dotted path in words: stage.category is "stage category", sales_person_id is "sales person"."""
    parts = [part.removesuffix("_id") or part for part in path.split(".")]
    words = " ".join(parts).replace("_", " ").split(" ")
    return " ".join(_SHORT_WORDS.get(word, word) for word in words)


def say_duration(seconds: float) -> str:
    """Seconds in words: 7 days, 1 hour and 30 minutes."""
    parts, rest = [], seconds
    for size, unit in _UNITS:
        whole = rest if unit == "second" else rest // size
        rest -= whole * size
        if whole:
            parts.append(count(whole, unit))
    return spell(parts) or "no time"


def every(seconds: float) -> str:
    """How often, as in "every minute" and "every 5 minutes"."""
    words = say_duration(seconds)
    return f"every {words[2:]}" if re.fullmatch(r"1 [a-z]+", words) else f"every {words}"


def count(number: float, noun: str) -> str:
    """A number with its noun: 1 day, 2 days."""
    return f"{number:g} {noun}{'' if number == 1 else 's'}"


def quote(text: str) -> str:
    """A text in quotes, on one line."""
    return f"“{flatten(text)}”"


def verbatim(source: str) -> str:
    """An expression as it is written, on one line."""
    return f"`{_join_lines(source.strip())}`"


def _join_lines(expression: str) -> str:
    """An expression on one line: a new line in a text of it is shown as \\n."""
    pieces = _QUOTED.split(expression)
    return "".join(
        re.sub(r"\r\n|\r|\n", r"\\n", piece) if number % 2 else _LINES.sub(" ", piece)
        for number, piece in enumerate(pieces)
    )


def flatten(text: str) -> str:
    """A text of several lines on one line, with a slash between them."""
    pieces = _BRACES.split(text.strip())
    return "".join(
        _join_lines(piece) if number % 2 else _LINES.sub(" / ", piece) for number, piece in enumerate(pieces)
    )


def close(sentence: str) -> str:
    """A sentence without a full stop behind a quote that ends with one already."""
    return sentence[:-1] if sentence.endswith((".”.", "?”.", "!”.")) else sentence


def clean(text: str) -> str:
    """A text without characters that a terminal or a page would obey instead of show."""
    return "".join(each if each.isprintable() else " " for each in text)


def path_words(path: str, names: Names) -> str:
    """What a dotted name stands for, "" when there are no better words for it than itself."""
    root, _, rest = path.partition(".")
    if root == "inputs" and rest in names.given:
        return names.given[rest][0]
    if root == "steps" and rest:
        step, _, inner = rest.partition(".")
        title = names.steps.get(step, "")
        whole = f"the result of {title}" if title else ""
        return f"the {field_words(inner)} from {title}" if title and inner else whole
    if root == "links" and "." in rest:
        step, _, answer = rest.partition(".")
        title = names.steps.get(step, "")
        page = f"the link to the question of {title}"
        return (page if answer == "page" else f"the link that answers {title} with “{answer}”") if title else ""
    if root == "record":
        return f"the {names.record}'s {field_words(rest)}" if rest else f"the {names.record}"
    if root == "before" and rest:
        return f"the {names.record}'s earlier {field_words(rest)}"
    if root in names.items:
        return f"this {field_words(root)}'s {field_words(rest)}" if rest else f"this {field_words(root)}"
    wordings = {
        "vars": "the value “{}”",
        "body": "the sent “{}”",
        "inputs": "the input “{}”",
        "secrets": "the secret {}",
    }
    return wordings[root].format(rest) if root in wordings and rest else ""


def say_value(value: Any, names: Names) -> str:
    """A value as it stands in a recipe, in words: texts in quotes, with what is filled in put in brackets."""
    if isinstance(value, str):
        return _say_text(value, names)
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return f"({say_fields(value, names)})" if value else "an empty group"
    if isinstance(value, (list, tuple)):
        return spell([say_value(each, names) for each in value]) if value else "an empty list"
    return str(value)


def say_fields(fields: Mapping[str, Any], names: Names, *, between: str = " ") -> str:
    """Fields with their values: name “Miller” and city “Chicago”."""
    return spell([f"{field_words(key)}{between}{say_value(value, names)}" for key, value in fields.items()])


def _say_text(text: str, names: Names) -> str:
    single = _SIMPLE.fullmatch(text.strip())
    if single and path_words(single["path"], names):
        return _say_filled(single, names)
    if has_braces(text) and text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1:
        return verbatim(text)
    own = {name for targets in _LOOPS.findall(text) for name in re.findall(r"\w+", targets)}
    return quote(_SIMPLE.sub(lambda found: _fill(found, names, own), text)) if text else "nothing"


def _fill(found: re.Match[str], names: Names, own: set[str]) -> str:
    """The words in brackets; as it is written when the name is one that the text's own loops give."""
    root, _, rest = found["path"].partition(".")
    if root == "inputs" and rest in names.given and not (found["cut"] or found["length"]):
        return names.given[rest][1]
    words = "" if root in own else _say_filled(found, names)
    return f"[{words}]" if words else found[0]


def _say_filled(found: re.Match[str], names: Names) -> str:
    """What a simple {{ ... }} is filled with, "" when there are no words for it."""
    words = path_words(found["path"], names)
    otherwise = found["or"] or found["default"]
    if words and found["length"]:
        return f"the length of {words}"
    if words and found["cut"]:
        return f"{words}, cut to {found['cut']} characters"
    if not words or not otherwise:
        return words
    return f"{words}, or {quote(otherwise[1:-1]) if otherwise[1:-1] else 'nothing'}"

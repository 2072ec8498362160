"""From source to Jinja's tree, with its complaints in words that help."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes
from jinja2.parser import Parser

from hub.recipe.expressions.environment import GuardedEnvironment

EXPRESSION, TEMPLATE, HTML = "expression", "template", "html"
LONGEST = 64 * 1024
MOST_MARKS = 1_000
_TOO_LONG = "This text with braces is too long, or nested too deep, to be worked out."


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with an expression. `fragment` is the piece of the source that it is about, `line` its line."""

    code: str
    message: str
    hint: str = ""
    fragment: str = ""
    line: int = 0
    detail: str = ""


class Unreadable(Exception):
    """The source is no expression or template. `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def parse_source(environment: GuardedEnvironment, source: str, kind: str) -> nodes.Template:
    """The tree of a bare expression or of a template. Unreadable when it cannot be read, or is too large to try."""
    if len(source) > LONGEST or source.count("{{") + source.count("{%") > MOST_MARKS:
        raise Unreadable(Fault("RCP308", _TOO_LONG, "Use several steps."))
    if kind == EXPRESSION and ("{{" in source or "{%" in source):
        raise Unreadable(_braces_fault(source))
    try:
        return _parse_bare(environment, source) if kind == EXPRESSION else environment.parse(source)
    except TemplateSyntaxError as error:
        raise Unreadable(_explain(error, source)) from error
    except (RecursionError, MemoryError) as error:
        raise Unreadable(Fault("RCP308", _TOO_LONG, "Use several steps.")) from error
    except (ValueError, OverflowError) as error:
        raise Unreadable(
            Fault("RCP301", "A number or text in this expression cannot be read.", detail=str(error))
        ) from error


def _parse_bare(environment: GuardedEnvironment, source: str) -> nodes.Template:
    parser = Parser(environment, source, state="variable")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        token = parser.stream.current
        raise TemplateSyntaxError(f"unexpected '{token.value}'", token.lineno)
    tree = nodes.Template([nodes.Output([expression], lineno=1)], lineno=1)
    tree.set_environment(environment)
    return tree


def _braces_fault(source: str) -> Fault:
    inner = re.fullmatch(r"\{\{-?\s*(.*?)\s*-?\}\}", source.strip(), re.DOTALL)
    hint = f"Write it without braces: {inner[1]}" if inner and len(inner[1]) < 200 else "Write it without braces."
    return Fault("RCP306", "This is an expression already; braces do not belong here.", hint)


_QUOTES = "Texts stand in quotes: 'Good Lead'."
_CLOSE = "Close it with {% endif %} or {% endfor %}."

_WORDS: tuple[tuple[str, str, str], ...] = (
    # a pattern of Jinja's message, our message, our hint
    (r"got '='|unexpected '='", "A single `=` compares nothing.", "Write == to compare."),
    (r"unexpected char '[&|]'", "`&` and `|` do not connect conditions.", "Write and, or."),
    (r"unexpected char '!'", "`!` does not mean not.", "Write not, or !=."),
    (r"unexpected char '\?'", "`?` means nothing in an expression.", "Write: one if condition else other."),
    (r"unexpected char (\"'\"|'\"'|'\\)", "A quote is opened and not closed.", "Close it."),
    (r"unexpected char", "A character here means nothing in an expression.", _QUOTES),
    (r"Missing end of comment", "`{#` begins a comment that does not end.", "Close it with #}."),
    (r"unexpected end of template, expected", "The braces are opened and not closed.", "Close them with }}."),
    (
        r"'end of (template|print)|^Expected an",
        "Something is missing in this expression.",
        "",
    ),
    (r"Unexpected end of template", "A `{% ... %}` is opened and not closed.", _CLOSE),
    (r"unknown tag|[Tt]ag name expected", "Expressions have no such `{% ... %}`.", "There are if, elif, else and for."),
    (r"expected token|unexpected '", "Something in this expression does not belong here.", _QUOTES),
)


def _explain(error: TemplateSyntaxError, source: str) -> Fault:
    said = str(error.message or "")
    for pattern, message, hint in _WORDS:
        if re.search(pattern, said):
            return Fault("RCP301", message, hint, _fragment(said, source), error.lineno, _detail(said))
    return Fault("RCP301", "This expression cannot be read.", "", _fragment(said, source), error.lineno, _detail(said))


def _fragment(said: str, source: str) -> str:
    """The piece of the source that the parser stumbled over, when it says which."""
    at = re.search(r"^unexpected char .* at (\d+)$", said)
    if at:
        return source[int(at[1]) :].split("\n")[0][:20]
    match = re.search(r"(?:got|unexpected|char) '([^']{1,40})'", said)
    return match[1] if match and source.count(match[1]) == 1 else ""


def _detail(said: str) -> str:
    return said.replace("Jinja was", "The parser was")

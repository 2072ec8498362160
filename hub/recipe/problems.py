"""Every code that a problem in a recipe can have, and the place where problems are collected.

RCP1xx: the text is not proper YAML. RCP2xx: the shape is wrong. RCP3xx: an expression is wrong. RCP4xx: it is well
formed, but means nothing here. RCP5xx: it would work, but is hardly what is meant (warnings). EXPxxx are the errors of
expressions at run time. A code keeps its meaning for ever.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.errors import Place, Problem

CODES: Mapping[str, str] = {
    "RCP100": "There are more problems than are worth listing.",
    "RCP101": "The text is not YAML: indentation, a colon or a bracket is wrong.",
    "RCP102": "A tab stands where spaces belong.",
    "RCP103": "A key is given twice in one place.",
    "RCP104": "A tag (`!something`) is used.",
    "RCP105": "An anchor or alias (`&a`, `*a`, `<<`) is wrong or is used too much.",
    "RCP106": "The file holds a second document or a directive.",
    "RCP107": "The file is larger than 256 KiB or holds more than 20,000 values.",
    "RCP108": "The file is nested deeper than 32 levels.",
    "RCP109": "A text with braces lacks its quotes.",
    "RCP110": "The key `on` is used for the trigger.",
    "RCP111": "A key is not a plain word.",
    "RCP112": "A character cannot stand in a recipe, or the file is not UTF-8.",
    "RCP113": "A quote or a bracket is opened and not closed.",
    "RCP114": "The file is empty.",
    "RCP115": "A `#` begins a comment in the middle of what looks like a text.",
    "RCP116": "A text needs quotes because of the character that it starts with or the colon in it.",
    "RCP201": "A key is not known here.",
    "RCP202": "A key is missing.",
    "RCP203": "A value is of the wrong type.",
    "RCP204": "A value is none of the possible ones.",
    "RCP205": "A duration or a moment cannot be read.",
    "RCP206": "An id does not fit the rules for ids.",
    "RCP207": "An id is used twice in one recipe.",
    "RCP208": "There is no such action.",
    "RCP209": "There is no such trigger type.",
    "RCP210": "An action or a trigger lacks something that it needs.",
    "RCP211": "An action or a trigger does not know a key.",
    "RCP212": "An option of a trigger or an argument of an action is wrong.",
    "RCP213": "A condition has the wrong shape.",
    "RCP214": "A retry rule has the wrong shape.",
    "RCP215": "The branches of a `choose` have the wrong shape.",
    "RCP216": "The version of the language is not known.",
    "RCP217": "A list that needs at least one entry is empty.",
    "RCP218": "Two keys exclude each other, or one of several is needed.",
    "RCP219": "A number is too small or too large.",
    "RCP301": "An expression cannot be read.",
    "RCP302": "A name is not known.",
    "RCP303": "Something is used that expressions do not have.",
    "RCP304": "There is no such filter.",
    "RCP305": "There is no such test (`is ...`).",
    "RCP306": "Braces stand in a bare expression.",
    "RCP307": "Something is called that cannot be called.",
    "RCP308": "An expression is too long or nested too deep.",
    "RCP309": "A condition or a key always comes to the same.",
    "RCP310": "A record, input or other object has no such field.",
    "RCP311": "There is no such step.",
    "RCP312": "A step is used before it has run, or one from another branch.",
    "RCP313": "A variable is used that no earlier step sets.",
    "RCP314": "A filter, test or function is given the wrong arguments.",
    "RCP315": "A name is there only with another trigger of the recipe.",
    "RCP316": "An inline `if` has no `else`.",
    "RCP317": "A text looks like an expression that lacks its braces.",
    "RCP318": "A link is asked for that there is not: `links.<step>.<answer>` belongs to a step that people answer.",
    "RCP319": "A field of a webhook's body is used that none of the samples has.",
    "RCP321": "Two branches that run side by side set the same variable.",
    "RCP401": "There is no such secret.",
    "RCP402": "A secret may not be used here.",
    "RCP403": "The account has no stage, job type or employee of this name.",
    "RCP404": "The resource has no such field.",
    "RCP405": "A related record is used that the trigger does not fetch.",
    "RCP406": "Two files have one id.",
    "RCP407": "A file cannot be read.",
    "RCP408": "Checking took too much time or memory.",
    "RCP410": "Two recipes share a webhook's address and believe different senders.",
    "RCP501": "Nothing uses the result of a step that only reads.",
    "RCP502": "A step or a branch is never reached.",
    "RCP503": "A password or a key stands in the file itself.",
    "RCP504": "A secret becomes a part of an address.",
    "RCP505": "Something may be created or sent twice.",
    "RCP421": "A lookup table is not proper.",
    "RCP422": "There is no such lookup table, or no such column or key in it.",
    "RCP431": "There is no such blueprint, or not in this version.",
    "RCP432": "There is a newer version of the blueprint.",
    "RCP433": "The blueprint of an instance has errors of its own.",
    "RCP434": "An input is used in a place where it cannot be filled in.",
    "RCP435": "An input of a blueprint is missing.",
    "RCP436": "A blueprint has no such input.",
    "RCP437": "A file is a blueprint or an instance where a recipe is needed.",
    "RCP438": "A blueprint's version is given twice, or differs from the one in the file's name.",
    "RCP439": "Braces stand in the value of an input.",
    "RCP450": "There is no such recipe to call or to listen to, or it cannot be called.",
    "RCP451": "A call gives inputs that the other recipe does not take, or leaves out some that it needs.",
    "RCP452": "Recipes start each other in a circle.",
    "RCP453": "A wait is longer than the time of its step or of the run.",
    "RCP506": "Recipes may start each other for ever by what they write.",
    "EXP101": "At run time: a name is not known, or a step has no result.",
    "EXP102": "At run time: values of these types do not go together.",
    "EXP103": "At run time: a filter or function cannot use this value.",
    "EXP104": "At run time: the expression makes too much, or takes too long.",
    "EXP105": "At run time: the expression is not allowed or cannot be read.",
    "EXP106": "At run time: the result of a condition is neither true nor false.",
}

MOST_PROBLEMS = 100


class Findings:
    """The problems of one file, as they are found. Of more than 100 the rest is left out."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[Problem, None] = {}
        self._left_out = False

    def add(
        self, code: str, message: str, place: Place, *, hint: str = "", detail: str = "", warning: bool = False
    ) -> None:
        """Keep one problem. `code` is one of CODES; the same problem found twice is kept once."""
        assert code in CODES, code
        if not self.wants_more():
            return
        severity = "warning" if warning else "error"
        self._found[Problem(code, message, place, hint=hint, detail=detail, severity=severity)] = None

    def extend(self, problems: tuple[Problem, ...]) -> None:
        """Keep problems that were found elsewhere."""
        for each in problems:
            if self.wants_more():
                self._found[each] = None

    def wants_more(self) -> bool:
        """Whether another problem would be kept. Whoever stops looking because of a "no" has left something out."""
        self._left_out = self._left_out or len(self._found) >= MOST_PROBLEMS
        return len(self._found) < MOST_PROBLEMS

    def forget(self, code: str, place: Place) -> None:
        """Take back what was said with this code about a place, because there is something better to say."""
        for each in [each for each in self._found if each.code == code and each.place == place]:
            del self._found[each]

    def forget_others(self, code: str, place: Place) -> None:
        """Take back everything but what was said with this code about a place: it only follows from that."""
        for each in [each for each in self._found if each.code != code and each.place == place]:
            del self._found[each]

    def start(self) -> Place:
        """The beginning of the file, for what is missing altogether."""
        return Place(self.file, 1, 1)

    def has(self, code: str, line: int) -> bool:
        """Whether a problem with this code was found in this line."""
        return any(each.code == code and each.place.line == line for each in self._found)

    def listed(self) -> tuple[Problem, ...]:
        """What was found, in the order of the file."""
        found = sorted(self._found, key=lambda each: (each.place.line, each.place.column, each.code))
        if self._left_out:
            message = f"There are more problems in this file than these {len(found)}."
            found.append(Problem("RCP100", message, found[-1].place, hint="Correct the ones above first."))
        return tuple(found)


def is_usable(problems: tuple[Problem, ...]) -> bool:
    """Whether there is no error among the problems (warnings do not stop a recipe)."""
    return all(each.severity != "error" for each in problems)


def code_table() -> str:
    """The table of codes at the end of docs/recipes.md."""
    rows = "\n".join(f"| {code} | {meaning} |" for code, meaning in CODES.items())
    return f"| code | what it means |\n|---|---|\n{rows}\n"

"""Stand-ins for what is personal: names, phone numbers, e-mail addresses and street addresses.

The same original has the same stand-in everywhere, also inside longer texts, in small or capital letters, and a phone
number however it is written. What is personal is known by the field that it stands in; e-mail addresses and phone
numbers are found in any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_FIRST = ("Alex", "Robin", "Jamie", "Casey", "Morgan", "Taylor", "Jordan", "Riley", "Quinn", "Avery")
_LAST = ("Birch", "Cedar", "Maple", "Willow", "Aspen", "Hazel", "Linden", "Rowan", "Alder", "Laurel")
_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.-])\+?\(?\d[\d\s().-]{7,20}\d(?![\w-])")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORD = re.compile(r"[^\W\d_][\w'’]*")
_SHORTEST_WORD = 2
_PHONE_DIGITS = 9
_PERSON_FIELDS = frozenset(
    {"first_name", "last_name", "full_name", "fullname", "firstname", "lastname", "contact_name", "customer_name"}
    | {"customer", "contact", "client", "person"}
)
_NAMED = frozenset({"customers", "contacts", "employees"})
_CATALOGUE = frozenset({"job_stages", "job_types", "stage", "job_type"})
_ADDRESS = re.compile(r"(?:.*_)?(?:address|street)(?:_?\d)?|(?:billing_)?(?:city|zip|postcode|postal_code)")
_PHONE_FIELD = re.compile(r"(?:.*_)?(?:phone|mobile|cell|tel|telephone|fax)(?:_number)?")


class StandIns:
    """Learn what is personal with `learn`, then replace it with `replace`.

    `kept` are texts whose words stay, such as the names of stages. What stands in the recipe itself (`recipe` is its
    text) stays, too: it is no secret, and the recipe would not find it otherwise.
    """

    def __init__(self, *, kept: Iterable[str] = (), recipe: str = "") -> None:
        self._kept = {word.casefold() for text in kept for word in _WORD.findall(text)}
        self._recipe = recipe
        self._words: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._emails: dict[str, str] = {}
        self._phones: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._jobs = 0
        self._pattern: re.Pattern[str] | None = None

    def call(self, original: str, stand_in: str) -> None:
        """Replace this very text by that one, as with the id of a record."""
        self._ids[original] = stand_in
        self._pattern = None

    def learn(self, value: Any, *, resource: str = "") -> None:
        """Take in the personal data of a record or of any object; `resource` says what a `name` in it means."""
        self._pattern = None
        if isinstance(value, Mapping):
            for key, part in value.items():
                self._learn_field(str(key).lower(), part, resource)
        elif isinstance(value, list | tuple):
            for part in value:
                self.learn(part, resource=resource)

    def _learn_field(self, key: str, value: Any, resource: str) -> None:
        if isinstance(value, Mapping | list | tuple):
            inner = "job_stages" if key in _CATALOGUE else resource
            self.learn(value, resource="employees" if isinstance(value, Mapping) and "first_name" in value else inner)
            return
        if not isinstance(value, str) or not value.strip() or self._in_recipe(value.strip()):
            return
        if key in _PERSON_FIELDS or (key == "name" and (resource in _NAMED or not resource)):
            self._learn_name(value, last=key.startswith("last"))
        elif key == "name" and resource == "jobs":
            self._learn_job(value)
        elif _ADDRESS.fullmatch(key):
            self._learn_address(key, value.strip())
        elif _PHONE_FIELD.fullmatch(key):
            self._phone(re.sub(r"\D", "", value))

    def _in_recipe(self, text: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", self._recipe) is not None

    def _learn_name(self, text: str, *, last: bool) -> None:
        for number, word in enumerate(_WORD.findall(text)):
            folded = word.casefold()
            if len(word) < _SHORTEST_WORD or folded in self._words or folded in self._kept:
                continue
            taken = len(self._words)
            pool = _LAST if last or number else _FIRST
            again = taken // len(pool)
            self._words[folded] = pool[taken % len(pool)] + (_letters(again) if again else "")

    def _learn_job(self, text: str) -> None:
        if text.strip() not in self._texts:
            self._jobs += 1
            self._texts[text.strip()] = f"Job {_letters(self._jobs).upper()}"

    def _learn_address(self, key: str, text: str) -> None:
        if text in self._texts or len(text) < _SHORTEST_WORD or text.casefold() in self._kept:
            return
        number = len(self._texts) + 1
        if key.endswith(("zip", "postcode", "postal_code")):
            self._texts[text] = f"{number:05d}"
        elif key.endswith("city"):
            self._texts[text] = f"Town {_letters(number).upper()}"
        else:
            self._texts[text] = f"{number} Sample Street"

    def replace(self, value: Any) -> Any:
        """`value` with stand-ins, in all texts. Keys stay."""
        if isinstance(value, str):
            return self._replaced(value)
        if isinstance(value, Mapping):
            return {key: self.replace(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.replace(part) for part in value]
        return value

    def _replaced(self, text: str) -> str:
        if text in self._ids:
            return self._ids[text]
        parts: list[str] = []
        for piece, final in self._split(text):
            parts.append(piece if final else _PHONE.sub(self._phone_of, piece))
        return "".join(parts)

    def _split(self, text: str) -> Iterator[tuple[str, bool]]:
        """The pieces of a text: those that are replaced already, and those in which phone numbers are to be found."""
        position = 0
        for match in self._known().finditer(text):
            yield text[position : match.start()], False
            yield self._one(match[0]), True
            position = match.end()
        yield text[position:], False

    def _known(self) -> re.Pattern[str]:
        """One pattern for everything that is known, the longest first, so that nothing is replaced twice."""
        if self._pattern is None:
            texts = sorted({*self._texts, *self._ids, *self._words}, key=len, reverse=True)
            words = [rf"(?<!\w){re.escape(each)}(?!\w)" for each in texts]
            self._pattern = re.compile("|".join([_EMAIL.pattern, *words]), re.IGNORECASE)
        return self._pattern

    def _one(self, found: str) -> str:
        exact = self._ids.get(found) or self._texts.get(found)
        if exact:
            return exact
        if _EMAIL.fullmatch(found):
            if found.casefold() in self._recipe.casefold():
                return found
            known = self._emails.setdefault(found.casefold(), f"person{len(self._emails) + 1}@example.com")
            return _in_the_case_of(found, known)
        word = self._words.get(found.casefold())
        if word:
            return _in_the_case_of(found, word)
        folded = next((each for each in self._texts if each.casefold() == found.casefold()), None)
        return _in_the_case_of(found, self._texts[folded]) if folded else found

    def _phone_of(self, match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match[0])
        if _DATE.match(match[0]) or match[0] in self._recipe or not _PHONE_DIGITS <= len(digits) <= 15:
            return match[0]
        return self._phone_in(match[0], digits)

    def _phone_in(self, text: str, digits: str) -> str:
        wanted = iter(self._phone(digits))
        return re.sub(r"\d", lambda _: next(wanted), text)

    def _phone(self, digits: str) -> str:
        """As many digits, of which the last nine are the stand-in's: the same with and without a country's code."""
        if len(digits) < _PHONE_DIGITS:
            return digits
        tail = digits[-_PHONE_DIGITS:]
        stand_in = self._phones.setdefault(tail, f"02555{(100 + len(self._phones)) % 10_000:04d}")
        return digits[:-_PHONE_DIGITS] + stand_in


def _letters(number: int) -> str:
    """1 -> a, 26 -> z, 27 -> aa."""
    text = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def _in_the_case_of(original: str, stand_in: str) -> str:
    if original.islower():
        return stand_in.lower()
    if original.isupper() and len(original) > 1:
        return stand_in.upper()
    return stand_in[:1].upper() + stand_in[1:]

"""Filters do what they say, also at the edges, and complain clearly about what they cannot use."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from hub.errors import Permanent
from hub.recipe.expressions import Expressions
from hub.recipe.filters import examples
from hub.recipe.values import to_text
from tests.recipe.recipe_samples import Clock

UTC = Expressions()
CHICAGO = Expressions("America/Chicago")
SCOPE = {"now": Clock()}


def work_out(expression: str, *, at: Expressions = UTC, **names: Any) -> Any:
    return at.bare(expression, {**SCOPE, **names})


def complaint(expression: str, **names: Any) -> Permanent:
    with pytest.raises(Permanent) as caught:
        work_out(expression, **names)
    return caught.value


@pytest.mark.parametrize(("expression", "result"), examples())
def test_the_examples_of_the_documentation_hold(expression: str, result: str) -> None:
    assert to_text(work_out(expression)) == result


def test_there_is_an_example_for_every_filter() -> None:
    used = " ".join(expression for expression, _ in examples())
    names = set(UTC._environment.plain_filters) - {"count", "d", "e"}  # second names
    assert {name for name in names if f"| {name}" not in used} == set()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # month ends, leap years, years
        ("'2026-01-31' | add_days(28)", "2026-02-28"),
        ("'2028-02-28' | add_days(1)", "2028-02-29"),
        ("'2026-12-31' | add_days(1)", "2027-01-01"),
        ("'2026-03-01' | add_days(0)", "2026-03-01"),
        # summer time begins on 2026-03-08 at 2:00, and ends on 2026-11-01 at 2:00 in Chicago
        ("'2026-03-07T16:00:00-06:00' | add_days(1)", "2026-03-08T16:00:00-05:00"),
        ("'2026-03-07T02:30:00-06:00' | add_days(1)", "2026-03-08T03:30:00-05:00"),
        ("'2026-10-31T01:30:00-05:00' | add_days(1)", "2026-11-01T01:30:00-05:00"),
        ("'2026-11-01T16:00:00-06:00' | add_days(-1)", "2026-10-31T16:00:00-05:00"),
        ("'2026-03-08T02:30:00' | add_days(0)", "2026-03-08T03:30:00-05:00"),
        # a moment is shown on our clocks, a day stays the day it is
        ("'2026-07-01T02:00:00Z' | date", "2026-06-30"),
        ("'2026-07-01' | date", "2026-07-01"),
        ("'2026-07-01T02:00:00Z' | date('full')", "Tuesday, June 30, 2026 at 9:00 PM"),
        ("'2026-07-01T02:00:00Z' | in_timezone('Europe/Warsaw') | date('%H:%M %Z')", "04:00 CEST"),
        ("'2026-07-01 09:05' | date('time')", "9:05 AM"),
        ("'2026-01-01T12:00:00.123456789Z' | date('%H:%M:%S %z')", "06:00:00 -0600"),
        ("1795536000 | date('%Y-%m-%d %H:%M')", "2026-11-24 10:00"),
        ("'2026-01-01' | date('%j %V %a %b %-d %y %%')", "001 01 Thu Jan 1 26 %"),
        ("'2026-01-01T00:30:00' | date('%I:%M %p %-H')", "12:30 AM 0"),
        # working days
        ("'2026-11-20' | working_days(0)", "2026-11-20"),
        ("'2026-11-21' | working_days(0)", "2026-11-23"),
        ("'2026-11-21' | working_days(1)", "2026-11-23"),
        ("'2026-11-23' | working_days(-1)", "2026-11-20"),
        ("'2026-11-20' | working_days(5, ['2026-11-26', '2026-11-27'])", "2026-12-01"),
        ("'2026-10-30T16:00:00-05:00' | working_days(1)", "2026-11-02T16:00:00-06:00"),
        # whole days between
        ("'2026-03-07T23:00:00-06:00' | days_until('2026-03-08T01:00:00-06:00')", 1),
        ("now() | days_until('2026-11-24')", 0),
        ("'2026-12-01' | days_until(now())", -7),
    ],
)
def test_dates(expression: str, expected: Any) -> None:
    assert work_out(expression, at=CHICAGO) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "'2026-02-30' | date",
        "'2026-13-01' | date",
        "'11/24/2026' | date",
        "'20261124' | date",
        "'２０２６-01-01' | date",
        "20261124 | date",
        "'' | date",
        "none | date",
        "true | date",
        "[] | date",
        "'2026-01-01T25:00' | date",
        "'2026-01-01' | date('%Q')",
        "'2026-01-01' | date('pretty')",
        "'2026-01-01' | date('%H')",
        "'2026-01-01' | date('%')",
        "'2026-01-01' | date(5)",
        "'2026-01-01' | add_days(1.5)",
        "'2026-01-01' | add_days('1')",
        "'2026-01-01' | add_days(10 ** 9)",
        "'9999-12-31' | add_days(1)",
        "'0001-01-01' | add_days(-1)",
        "'2026-01-01' | working_days(10 ** 6)",
        "'2026-01-01' | working_days(1, '2026-01-02')",
        "'2026-01-01' | in_timezone('America/Chicago')",
        "now() | in_timezone('America/Chicgo')",
        "now() | in_timezone('../../etc/passwd')",
    ],
)
def test_what_is_no_date_is_refused(expression: str) -> None:
    error = complaint(expression)
    assert error.code == "EXP103"
    assert str(error).endswith((".", "?"))


@pytest.mark.parametrize(
    ("written", "country", "expected"),
    [
        ("3125550100", "US", "+13125550100"),
        ("(312) 555-0100", "US", "+13125550100"),
        ("1-312-555-0100", "US", "+13125550100"),
        ("+1 312.555.0100", "US", "+13125550100"),
        ("312 555 0100 x12", "US", "+13125550100"),
        ("312-555-0100 ext. 4", "US", "+13125550100"),
        ("312\u00a0555\u20110100", "US", "+13125550100"),
        ("011 48 601 234 567", "US", "+48601234567"),
        ("+48601234567", "US", "+48601234567"),
        ("601 234 567", "PL", "+48601234567"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", "US", "+442079460018"),
        ("0044 20 7946 0018", "GB", "+442079460018"),
        ("030 901820", "DE", "+4930901820"),
        ("0412 345 678", "AU", "+61412345678"),
        ("+999123456789", "US", "+999123456789"),
    ],
)
def test_phone_numbers(written: str, country: str, expected: str) -> None:
    assert work_out("written | phone(country)", written=written, country=country) == expected


@pytest.mark.parametrize(
    "written",
    ["", " ", "555-0100", "12", "1-800-FLOWERS", "312555010", "31255501000", "112 555 0100", "312 155 0100", "+", "++1",
     "+1 312 555", "3125550100 / 3125550101", "call me", "+0123456789", "٣125550100", "1" * 50, 3125550100, None],
)  # fmt: skip
def test_what_is_no_phone_number_is_refused(written: Any) -> None:
    assert complaint("written | phone", written=written).code == "EXP103"


def test_an_unknown_country_is_refused() -> None:
    assert "`UK`" in str(complaint("'020 7946 0018' | phone('UK')"))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'1,234,567.89' | number", 1234567.89),
        ("'-$5' | number", -5),
        ("' 42 ' | number", 42),
        ("'€ 12.50' | number", 12.5),
        ("7.5 | number", 7.5),
        ("1234567.891 | money", "$1,234,567.89"),
        ("0.005 | money", "$0.01"),
        ("1.005 | money", "$1.01"),
        ("-0.004 | money", "$0.00"),
        ("'1,200' | money('EUR')", "€1,200.00"),
        ("99.9 | money('PLN')", "99.90 PLN"),
        ("-1234 | money('GBP', 0)", "-£1,234"),
        ("2.5 | round", 3),
        ("-2.5 | round", -3),
        ("2.675 | round(2)", 2.68),
        ("2.41 | round(1, 'ceil')", 2.5),
        ("2.49 | round(1, 'floor')", 2.4),
        ("'3.9' | int", 3),
        ("'x' | int(7)", 7),
        ("none | int(0)", 0),
        ("'x' | float(1.5)", 1.5),
    ],
)
def test_numbers(expression: str, expected: Any) -> None:
    assert work_out(expression) == expected


@pytest.mark.parametrize(
    "written",
    ["", "abc", "1,5", "1.234,50", "12,34", "1 234", "0x10", "1e5", "NaN", "inf", "--1", "٣", None, True, [], "9" * 40],
)
def test_what_is_no_number_is_refused(written: Any) -> None:
    assert complaint("written | number", written=written).code == "EXP103"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'Łódź & Müller – Søn' | slug", "lodz-muller-son"),
        ("'  --A  b-- ' | slug", "a-b"),
        ("'Straße 5' | slug", "strasse-5"),
        ("'tel. (312) 555' | digits", "312555"),
        ("'٣٤' | digits", "34"),
        ("{'b': [1, none, true], 'a': 'ż'} | json", '{"b":[1,null,true],"a":"ż"}'),
        ("'<b>' | e", "&lt;b&gt;"),
        ("'żółw' | hash", hashlib.sha256("żółw".encode()).hexdigest()),
        ("'IL' | lookup({'IL': 1})", 1),
        ("5 | lookup({'5': 'five'})", "five"),
        ("none | lookup({'': 'nothing'})", "nothing"),
        ("'x' | lookup({}, none)", None),
        ("'ab cd' | title", "Ab Cd"),
        ("'É' | lower", "é"),
        ("'aXbXc' | replace('X', '', 1)", "abXc"),
        ("'one two three' | wordwrap(7)", "one two\nthree"),
        ("'abcdef' | wordwrap(4)", "abcd\nef"),
        ("'a\\nb' | indent(2)", "a\n  b"),
        ("'abc' | truncate(2, '')", "ab"),
        ("'a b' | split", ["a", "b"]),
        ("'a,b' | split(',')", ["a", "b"]),
        ("'x-y' | trim('-x')", "y"),
        ("'%d of %s' | format(3, 'x')", "3 of x"),
        ("'100 %%' | format", "100 %"),
    ],
)
def test_texts(expression: str, expected: Any) -> None:
    assert work_out(expression) == expected


ROWS = [
    {"n": 3, "city": "b", "who": {"name": "Z"}},
    {"n": 1, "city": "A", "who": {"name": "y"}},
    {"n": None, "city": "a", "who": {"name": "X"}},
]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rows | sort(attribute='who.name') | map(attribute='who.name') | join", "XyZ"),
        ("rows | sort(attribute='n') | map(attribute='n')", [1, 3, None]),
        ("rows | sort(attribute='n', reverse=true) | map(attribute='n')", [3, 1, None]),
        ("rows | max(attribute='n') | items | first", ["n", 3]),
        ("rows | min(attribute='n') | items | first", ["n", 1]),
        ("[] | max", None),
        ("rows | groupby('city') | map('first')", ["A", "a", "b"]),
        ("rows | unique(attribute='city') | map(attribute='city')", ["b", "A"]),
        ("rows | selectattr('n', 'none') | length", 1),
        ("rows | selectattr('x', 'defined') | length", 0),
        ("rows | rejectattr('n', 'none') | sum(attribute='n')", 4),
        ("rows | selectattr('city', 'in', ['a', 'b']) | length", 2),
        ("rows | selectattr('n') | length", 2),
        ("['a', '', none] | select | length", 1),
        ("[1, 1.0, '1', true] | unique | length", 3),
        ("[3, 1, 2] | sort", [1, 2, 3]),
        ("['b', 'A', 'a'] | sort(case_sensitive=true)", ["A", "a", "b"]),
        ("'abc' | list", ["a", "b", "c"]),
        ("{'a': 1} | list", ["a"]),
        ("[] | first", None),
        ("rows | map('default', 1) | length", 3),
        ("['1', '2'] | map('int') | sum", 3),
    ],
)
def test_lists(expression: str, expected: Any) -> None:
    assert work_out(expression, rows=ROWS) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "[1, 'a'] | sort",
        "[[1], [2]] | sort",
        "[{}] | unique",
        "['a'] | sum",
        "[true] | sum",
        "rows | map(attribute='nothing')",
        "rows | map('upper', attribute='n')",
        "rows | sort(attribute='nothing')",
        "5 | length",
        "[1] | items",
        "'x' | lookup({'y': 1})",
        "'x' | lookup('y')",
        "'日本' | slug",
        "'x' | center(-1)",
        "'x' | truncate('5')",
        "'x' | replace('', 'y')",
        "'x' | replace('x', 'y', 'z')",
        "'%s' | format",
        "'%d' | format('x')",
        "'50 % off' | format",
        "'x' | money",
        "5 | money('dollars')",
        "5 | money('USD', 20)",
        "5 | round(-1)",
        "5 | round(1, 'up')",
        "'x' | abs",
        "'x' | hash(100)",
        "5 is divisibleby 0",
        "'5' is odd",
        "5 is starting_with '5'",
    ],
)
def test_what_a_filter_cannot_use_is_refused(expression: str) -> None:
    error = complaint(expression, rows=ROWS)
    assert error.code in ("EXP102", "EXP103")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'abc' is starting_with 'ab'", True),
        ("'abc' is ending_with 'bc'", True),
        ("'abc' is containing 'b'", True),
        ("[1, 2] is containing 3", False),
        ("'' is empty", True),
        ("none is empty", True),
        ("[] is empty", True),
        ("0 is empty", False),
        ("nothing is undefined", True),
        ("true is number", False),
        ("1 is integer and 1.5 is float", True),
        ("{} is mapping", True),
        ("'a' is in ['a']", True),
        ("3 is odd and 4 is even and 9 is divisibleby 3", True),
        ("'a' is string and 'a' is lower and 'A' is upper", True),
        ("false is false and true is true and true is boolean", True),
        ("5 is gt 4 and 5 is ne 4 and 4 is le 4", True),
    ],
)
def test_tests(expression: str, expected: bool) -> None:
    assert work_out(expression) is expected

"""Templates keep types, text stays text, fields are never shadowed, and what is missing is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from hub.errors import Permanent
from hub.recipe.expressions import Expressions
from tests.recipe.recipe_samples import Clock

SCOPE: dict[str, Any] = {
    "record": {
        "name": "Dunn & Son",
        "stage": {"name": "Good Lead", "category": "sales"},
        "zip": "06060",
        "amount": 1250.5,
        "count": 3,
        "tax_exempt": False,
        "po_number": None,
        "tags": ["a", "b"],
        "_id": "x1",
        "start_date": "2026-12-01",
    },
    "body": {
        "items": [1, 2],
        "keys": "k",
        "get": 0,
        "values": None,
        "update": "u",
        "pop": {"x": 1},
        "braces": "{{ 7 }}",
    },
    "steps": {"customer": {"name": "Dunn", "phone": None}},
    "vars": {"answer": "no"},
    "now": Clock(),
}
EXPRESSIONS = Expressions("America/Chicago")


def value(source: Any) -> Any:
    return EXPRESSIONS.value(source, SCOPE)


def error(source: str) -> Permanent:
    with pytest.raises(Permanent) as caught:
        value(source)
    return caught.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ record.amount }}", 1250.5),
        ("{{ record.count }}", 3),
        ("{{ record.tax_exempt }}", False),
        ("{{ record.po_number }}", None),
        ("{{ record.tags }}", ["a", "b"]),
        ("{{ record.stage }}", SCOPE["record"]["stage"]),
        ("{{ record.zip }}", "06060"),
        ("{{ '5' }}", "5"),
        ("{{ 5 }}", 5),
        ("{{ 'true' }}", "true"),
        ("{{ true }}", True),
        ("{{- record.count -}}", 3),
        ("{{ [1, record.count] }}", [1, 3]),
        ("{{ {'a': record.count} }}", {"a": 3}),
        ("{{ (1, 2) }}", [1, 2]),
        ("{{ range(3) }}", [0, 1, 2]),
        ("{{ record.count > 2 }}", True),
        ("{{ record.tags | map('upper') }}", ["A", "B"]),
        ("{{ 7 // 2 }}", 3),
        ("{{ 7 / 2 }}", 3.5),
        ("{{ 2 ** 10 }}", 1024),
        ("{{ record.name or 'x' }}", "Dunn & Son"),
        ("{{ record.po_number or 'none yet' }}", "none yet"),
    ],
)
def test_a_single_expression_keeps_its_type(source: str, expected: Any) -> None:
    found = value(source)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (" {{ record.count }}", " 3"),
        ("{{ record.count }}\n", "3\n"),
        ("{{ record.count }}{{ record.count }}", "33"),
        ("PO {{ record.po_number }}.", "PO ."),
        ("{{ record.tax_exempt }}!", "false!"),
        ("x{{ record.tags }}", 'x["a","b"]'),
        ("{{ record.stage }};", '{"name":"Good Lead","category":"sales"};'),
        ("{{ 1.50 }} $", "1.5 $"),
        ("{% if record.count > 2 %}many{% else %}few{% endif %}", "many"),
        (
            "{% for tag in record.tags %}{{ loop.index }}{{ tag }}{{ ',' if not loop.last else '' }}{% endfor %}",
            "1a,2b",
        ),
        (
            "{% for key, each in record.stage | items %}{{ key }}={{ each }};{% endfor %}",
            "name=Good Lead;category=sales;",
        ),
        ("{% for x in [] %}{% else %}nothing{% endfor %}", "nothing"),
        ("{# a note #}text", "text"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("{{ 'a' ~ 1 ~ none ~ true }} ", "a1true "),
        ("no braces { here }", "no braces { here }"),
        ("100 % of {{ record.count }}\r\nlines", "100 % of 3\nlines"),
    ],
)
def test_mixed_text_is_text(source: str, expected: str) -> None:
    assert value(source) == expected


def test_trees_are_rendered_and_keys_are_not() -> None:
    tree = {"a": ["{{ record.count }}", {"b": "n {{ record.count }}"}], "{{ record.count }}": 1, "c": 2.5, "d": None}
    assert value(tree) == {"a": [3, {"b": "n 3"}], "{{ record.count }}": 1, "c": 2.5, "d": None}


def test_nothing_is_rendered_twice() -> None:
    assert value("{{ body.braces }}") == "{{ 7 }}"
    assert value("x{{ body.braces }}") == "x{{ 7 }}"
    assert value("{{ '{{ 7 }}' }}") == "{{ 7 }}"


@pytest.mark.parametrize(("name", "expected"), [*SCOPE["body"].items()])
def test_fields_are_never_shadowed_by_methods(name: str, expected: Any) -> None:
    assert value(f"{{{{ body.{name} }}}}") == expected
    assert value(f"{{{{ body['{name}'] }}}}") == expected


@pytest.mark.parametrize("name", ["items", "keys", "values", "get", "update", "copy", "pop", "clear", "setdefault"])
def test_a_missing_field_is_missing_though_a_method_has_its_name(name: str) -> None:
    assert error(f"{{{{ record.{name} }}}}").code == "EXP101"
    assert value(f"{{{{ record.{name} is defined }}}}") is False


def test_a_field_with_an_underscore_is_read_in_brackets_only() -> None:
    assert value("{{ record['_id'] }}") == "x1"
    assert error("{{ record._id }}").code == "EXP105"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ record.stagee }}", "`record.stagee` is not known; did you mean `record.stage`?"),
        ("{{ record.stage.nam }}", "`record.stage.nam` is not known; did you mean `record.stage.name`?"),
        ("a {{ recrod.name }}", "`recrod` is not known; did you mean `record`?"),
        ("{{ record.po_number.x }}", "`record.po_number` is none, so there is no `record.po_number.x`."),
        ("{{ record.name.first }}", "`record.name` is a text and has no `first`."),
        ("{{ record.tags.first }}", "`record.tags` is a list and has no `first`."),
        ("{{ record.tags[2] }}", "`record.tags` is a list and has no `2`."),
        ("{{ steps.job.id }}", "The step `job` has no result: it was skipped, or has not run."),
        ("{{ steps.custmer.id }}", "There is no result of a step `custmer`; did you mean `steps.customer`?"),
        ("{% for t in record.stage | items %}{{ t.x }}{% endfor %}", "This is a list and has no `x`."),
    ],
)
def test_what_is_missing_is_named_with_the_nearest_name(source: str, message: str) -> None:
    found = error(source)
    assert (found.code, str(found)) == ("EXP101", message)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{{ 1 + '2' }}", "EXP102"),
        ("{{ record.tags * 2 }}", "EXP102"),
        ("{{ -record.name }}", "EXP102"),
        ("{{ 1 < 'a' }}", "EXP102"),
        ("{{ none < 1 }}", "EXP102"),
        ("{{ 1 in 'a' }}", "EXP102"),
        ("{{ 'a' in 1 }}", "EXP102"),
        ("{{ true + true }}", "EXP102"),
        ("{{ 'a' % 1 }}", "EXP102"),
        ("{{ {1: 2} }}", "EXP102"),
        ("{{ now }}", "EXP102"),
        ("{{ now() - 1 }}", "EXP102"),
        ("{{ record.count[0:1] }}", "EXP102"),
        ("{% for a in 'abc' %}{% endfor %}", "EXP102"),
        ("{{ 1 / 0 }}", "EXP103"),
        ("{{ 1 % 0 }}", "EXP103"),
        ("{{ (-8) ** 0.5 }}", "EXP103"),
        ("{{ 'x' | number }}", "EXP103"),
        ("{{ 'abc' | int }}", "EXP103"),
        ("{{ now() == 'soon' }}", "EXP103"),
        ("{{ 9 ** 9 ** 9 ** 9 }}", "EXP104"),
        ("{{ 10.0 ** 400 }}", "EXP104"),
        ("{{ record.name.upper() }}", "EXP105"),
        ("{{ record.name", "EXP105"),
        ("{{ 10.0 ** 300 * 10.0 ** 300 }}", "EXP102"),
    ],
)
def test_what_cannot_be_worked_out_is_an_error_with_a_code(source: str, code: str) -> None:
    found = error(source)
    assert found.code == code
    assert str(found).endswith(".")
    assert found.as_dict()["code"] == code


def test_a_default_covers_what_is_missing_and_what_is_none() -> None:
    assert value("{{ record.nothing | default('x') }}") == "x"
    assert value("{{ record.nothing.at.all | default('x') }}") == "x"
    assert value("{{ steps.job.id | default('x') }}") == "x"
    assert value("{{ record.po_number | default('x') }}") == "x"
    assert value("{{ record.tax_exempt | default('x') }}") is False
    assert value("{{ record.tax_exempt | default('x', true) }}") == "x"
    assert value("{{ steps.job is defined }}") is False


def test_moments_compare_with_moments_days_and_texts() -> None:
    assert value("{{ now() }}") == "2026-11-24T10:00:00-06:00"
    assert value("{{ now() > '2026-11-24T15:59:59Z' }}") is True
    assert value("{{ '2026-11-24T15:59:59Z' < now() }}") is True
    assert value("{{ now() == '2026-11-24T16:00:00+00:00' }}") is True
    assert value("{{ record.start_date > now() }}") is True
    assert value("{{ now() | add_days(7) | date == record.start_date }}") is True
    assert value("{{ now().hour }}-{{ now().weekday }}") == "10-Tuesday"


@pytest.mark.parametrize(
    "clock",
    [
        lambda: 1_795_536_000.0,
        lambda: datetime(2026, 11, 24, 16, tzinfo=UTC),
        lambda: datetime(2026, 11, 24, 21, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    ],
)
def test_the_clock_may_give_seconds_or_a_datetime(clock: Any) -> None:
    assert EXPRESSIONS.value("{{ now() }}", {"now": clock}) == "2026-11-24T10:00:00-06:00"


def test_a_clock_that_is_none_cannot_be_called() -> None:
    for scope in ({"now": "10:00"}, {}):
        with pytest.raises(Permanent) as caught:
            EXPRESSIONS.value("{{ now() }}", scope)
        assert caught.value.code in ("EXP101", "EXP105")


def test_datetimes_in_the_scope_are_moments() -> None:
    scope = {"event": {"time": datetime(2026, 11, 24, 16, tzinfo=UTC)}, "at": datetime(2026, 7, 1, 16, tzinfo=UTC)}
    assert EXPRESSIONS.value("{{ event.time }}", scope) == "2026-11-24T10:00:00-06:00"
    assert EXPRESSIONS.value("{{ at | date('time') }} {{ at.hour }}", scope) == "11:00 AM 11"
    assert EXPRESSIONS.value("{{ event }}", scope) == {"time": "2026-11-24T16:00:00Z"}


def test_a_bare_expression_gives_its_value() -> None:
    assert EXPRESSIONS.bare("record.tags", SCOPE) == ["a", "b"]
    assert EXPRESSIONS.bare(" record.count + 1 ", SCOPE) == 4
    with pytest.raises(Permanent) as caught:
        EXPRESSIONS.bare("{{ record.tags }}", SCOPE)
    assert caught.value.code == "EXP105"


def test_values_are_copies() -> None:
    found = value("{{ record.tags }}")
    found.append("c")
    assert SCOPE["record"]["tags"] == ["a", "b"]


def test_a_secret_is_not_quoted_in_an_error() -> None:
    scope = {"secrets": {"KEY": "sk_canary"}}
    with pytest.raises(Permanent) as caught:
        EXPRESSIONS.value("{{ secrets.KEY | phone }}", scope)
    assert "canary" not in repr(caught.value.as_dict())
    assert caught.value.code == "EXP103"


def test_an_unknown_time_zone_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="America/Chicago"):
        Expressions("America/Chicgo")


def test_the_names_of_a_source_are_its_references() -> None:
    source = (
        "{% for x in record.tags %}{{ x.y }} {{ vars['a'].b }} {{ now() }}{% endfor %}{{ body[inputs.k] | default(z) }}"
    )
    assert EXPRESSIONS.names(source, "template") == {"record.tags", "vars.a.b", "body", "inputs.k", "z"}
    assert EXPRESSIONS.names("record.name.upper() == b", "expression") == {"record.name", "b"}
    assert EXPRESSIONS.names("plain", "template") == set()
    assert EXPRESSIONS.names("{{ broken", "template") == set()

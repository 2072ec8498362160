"""Any text survives: NUL, lone surrogates, emoji, a megabyte, in plain columns and in JSON, on both databases."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import Attempt, RunStatus, StepStatus
from hub.ports import Arrival, Entry, RunChange
from hub.store.database import Database
from hub.store.encoding import escape_text, unescape_text
from hub.store.ledger import SqlLedger
from hub.store.rows import LONGEST_KEY
from hub.store.views import Views
from tests.store.samples import NOW, claim_one, make_delivery, make_event, make_run, make_step

ANY_TEXT = st.text(alphabet=st.one_of(st.characters(exclude_categories=()), st.sampled_from("\x00\x100\ud800\udfff")))
ODD = [
    "",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff tail",
    "\x10",
    "\x100000",
    "\N{HONEYBEE} \N{LATIN SMALL LETTER U WITH DIAERESIS}\u202e",
    "%_'\"\\;--",
    "x" * 1_000_000,
]


@given(ANY_TEXT)
def test_escaping_is_undone_and_leaves_what_every_database_takes(text: str) -> None:
    escaped = escape_text(text)
    assert unescape_text(escaped) == text
    assert "\x00" not in escaped
    escaped.encode("utf-8")


@given(ANY_TEXT, ANY_TEXT)
def test_different_texts_stay_different(one: str, other: str) -> None:
    assert (escape_text(one) == escape_text(other)) is (one == other)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: ascii(odd[:12]))
def test_text_survives_from_delivery_to_history(db: Database, ledger: SqlLedger, odd: str) -> None:
    delivery = make_delivery(url=odd, headers=((odd, odd),), body=odd.encode("utf-8", "surrogatepass"))
    event = make_event("1", data={"body": {odd: [odd]}})
    ledger.accept(delivery, Arrival(event, (make_run(event, variables={odd: odd}),)))
    claimed = claim_one(ledger)
    assert claimed.event.data == {"body": {odd: [odd]}}
    assert claimed.run.variables == {odd: odd}
    step = make_step("run_1", status=StepStatus.OK, request={odd: odd}, output=odd, note=odd, error={"message": odd})
    tried = Attempt("run_1", "greet", 1, NOW, NOW, "ok", {"message": odd})
    change = RunChange(RunStatus.SUCCEEDED, reason=odd, finished_at=NOW)
    ledger.record([Entry("run_1", claimed.run.claim, (step,), (tried,), change)])
    views = Views(db)
    page, kept = views.run("run_1"), views.delivery("dlv_1")
    assert page is not None
    assert kept is not None
    assert (page.steps[0].step, page.steps[0].attempts, page.run.reason) == (step, (tried,), odd)
    assert kept.delivery == delivery


def test_keys_that_differ_only_in_odd_characters_are_different(ledger: SqlLedger) -> None:
    keys = ["a", "a\x00", "a\x100000", "a\ud800", "a\x10d800"]
    accepted = ledger.admit([Arrival(make_event(str(number), key=key)) for number, key in enumerate(keys)])
    assert [each.duplicate for each in accepted] == [False] * len(keys)
    again = ledger.admit([Arrival(make_event(f"again {number}", key=key)) for number, key in enumerate(keys)])
    assert [each.event_id for each in again] == [f"evt_{number}" for number in range(len(keys))]


def test_very_long_keys_are_told_apart_by_their_last_character(ledger: SqlLedger) -> None:
    long = "k" * 1_000_000
    first, other, again = ledger.admit(
        [Arrival(make_event(name, key=key)) for name, key in (("1", long + "a"), ("2", long + "b"), ("3", long + "a"))]
    )
    assert (first.duplicate, other.duplicate, again.duplicate) == (False, False, True)
    assert again.event_id == "evt_1"


@pytest.mark.parametrize("characters", [(0, 1, 2), (0x1F300, 0x1FAFF)])
def test_the_longest_keys_fit_the_index(ledger: SqlLedger, characters: tuple[int, ...]) -> None:
    chance = random.Random(7)
    key = "".join(
        chr(chance.choice(characters)) + chr(chance.randrange(0x10000, 0x20000)) for _ in range(LONGEST_KEY // 2)
    )
    source = "webhook:" + "".join(chance.choices(string.printable, k=200))
    first, again = ledger.admit([Arrival(make_event(name, source=source, key=key)) for name in ("1", "2")])
    assert (first.duplicate, again.duplicate) == (False, True)


def test_a_very_long_path_is_kept_short_and_its_url_whole(db: Database, ledger: SqlLedger) -> None:
    long = "p" * 100_000
    ledger.reject(make_delivery(path=long, url=f"https://hub.example.com/{long}"), reason="unknown")
    page = Views(db).delivery("dlv_1")
    assert page is not None
    assert page.delivery.path == long[:LONGEST_KEY]
    assert page.delivery.url.endswith(long)


def test_any_bytes_are_a_body(db: Database, ledger: SqlLedger) -> None:
    body = bytes(range(256)) * 4
    ledger.reject(make_delivery(body=body), reason="unknown")
    page = Views(db).delivery("dlv_1")
    assert page is not None
    assert page.delivery.body == body
    assert page.line.size == 1024

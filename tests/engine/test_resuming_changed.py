"""Runs taken up by another version of their recipe, from the start, or with what a person has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.errors import HubError, Unknown
from hub.model import RunStatus
from tests.engine.again import (
    CURRENT,
    NO,
    START,
    START_CURRENT,
    TELL,
    TELL_SECRETLY,
    THREE,
    WAYS,
    Again,
    again,
    fail_at,
    failed_in_second,
    mend,
)

__all__ = ["again"]


def test_the_current_version_goes_on_where_the_old_one_failed(again: Again) -> None:
    run = failed_in_second(again)
    again.replace(again.shop.recipes[0], THREE.replace("name: second", "name: better"))
    new = again.resume(run, CURRENT)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert again.shop.account.effects == {"create first": 1, "create better": 1, "create third": 1}
    assert again.shop.page(new).run.recipe_version != again.shop.page(run).run.recipe_version


def test_its_own_version_is_the_default(again: Again) -> None:
    run = failed_in_second(again)
    again.replace(again.shop.recipes[0], THREE.replace("name: second", "name: better"))
    again.resume(run)
    again.finish()
    assert again.shop.account.effects["create second"] == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("id: first,", "id: firsts,"), "The step first has begun"),
        (
            lambda text: text.replace("first, action: jobs.create", "first, action: jobs.upsert").replace(
                "with: {name: first}", "with: {match: {name: first}}"
            ),
            "The step first was jobs.create, and in that version it is jobs.upsert",
        ),
        (
            lambda text: text.replace("with: {name: first}", "for_each: '[1]', with: {name: first}"),
            "The step first does a list of items",
        ),
    ],
)
def test_a_version_in_which_finished_steps_differ_is_refused(
    again: Again, change: Callable[[str], str], words: str
) -> None:
    run = failed_in_second(again)
    again.replace(again.shop.recipes[0], change(THREE))
    with pytest.raises(HubError, match=words) as caught:
        again.resume(run, CURRENT)
    assert "from the start" in caught.value.hint


def test_branches_that_changed_are_refused(again: Again) -> None:
    fail_at(again.shop.account, "two", NO)
    run = again.fail(WAYS, [])
    mend(again.shop.account)
    new = "      - if: 'false'\n        steps: [{id: zero, action: jobs.create, with: {name: zero}}]\n"
    again.replace(again.shop.recipes[0], WAYS.replace('      - if: "true"', new + '      - if: "true"'))
    with pytest.raises(HubError, match="The step way has other steps in its branches"):
        again.resume(run, CURRENT)


def test_from_the_start_everything_is_done_anew_under_new_keys(again: Again) -> None:
    run = failed_in_second(again)
    new = again.resume(run, START)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert again.shop.account.effects["create first"] == 2
    page = again.shop.page(new)
    assert (page.run.root_id, page.run.replay_of) == (new, run)
    assert page.run.recipe_version == again.shop.page(run).run.recipe_version


# ---- edits


def test_what_the_failed_step_sends_can_be_changed(again: Again) -> None:
    run = failed_in_second(again)
    new = again.resume(run, request={"name": "corrected"})
    assert again.finish().status is RunStatus.SUCCEEDED
    assert again.shop.account.effects == {"create first": 1, "create corrected": 1, "create third": 1}
    taken = again.shop.views.taken(new)
    assert taken is not None
    assert (taken.path, taken.before, taken.after) == ("second", {"name": "second"}, {"name": "corrected"})
    assert taken.by == "ana@example.com"


@pytest.mark.parametrize(
    ("steps", "request_", "words"),
    [
        (TELL, {"to": "json://chat", "body": "x", "bodi": "y"}, "has no key `bodi`"),
        (TELL_SECRETLY, {"to": "json://else", "body": "x"}, "`to` may hold a secret"),
        (TELL_SECRETLY, {"body": "\u27e6secret:CHAT:run\u27e7"}, "stand for secrets"),
        (TELL_SECRETLY, {}, "`body` is missing"),
        (TELL, {"to": "json://chat", "body": ["x"]}, "`body` must be text"),
    ],
)
def test_an_edit_that_the_action_could_not_take_is_refused(
    again: Again, steps: str, request_: dict[str, Any], words: str
) -> None:
    shop = again.shop
    shop.letters.faults = [NO]
    run = shop.begin(shop.recipe(steps))
    again.finish()
    with pytest.raises(HubError, match=words):
        again.resume(run, request=request_)


def test_a_secret_stays_a_placeholder_and_is_still_filled_in(again: Again) -> None:
    shop = again.shop
    shop.letters.faults = [NO]
    run = shop.begin(shop.recipe(TELL_SECRETLY))
    again.finish()
    assert "canary" not in str(again.resuming.editable(again.resuming.failed_step(shop.page(run))))
    new = again.resume(run, request={"body": "corrected {{ secrets.CHAT }}"})
    assert again.finish().status is RunStatus.SUCCEEDED
    assert shop.letters.sent == [("json://secret-canary@chat", "corrected {{ secrets.CHAT }}")]
    assert "canary" not in str(shop.page(new)) + str(shop.views.taken(new))


def test_a_step_that_may_have_happened_keeps_what_it_sends(again: Again) -> None:
    run = failed_in_second(again, Unknown("Cut."), when="after")
    with pytest.raises(HubError, match="may have happened, so what it sends must stay"):
        again.resume(run, request={"name": "other"})


INPUTS = "inputs: {name: {type: text, required: true}}"
NAMED = "  - {id: first, action: jobs.create, with: {name: '{{ inputs.name }}'}}"


def test_the_data_of_the_event_can_be_changed_for_a_run_from_the_start(again: Again) -> None:
    shop = again.shop
    run = shop.begin(shop.recipe(NAMED, more=INPUTS), inputs={"name": "wrong"})
    fail_at(shop.account, "wrong", NO)
    again.finish()
    new = again.resume(run, START_CURRENT, data={"inputs": {"name": "right"}})
    assert again.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create right": 1}
    page, taken = shop.page(new), shop.views.taken(new)
    assert page.event.data["inputs"] == {"name": "right"}
    assert page.event.id != shop.page(run).event.id
    assert taken is not None
    assert (taken.before, taken.after) == ({"inputs": {"name": "wrong"}}, {"inputs": {"name": "right"}})
    assert shop.page(run).event.data["inputs"] == {"name": "wrong"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "`inputs` is missing"),
        ({"inputs": {"name": "x"}, "record": {}}, "has no key `record`"),
        ({"inputs": ["x"]}, "`inputs` must be an object"),
        ({"inputs": {"nam": "x"}}, "nam"),
        ({"inputs": {}}, "name"),
    ],
)
def test_data_that_could_not_start_the_recipe_is_refused(again: Again, data: dict[str, Any], words: str) -> None:
    shop = again.shop
    run = shop.begin(shop.recipe(NAMED, more=INPUTS), inputs={"name": "wrong"})
    fail_at(shop.account, "wrong", NO)
    again.finish()
    with pytest.raises(HubError, match=words):
        again.resume(run, START, data=data)

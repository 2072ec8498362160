"""`python -m hub runs answer`: the same question, the same first answer, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import cli
from hub.services import Services, open_services
from hub.settings import read_settings
from hub.store.migrate import upgrade
from tests.web.questions import begin, write_recipe


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A hub in a folder of its own, which the command finds, too."""
    folder = write_recipe(tmp_path / "recipes")
    for name, value in (("HUB_HOME", tmp_path / "home"), ("HUB_RECIPES", folder), ("WORKGLUE_API_KEY", "key")):
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr("hub.queue.RedisBell.ring", lambda _: True)
    services = open_services(read_settings())
    upgrade(services.database)
    services.publish_recipes()
    return services


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["runs", "answer", *arguments])


def test_the_first_answer_counts(services: Services) -> None:
    asked = begin(services)
    answered = run(asked, "ok", "call_me", "--field", "note=at ten = sharp", "--field", "amount=5")
    assert (answered.exit_code, answered.output) == (0, f"Answered: call_me. The run {asked} goes on.\n")
    found = services.ledger.find_answer(asked, "ok")
    assert found is not None
    assert (found.answer, found.by) == ("call_me", "command line")
    assert dict(found.fields) == {"note": "at ten = sharp", "amount": 5}
    again = run(asked, "ok", "approve")
    assert again.exit_code != 0
    assert "It is answered: call_me, by command line." in str(again.exception or again.output)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ok", "aprove"), "`aprove` is no answer to the step ok."),
        (("okk", "approve"), "has no step `okk` that people answer"),
        (("ok-1", "approve"), "has no step `ok-1` that people answer"),
        (("ok", "approve", "--field", "amount=much"), "The field amount: This must be a number."),
    ],
)
def test_what_cannot_be_answered(services: Services, arguments: tuple[str, ...], words: str) -> None:
    asked = begin(services)
    answered = run(asked, *arguments)
    assert answered.exit_code != 0
    assert words in str(answered.exception)
    assert services.ledger.find_answer(asked, "ok") is None

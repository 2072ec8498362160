"""The inbox from a terminal: listed, shown, run again, paused, and caught while an address is set up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.inbox import inbox
from hub.errors import HubError
from hub.model import Delivery, new_id
from hub.services import Services, open_services
from hub.settings import read_settings
from hub.store.migrate import upgrade

RECIPE = """recipe: 1
name: Website lead
trigger: {type: webhook, path: website-lead, verify: none}
steps:
  - {id: note, action: set, with: {name: "{{ body.name }}"}}
"""


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """The services of the commands, over a folder of their own."""
    (tmp_path / "website-lead.yaml").write_text(RECIPE)
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    monkeypatch.setenv("HUB_RECIPES", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    opened = open_services(read_settings())
    upgrade(opened.database)
    opened.publish_recipes()
    monkeypatch.setattr(sys.modules["hub.cli.inbox"], "open_services", lambda _: opened)
    yield opened
    opened.close()


def hub(*arguments: str) -> Result:
    return CliRunner().invoke(inbox, list(arguments))


def said(*arguments: str) -> str:
    """What the command prints."""
    result = hub(*arguments)
    assert result.exception is None, result.exception
    return result.output


def refused(*arguments: str) -> str:
    """Why the command does not do it."""
    problem = hub(*arguments).exception
    assert isinstance(problem, HubError)
    return f"{problem.message} {problem.hint}"


def send(services: Services, path: str = "website-lead", body: bytes = b'{"name": "Ana"}') -> str:
    now = services.clock()
    headers = (("Content-Type", "application/json"), ("Authorization", "Bearer hush-hush"))
    delivery = Delivery(new_id("dlv", now), path, "POST", f"http://x/hooks/{path}", "", headers, body, now)
    services.intake.deliver(delivery)
    return delivery.id


def test_deliveries_are_listed_by_what_one_looks_for(services: Services) -> None:
    assert said("list") == "Nothing has come in yet.\n"
    first, other = send(services), send(services, "nobody", b"blue")
    assert first in said("list")
    assert other not in said("list", "--path", "website-lead")
    assert first not in said("list", "--status", "rejected")
    assert other in said("list", "--text", "BLUE", "--since", "1h ago")
    assert said("list", "--until", "2026-01-01") == "No delivery fits.\n"
    assert "is no time" in refused("list", "--since", "yesterday")


def test_a_delivery_is_shown_without_its_proofs(services: Services) -> None:
    delivery_id = send(services)
    text = said("show", delivery_id)
    assert "accepted." in text
    assert "website-lead  queued" in text
    assert '"name": "Ana"' in text
    assert "hush-hush" not in text
    assert said("show", delivery_id, "--raw") == '{"name": "Ana"}'
    assert "There is no delivery dlv_x." in refused("show", "dlv_x")


def test_one_or_many_run_again(services: Services) -> None:
    delivery_id = send(services)
    send(services, body=b'{"name": "Ben"}')
    assert "is due now" in said("replay", delivery_id)
    assert len(services.views.runs().items) == 3
    assert "Say which" in refused("replay")
    assert "not both" in refused("replay", delivery_id, "--path", "website-lead")
    assert "No delivery that could be run again" in refused("replay", "--path", "nobody")
    assert hub("replay", "--path", "website-lead").exit_code == 1  # nobody said yes
    assert services.views.open_replays() == ()
    assert "2 deliveries fit." in said("replay", "--path", "website-lead", "--yes")
    assert len(services.views.open_replays()) == 1


def test_an_address_is_paused_and_goes_on(services: Services) -> None:
    assert "is paused" in said("pause", "/hooks/website-lead")
    assert "paused already" in refused("pause", "website-lead")
    send(services)
    assert "starts the 1 that were kept back" in said("resume", "website-lead")
    assert "is not paused" in refused("resume", "website-lead")
    assert services.inbox.work() == 1
    assert len(services.views.runs().items) == 1
    assert "cannot be an address" in refused("pause", "Not an address")


def test_an_address_is_listened_to(services: Services) -> None:
    assert "It listens until" in said("sample", "new/form", "--for", "10m")
    send(services, "new/form", b'{"contact": {"email": "ana@example.com"}}')
    assert "body.contact.email" in said("sample", "new/form", "--fields")
    assert "does not listen at new/form any more" in said("sample", "new/form", "--stop")
    assert "Nothing has come there yet." in said("sample", "other", "--fields")
    assert "A recipe listens at this address already." in refused("sample", "website-lead")


def test_check_knows_what_came(services: Services, tmp_path: Path) -> None:
    said("sample", "new/form")
    send(services, "new/form", b'{"email": "ana@example.com"}')
    (tmp_path / "new.yaml").write_text(
        RECIPE.replace("website-lead", "new/form").replace("Website lead", "New").replace("body.name", "body.emial")
    )
    [problem] = [each for checked in services.read_recipes() for each in checked.problems]
    assert (problem.code, problem.severity, problem.hint) == ("RCP319", "warning", "Did you mean `body.email`?")

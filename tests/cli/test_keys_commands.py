"""`hub key`, `hub keys rotate` and `hub secrets`, as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub.services import Services, open_services
from hub.settings import read_settings
from hub.store.database import Database
from hub.store.migrate import upgrade
from tests.services.processes import PASSED_ON, ROOT

KEY = "wga_canary-of-a-key-that-nobody-may-see-0042"
NEW_SECRET, OLD_SECRET = "canary-new-secret", "canary-old-secret"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A hub whose Workglue does not answer."""
    home = tmp_path / "home"
    database = Database.open(f"sqlite:///{home / 'hub.db'}")
    upgrade(database)
    database.close()
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**passed, "HUB_HOME": str(home), "WORKGLUE_API_URL": "http://127.0.0.1:9/api/v1"}


def hub(environment: dict[str, str], *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hub", *arguments],
        cwd=ROOT, env=environment, input=given, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def services_of(environment: dict[str, str]) -> Services:
    return open_services(read_settings(environment))


def test_a_key_comes_from_standard_input_and_is_never_shown(environment: dict[str, str]) -> None:
    refused = hub(environment, "key", "set", given=f"{KEY}\n")
    assert refused.returncode == 1
    assert "could not be tried" in refused.stderr
    assert "There is no Workglue API key yet" in hub(environment, "key", "show").stdout
    kept = hub(environment, "key", "set", "--untested", given=f"{KEY}\n")
    assert kept.returncode == 0, kept.stderr
    shown = hub(environment, "key", "show")
    assert "ends in    0042" in shown.stdout
    forgotten = hub(environment, "key", "forget", "--yes")
    assert forgotten.returncode == 0, forgotten.stderr
    assert hub(environment, "key", "forget", "--yes").returncode == 1
    doctor = hub(environment, "doctor")
    for each in (refused, kept, shown, forgotten, doctor):
        assert "canary" not in each.stdout + each.stderr
    assert "polls need" in doctor.stdout


def test_sealing_keys_are_rotated_rehearsed_and_finished_after_a_kill(environment: dict[str, str]) -> None:
    running = services_of(environment)
    running.ledger.put_secret("A", OLD_SECRET, by="ana", now=1.0)
    running.ledger.put_secret("A", NEW_SECRET, by="ana", now=2.0, previous_until=9e9)
    running.ledger.enter_key("workglue", KEY, environment="", by="ana", now=1.0)
    file = Path(environment["HUB_HOME"], "sealing-key")
    first = file.read_text()
    rehearsed = hub(environment, "keys", "rotate", "--rehearse")
    assert "3 sealed values can be opened, 0 of them with an older key." in rehearsed.stdout
    assert file.read_text() == first
    for failpoint in ("keys_half_rotated", "keys_resealed"):
        killed = hub({**environment, "HUB_FAILPOINTS": f"{failpoint}:kill"}, "keys", "rotate")
        assert killed.returncode == -signal.SIGKILL
        assert running.ledger.secret_values() == {"A": NEW_SECRET}, "a process that runs opens both"
        assert running.ledger.previous_values(now=3.0) == {"A": OLD_SECRET}
    keys = file.read_text().split()
    finished = hub(environment, "keys", "rotate")
    assert finished.returncode == 0, finished.stderr
    assert len(file.read_text().split()) == 2
    assert file.stat().st_mode & 0o777 == 0o600
    assert first.strip() not in file.read_text(), f"nothing needs it any more, after {len(keys)} keys"
    assert services_of(environment).sealing_keys.look().under == (0, 0, 0)
    running.ledger.put_secret("B", NEW_SECRET, by="ana", now=3.0)
    assert running.sealing_keys.look().under == (0, 0, 0, 0), "a process that runs seals with the newest"
    row = services_of(environment).keys.row()
    assert row is not None
    assert services_of(environment).live_key.open(row) == KEY
    running.close()


def test_an_unfinished_change_is_brought_to_its_end_with_the_same_key(environment: dict[str, str]) -> None:
    services = services_of(environment)
    services.ledger.put_secret("A", NEW_SECRET, by="ana", now=1.0)
    hub({**environment, "HUB_FAILPOINTS": "keys_half_rotated:kill"}, "keys", "rotate")
    file = Path(environment["HUB_HOME"], "sealing-key")
    before = file.read_text()
    done = hub(environment, "keys", "rotate")
    assert "An earlier change had been interrupted. 1 sealed value sealed under its key now." in done.stdout
    assert file.read_text() == before
    services.close()


def test_keys_of_the_environment_are_taken_in_their_order(environment: dict[str, str]) -> None:
    old, new = "o" * 40, "n" * 40
    with_old = {**environment, "HUB_SEALING_KEYS": old}
    hub(with_old, "secrets", "set", "A", "--value", NEW_SECRET)
    assert "put a new one in front of HUB_SEALING_KEYS" in hub(with_old, "keys", "rotate").stdout
    with_both = {**environment, "HUB_SEALING_KEYS": f"{new},{old}"}
    assert "1 of them with an older key" in hub(with_both, "keys", "rotate").stdout
    assert services_of({**environment, "HUB_SEALING_KEYS": new}).ledger.secret_values() == {"A": NEW_SECRET}
    lost = hub(with_old, "keys", "rotate")
    assert lost.returncode == 1
    assert "The secret A cannot be read with the present sealing keys." in lost.stderr


def test_secrets_are_set_with_an_overlap_listed_and_deleted(environment: dict[str, str]) -> None:
    hub(environment, "secrets", "set", "A", "--value", OLD_SECRET)
    again = hub(environment, "secrets", "set", "A", "--value", NEW_SECRET, "--keep-previous", "24h")
    assert "Webhooks signed with the old value are believed until" in again.stdout
    listed = hub(environment, "secrets", "list")
    assert "A  (stored, the value before is believed until" in listed.stdout
    for wrong in ("soon", "0s", "91d"):
        refused = hub(environment, "secrets", "set", "A", "--value", "x", "--keep-previous", wrong)
        assert refused.returncode == 1, wrong
        assert "24h" in refused.stderr
    assert hub(environment, "secrets", "delete", "A").returncode == 0
    assert hub(environment, "secrets", "delete", "A").returncode == 1
    assert "canary" not in again.stdout + again.stderr + listed.stdout

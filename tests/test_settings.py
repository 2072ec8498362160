"""Settings are read once and fail loudly, naming the variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import SettingError
from hub.settings import SETTINGS, keep_trial, read_settings


def test_defaults_need_no_environment(tmp_path: Path) -> None:
    settings = read_settings({"HUB_HOME": str(tmp_path)})
    assert settings.port == 8000
    assert settings.database.startswith("sqlite:////")
    assert settings.secrets == {}


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PORT", "eighty", "PORT"),
        ("HUB_LEASE", "0", "above 0"),
        ("HUB_ALLOW_EPHEMERAL", "maybe", "neither true nor false"),
        ("WORKGLUE_API_URL", "api.example.com", "http://"),
        ("DATABASE_URL", "mysql://x", "sqlite:///"),
        ("HUB_TIMEZONE", "America/Chicagoo", "America/Chicago"),
        ("HUB_LOG_LEVEL", "loud", "DEBUG"),
        ("HUB_LEASE", "soon", "HUB_LEASE"),
    ],
)
def test_a_wrong_value_names_the_variable(variable: str, value: str, says: str) -> None:
    with pytest.raises(SettingError, match=variable) as caught:
        read_settings({variable: value})
    assert says in str(caught.value)


def test_an_unknown_setting_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(SettingError, match="WORKGLUE_API_KEZ") as caught:
        read_settings({"WORKGLUE_API_KEZ": "x"})
    assert "WORKGLUE_API_KEY" in caught.value.hint


def test_a_secret_is_not_shown_when_wrong_or_printed() -> None:
    settings = read_settings({"WORKGLUE_API_KEY": "wk_canary", "HUB_SECRET_CHAT": "canary2", "SECRET_KEY": "canary3"})
    assert "canary" not in repr(settings)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("wk_from_file\n")
    settings = read_settings({"HUB_HOME": str(tmp_path), "WORKGLUE_API_KEY_FILE": str(tmp_path / "key")})
    assert settings.api_key == "wk_from_file"
    with pytest.raises(SettingError, match="WORKGLUE_API_KEY_FILE"):
        read_settings({"HUB_HOME": str(tmp_path), "WORKGLUE_API_KEY_FILE": str(tmp_path / "missing")})


def test_recipe_secrets_have_their_own_prefix(tmp_path: Path) -> None:
    given = {"HUB_HOME": str(tmp_path), "HUB_SECRET_TEAM_CHAT_URL": "json://x"}
    assert read_settings(given).secrets == {"TEAM_CHAT_URL": "json://x"}


def test_platforms_postgres_address_is_understood() -> None:
    assert read_settings({"DATABASE_URL": "postgres://u:p@h/d"}).database == "postgresql+psycopg://u:p@h/d"


def test_a_trial_fills_in_what_is_not_given_until_there_is_an_account(tmp_path: Path) -> None:
    keep_trial(tmp_path, {"WORKGLUE_API_URL": "http://127.0.0.1:5001/api/v1", "WORKGLUE_API_KEY": "trial", "PORT": "1"})
    assert (tmp_path / "trial.json").stat().st_mode & 0o777 == 0o600
    home = {"HUB_HOME": str(tmp_path)}
    assert read_settings({**home, "PORT": "2"}).api_key == "trial"
    assert read_settings({**home, "PORT": "2"}).port == 2
    assert read_settings(home, trial=False).api_key == ""
    assert read_settings({**home, "WORKGLUE_API_URL": "https://own"}).api_key == ""


def test_every_setting_says_what_it_is_for() -> None:
    assert all(row.doc.endswith(".") for row in SETTINGS)


def test_the_rate_is_what_the_api_says_unless_it_is_set(tmp_path: Path) -> None:
    home = {"HUB_HOME": str(tmp_path)}
    assert read_settings(home).api_rate is None
    assert read_settings({**home, "WORKGLUE_RATE": ""}).api_rate is None
    assert read_settings({**home, "WORKGLUE_RATE": "0"}).api_rate == 0
    assert read_settings({**home, "WORKGLUE_RATE": "60"}).api_rate == 60

"""One table of settings, read once, and the only reader of the environment.

Each setting is one row of SETTINGS; the row makes the message when it is wrong, the table in docs/settings.md and the
lines of `doctor`. A secret may come from a file: NAME_FILE names it. Recipe secrets are HUB_SECRET_<NAME>.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from hub.errors import SettingError

PLATFORMS = {"DYNO": "Heroku", "RENDER": "Render", "RAILWAY_ENVIRONMENT": "Railway", "FLY_APP_NAME": "Fly"}
"""Variables that only a host with a disk that does not last sets, and how it is called."""

TRIAL_FILE = "trial.json"

SECRET_PREFIX = "HUB_SECRET_"  # noqa: S105 - the prefix of a variable's name, not a secret


def _text(value: str) -> str:
    return value


def _whole(value: str) -> int:
    number = int(value)
    if number < 0:
        raise ValueError("it is negative")
    return number


def _whole_if_any(value: str) -> int | None:
    return _whole(value) if value.strip() else None


def _seconds(value: str) -> float:
    number = float(value)
    if not 0 < number < 10_000_000:
        raise ValueError("it is not a number of seconds above 0")
    return number


def _yes_no(value: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if value.lower() not in words:
        raise ValueError("it is neither true nor false")
    return words[value.lower()]


def _names(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("it does not start with http:// or https://")
    return value.rstrip("/")


def _days(value: str) -> frozenset[date]:
    try:
        return frozenset(datetime.strptime(part, "%Y-%m-%d").date() for part in _names(value))
    except ValueError as problem:
        raise ValueError("it holds something else than days such as 2026-12-25") from problem


def _mail_server(value: str) -> str:
    if not value.startswith(("smtp://", "smtps://")):
        raise ValueError("it starts neither with smtp:// nor with smtps://")
    return value


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        near = difflib.get_close_matches(value, available_timezones(), n=1)
        raise ValueError(f"there is no such time zone{f'; did you mean {near[0]}?' if near else ''}")
    return value


def _log_level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("it is none of DEBUG, INFO, WARNING and ERROR")
    return value.upper()


def _database(value: str) -> str:
    for old in ("postgres://", "postgresql://"):
        if value.startswith(old):
            return "postgresql+psycopg://" + value.removeprefix(old)
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("it starts neither with sqlite:/// nor with postgres://")
    return value


@dataclass(frozen=True, slots=True)
class Setting:
    """One row: the variable, the field of Settings it fills, how its text is read, its default and what it is for."""

    variable: str
    field: str
    read: Callable[[str], Any]
    default: str
    doc: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("HUB_HOME", "home", _text, "var", "Folder for everything that the hub keeps on this machine."),
    Setting("HUB_RECIPES", "recipes", _text, "recipes", "Folder with the recipe files."),
    Setting(
        "DATABASE_URL", "database_url", _database, "", "postgres://... or sqlite:///path. Empty: SQLite in HUB_HOME."
    ),
    Setting(
        "REDIS_URL", "redis_url", _text, "", "redis://, rediss:// or unix://. Empty: a private server in HUB_HOME."
    ),
    Setting("PORT", "port", _whole, "8000", "Port of the dashboard and the webhooks."),
    Setting(
        "HUB_HOST", "host", _text, "", "Address to listen on. Empty: all with PORT given by a host, else 127.0.0.1."
    ),
    Setting(
        "HUB_PUBLIC_URL", "public_url", _web_address, "", "How the outside reaches the hub, as in webhook addresses."
    ),
    Setting(
        "WORKGLUE_API_URL", "api_url", _web_address, "", "Base URL of the Public API. Empty: the sandbox (make run)."
    ),
    Setting(
        "WORKGLUE_API_KEY", "api_key", _text, "", "The Account API Key; one that is entered later wins.", secret=True
    ),
    Setting(
        "WORKGLUE_RATE",
        "api_rate",
        _whole_if_any,
        "",
        "Calls a minute that all processes together may make. Empty: what the API says. 0: no limit.",
    ),
    Setting("WORKGLUE_PROFILE", "profile", _text, "", "An API profile file to use in place of the built-in one."),
    Setting(
        "SECRET_KEY", "secret_key", _text, "", "Signs sessions and forms. Empty: made once in HUB_HOME.", secret=True
    ),
    Setting(
        "HUB_SEALING_KEYS",
        "sealing_keys",
        _names,
        "",
        "Keys that seal stored secrets, newest first. Empty: made once in HUB_HOME.",
        secret=True,
    ),
    Setting("HUB_ADMIN_EMAIL", "admin_email", _text, "admin@example.com", "The first login."),
    Setting(
        "HUB_ADMIN_PASSWORD",
        "admin_password",
        _text,
        "",
        "Its password. Empty: made once and kept in HUB_HOME.",
        secret=True,
    ),
    Setting(
        "HUB_ALLOWED_PRIVATE_HOSTS",
        "allowed_private_hosts",
        _names,
        "",
        "host or host:port that recipes may call although private, separated by commas.",
    ),
    Setting(
        "HUB_SMTP_URL",
        "smtp_url",
        _mail_server,
        "",
        "The mail server of email.send: smtp://user:password@host:587 or smtps://...; &tls=off in the own network.",
        secret=True,
    ),
    Setting("HUB_MAIL_FROM", "mail_from", _text, "", "Who mails come from, as in Office <office@example.com>."),
    Setting(
        "HUB_TIMEZONE",
        "timezone",
        _time_zone,
        "UTC",
        "Time zone of schedules and dates that name none, as in America/Chicago.",
    ),
    Setting(
        "HUB_HOLIDAYS",
        "holidays",
        _days,
        "",
        "Days that are no working days, beside Saturdays and Sundays, separated by commas: 2026-11-26, 2026-12-25.",
    ),
    Setting("HUB_LEASE", "lease", _seconds, "60", "Seconds after which a silent worker's runs go to another."),
    Setting("HUB_TICK", "tick", _seconds, "1", "Seconds between two looks of the clock."),
    Setting("HUB_DRAIN_THREADS", "drain_threads", _whole, "16", "Runs that one worker has in hand at once."),
    Setting("HUB_DRAIN_SECONDS", "drain_seconds", _seconds, "60", "How long one drain works before it makes room."),
    Setting("HUB_REDIS_PATIENCE", "redis_patience", _seconds, "10", "Seconds until a worker goes on without Redis."),
    Setting("HUB_WEB_THREADS", "web_threads", _whole, "8", "Requests that one web process answers at once."),
    Setting(
        "HUB_HOOK_LIMIT",
        "hook_limit",
        _whole,
        "30000",
        "Deliveries a minute that one webhook address takes where its recipe says nothing. 0: no limit.",
    ),
    Setting("HUB_MAX_BODY", "max_body", _whole, "1048576", "Largest webhook body, in bytes."),
    Setting(
        "HUB_UNKNOWN_WAIT",
        "unknown_wait",
        _seconds,
        "90",
        "Seconds to wait, from the last send, before looking for a create whose result is unknown.",
    ),
    Setting(
        "HUB_RECORD_LANES",
        "record_lanes",
        _yes_no,
        "true",
        "Runs about one record go one at a time, in the order of their events, across all recipes.",
    ),
    Setting(
        "HUB_MESSAGES_PER_HOUR",
        "messages_per_hour",
        _whole,
        "200",
        "Messages that one recipe may send in an hour where it sets no limit; what goes over is held. 0: any number.",
    ),
    Setting("HUB_POLL_EVERY", "poll_every", _seconds, "60", "Seconds between two polls where a recipe says nothing."),
    Setting("HUB_FULL_PASS_EVERY", "full_pass_every", _seconds, "86400", "Seconds between two polls of a whole list."),
    Setting(
        "HUB_DELETE_PASS_EVERY",
        "delete_pass_every",
        _seconds,
        "600",
        "The same where a recipe waits for deleted records; it takes two to be sure.",
    ),
    Setting(
        "HUB_FLOOD",
        "flood",
        _whole,
        "100",
        "More runs of one recipe than this from one look at a list wait for a person. 0: never.",
    ),
    Setting(
        "HUB_ALLOW_EPHEMERAL",
        "allow_ephemeral",
        _yes_no,
        "false",
        "Run on a host whose disk does not last, although history would be lost.",
    ),
    Setting(
        "HUB_FAILPOINTS", "failpoints", _text, "", "For the tests: name:kill or name:pause=SECONDS at named places."
    ),
    Setting("HUB_LOG_LEVEL", "log_level", _log_level, "INFO", "DEBUG, INFO, WARNING or ERROR."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What SETTINGS says, read. `secrets` are the recipe secrets given by HUB_SECRET_<NAME>, by NAME; `platform` is
    the name of the host that we run on, "" on a machine of one's own."""

    home: str
    recipes: str
    database_url: str
    redis_url: str
    port: int
    host: str
    public_url: str
    api_url: str
    api_key: str = field(repr=False)
    api_rate: int | None
    profile: str
    secret_key: str = field(repr=False)
    sealing_keys: tuple[str, ...] = field(repr=False)
    admin_email: str
    admin_password: str = field(repr=False)
    allowed_private_hosts: tuple[str, ...]
    smtp_url: str = field(repr=False)
    mail_from: str
    timezone: str
    holidays: frozenset[date]
    lease: float
    tick: float
    drain_threads: int
    drain_seconds: float
    redis_patience: float
    web_threads: int
    hook_limit: int
    max_body: int
    unknown_wait: float
    record_lanes: bool
    messages_per_hour: int
    poll_every: float
    full_pass_every: float
    delete_pass_every: float
    flood: int
    allow_ephemeral: bool
    failpoints: str
    log_level: str
    platform: str
    secrets: Mapping[str, str] = field(repr=False)

    @property
    def database(self) -> str:
        """The database's SQLAlchemy URL, with the default filled in."""
        return self.database_url or f"sqlite:///{Path(self.home).absolute() / 'hub.db'}"


def read_settings(environ: Mapping[str, str] | None = None, *, trial: bool = True) -> Settings:
    """Settings from the environment (or from `environ`). SettingError names the variable that is wrong or unknown.

    With `trial`, what `hub all` has kept in HUB_HOME for its trial against the sandbox fills in what is not given, so
    that every command sees the same hub; an account of one's own (WORKGLUE_API_URL) ends the trial.
    """
    given = os.environ if environ is None else environ
    if trial and not given.get("WORKGLUE_API_URL"):
        given = {**read_trial(Path(given.get("HUB_HOME") or "var")), **given}
    _refuse_unknown(given)
    values = {row.field: _read(row, given) for row in SETTINGS}
    assert {each.name for each in fields(Settings)} == {*values, "secrets", "platform"}
    found = {name.removesuffix("_FILE") for name in given if name.startswith(SECRET_PREFIX)}
    secrets = {name.removeprefix(SECRET_PREFIX): _lookup(name, given) for name in sorted(found)}
    platform = next((name for variable, name in PLATFORMS.items() if given.get(variable)), "")
    return Settings(**values, platform=platform, secrets={name: value for name, value in secrets.items() if value})


def read_trial(home: Path) -> dict[str, str]:
    """What keep_trial kept in this folder, nothing when there is no trial."""
    file = home / TRIAL_FILE
    if not file.exists():
        return {}
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise SettingError(
            f"The file {file} cannot be read: {problem}.", hint="Delete it; make run makes it again."
        ) from problem
    return {str(name): str(value) for name, value in kept.items()}


def keep_trial(home: Path, variables: Mapping[str, str]) -> None:
    """Keep the variables of a trial for the other commands; readable by its owner only."""
    draft = home / f".{TRIAL_FILE}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(dict(variables), file, indent=1)
    draft.replace(home / TRIAL_FILE)


def inherited() -> dict[str, str]:
    """A copy of the environment, for processes that we start."""
    return dict(os.environ)


def _read(row: Setting, given: Mapping[str, str]) -> Any:
    text = _lookup(row.variable, given) or row.default
    if not text:
        return row.read(text) if row.read in (_text, _names, _days, _whole_if_any) else ""
    try:
        return row.read(text)
    except ValueError as problem:
        shown = "its value" if row.secret else repr(text)
        raise SettingError(
            f"The setting {row.variable} cannot be used: {shown} - {problem}.", hint=row.doc
        ) from problem


def _lookup(variable: str, given: Mapping[str, str]) -> str:
    if given.get(variable):
        return given[variable].strip()
    file = given.get(f"{variable}_FILE", "")
    if not file:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise SettingError(
            f"The setting {variable}_FILE names {file}, which cannot be read: {problem.strerror}."
        ) from problem


def _refuse_unknown(given: Mapping[str, str]) -> None:
    known = {row.variable for row in SETTINGS} | {f"{row.variable}_FILE" for row in SETTINGS}
    for name in sorted(given):
        if name.startswith(SECRET_PREFIX) or not name.startswith(("HUB_", "WORKGLUE_")) or name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else "All settings are listed in docs/settings.md."
        raise SettingError(f"There is no setting called {name}.", hint=hint)

"""`python -m sandbox`: every command, as a person starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    return kept | {"PYTHONPATH": str(ROOT), **variables}


def run(directory: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=directory,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_serve_until_it_is_told_to_stop(tmp_path: Path) -> None:
    key = run(tmp_path, "key").stdout.strip()
    assert key.startswith("wga_")
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "serve", "--port", "0"],
        cwd=tmp_path,
        env=environment(SANDBOX_RATE_PER_MINUTE="7"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    line = process.stdout.readline()
    base = line.split("Public API: ")[1].split(")")[0]
    answer = requests.get(f"{base}/jobs", headers={"Authorization": f"Bearer {key}"}, timeout=10)
    assert len(answer.json()["data"]) == 50
    assert answer.headers["X-RateLimit-Limit"] == "7"
    assert (tmp_path / "var" / "sandbox.db").exists()
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "The sandbox has stopped.\n", "")


def test_a_taken_port_is_a_clear_message(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(tmp_path, "serve", "--port", str(port))
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"Port {port} on 127.0.0.1 cannot be used")
    assert "Traceback" not in ended.stderr


def test_the_key_is_made_once_and_only_when_wanted(tmp_path: Path) -> None:
    place = ("--database", str(tmp_path / "mine.db"))
    missing = run(tmp_path, "key", "--no-create", *place)
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "No Workglue Account API Key has been created yet." in missing.stderr
    first, second = run(tmp_path, "key", "--create", *place), run(tmp_path, "key", *place)
    assert first.stdout == second.stdout != ""


def test_seed_reset_and_activity(tmp_path: Path) -> None:
    place = {"SANDBOX_DATABASE": str(tmp_path / "mine.db")}
    seeded = run(tmp_path, "seed", "--jobs", "20", "--seed", "3", "--today", "2026-03-31", **place)
    assert "now holds 20 jobs, 13 customers" in seeded.stdout
    again = run(tmp_path, "seed", **place)
    assert (again.returncode, again.stdout) == (2, "")
    assert "already holds an account" in again.stderr
    worked = run(tmp_path, "activity", "--every", "10ms", "--count", "3", **place)
    assert len(worked.stdout.splitlines()) == 3
    key = run(tmp_path, "key", **place).stdout
    reset = run(tmp_path, "reset", "--yes", "--jobs", "0", **place)
    assert "now holds 0 jobs" in reset.stdout
    assert run(tmp_path, "key", **place).stdout == key


@pytest.mark.parametrize("name", ["", "serve", "seed", "key", "activity", "reset"])
def test_help_is_plain(tmp_path: Path, name: str) -> None:
    told = run(tmp_path, *([name] if name else []), "--help")
    assert told.returncode == 0
    assert "Usage: python -m sandbox" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "variables", "complaint"),
    [
        (["serve"], {"SANDBOX_PORT": "high"}, "SANDBOX_PORT must be a whole number"),
        (["serve"], {"SANDBOX_PORT": "70000"}, "SANDBOX_PORT must be at most 65535"),
        (["serve"], {"SANDBOX_PROFILE": "nowhere.yaml"}, "nowhere.yaml cannot be read"),
        (["seed", "--today", "soon"], {}, "must be a date"),
        (["activity", "--every", "often"], {}, "must be a span of time"),
    ],
)
def test_what_cannot_be_used_is_named(
    tmp_path: Path, arguments: list[str], variables: dict[str, str], complaint: str
) -> None:
    ended = run(tmp_path, *arguments, **variables)
    assert ended.returncode == 2
    assert complaint in ended.stderr
    assert "Traceback" not in ended.stderr

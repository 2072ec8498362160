"""Tokens from the command line: made, listed and revoked; the text goes to standard output alone, once."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.test_commands import hub


def test_a_token_is_made_listed_and_revoked(tmp_path: Path) -> None:
    folder = {"HUB_RECIPES": str(tmp_path)}
    assert hub(tmp_path, "release", **folder).returncode == 0
    assert "no tokens yet" in hub(tmp_path, "tokens", "list", **folder).stdout
    made = hub(
        tmp_path, "tokens", "create", " Zapier  office", "--scope", "hooks", "--scope", "read", "--days", "30", **folder
    )
    assert made.returncode == 0, made.stderr
    token = re.fullmatch(r"hub_([0-9a-f]{12})_[A-Za-z0-9_-]{43}\n", made.stdout)
    assert token, made.stdout
    assert "not shown again" in made.stderr
    listed = hub(tmp_path, "tokens", "list", **folder).stdout
    assert re.search(rf"{token[1]}\s+Zapier office\s+hooks read\s+until .+ never", listed), listed
    assert made.stdout.strip() not in listed
    assert hub(tmp_path, "tokens", "revoke", token[1], **folder).returncode == 0
    assert "revoked" in hub(tmp_path, "tokens", "list", **folder).stdout
    again = hub(tmp_path, "tokens", "revoke", token[1], **folder)
    assert again.returncode == 1
    assert "There is no token" in again.stderr


def test_a_scope_that_is_none_is_refused(tmp_path: Path) -> None:
    result = hub(tmp_path, "tokens", "create", "Zap", "--scope", "everything")
    assert result.returncode == 2
    assert "'hooks'" in result.stderr

"""Static files: kept for ever under the name of their content, and vendored ones exactly as they were published."""

from __future__ import annotations

import hashlib
import re

import pytest
from flask.testing import FlaskClient

from hub.web.assets import FOLDER

VENDORED = FOLDER / "vendor"


def test_pages_name_files_by_their_content(client: FlaskClient) -> None:
    found = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/login").text)
    assert {address.rsplit("/", 1)[1] for address in found} == {"icon.svg", "hub.css", "hub.js", "htmx-4.0.1.min.js"}
    for address in found:
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "Set-Cookie" not in answer.headers
            assert hashlib.sha256(answer.data).hexdigest().startswith(address.split("/")[2])


def test_another_version_is_not_kept(client: FlaskClient) -> None:
    with client.get("/static/0123456789ab/hub.css") as answer:
        assert answer.status_code == 200
        assert "max-age" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["none.css", "../application.py", "%2e%2e/application.py", "/etc/passwd", "vendor", ""]
)
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/0123456789ab/{name}").status_code == 404


def test_vendored_files_are_what_was_published() -> None:
    listed = {name: digest for digest, name in map(str.split, (VENDORED / "SHA256SUMS").read_text().splitlines())}
    present = {file.name for file in VENDORED.iterdir()} - {"SHA256SUMS"}
    assert set(listed) == present
    for name, digest in listed.items():
        assert hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() == digest, name


def test_every_vendored_program_has_its_licence() -> None:
    programs = [file.name.removesuffix(".min.js") for file in VENDORED.glob("*.js")]
    assert programs
    for program in programs:
        assert (VENDORED / f"{program}.LICENSE.txt").is_file()

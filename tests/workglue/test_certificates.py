"""A server is only talked to when a trusted certificate says that it is the one that is meant."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hub.actions.wire
import hub.workglue.wire
from hub.actions.outside import Outside
from hub.errors import Transient
from tests.workglue.callers import client_of
from tests.workglue.secure import make_certificate, serve_securely

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make certificates")


def call_workglue(url: str) -> Any:
    return client_of(url).create("jobs", {"name": "Miller"}, key="k")["id"]


def call_outside(url: str) -> Any:
    return Outside(["localhost"]).request("POST", url, headers={}, params={})["text"]


@pytest.fixture(params=[call_workglue, call_outside])
def call(request: pytest.FixtureRequest) -> Callable[[str], Any]:
    """Both doors."""
    found: Callable[[str], Any] = request.param
    return found


def trust(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (hub.actions.wire, hub.workglue.wire):
        monkeypatch.setattr(room, "DEFAULT_CA_BUNDLE_PATH", str(certificate))


def test_a_trusted_certificate_for_this_host_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[[str], Any]
) -> None:
    certificate = make_certificate(tmp_path)
    trust(certificate, monkeypatch)
    with serve_securely(certificate, b'{"id": "job_1"}') as port:
        assert "job_1" in call(f"https://localhost:{port}")


def test_a_certificate_that_nobody_vouches_for_is_not(tmp_path: Path, call: Callable[[str], Any]) -> None:
    with serve_securely(make_certificate(tmp_path), b"{}") as port, pytest.raises(Transient) as caught:
        call(f"https://localhost:{port}")
    assert "no secure connection" in str(caught.value)


def test_a_certificate_for_another_host_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[[str], Any]
) -> None:
    certificate = make_certificate(tmp_path, host="other.example")
    trust(certificate, monkeypatch)
    with serve_securely(certificate, b"{}") as port, pytest.raises(Transient) as caught:
        call(f"https://localhost:{port}")
    assert "no secure connection" in str(caught.value)

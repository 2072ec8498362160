"""No recipe reaches loopback, private, link-local, metadata or reserved addresses, however they are written."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from hub.actions.addresses import AllowedHosts, Refused, is_public, open_socket
from hub.actions.outside import Outside
from hub.errors import Permanent, StepError
from tests.actions.names import serve_names
from tests.workglue.faulty import Faulty, Talk

ServeFaulty = Callable[[Callable[[Talk], None]], Faulty]
CLOSED = [
    "0.0.0.0",  # noqa: S104 - not bound to, but refused
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
    "",
]


@pytest.mark.parametrize("address", CLOSED)
def test_closed_addresses_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_the_open_internet_is_open(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def inside(faulty: ServeFaulty) -> Faulty:
    """A server on this machine that must not be reached."""
    return faulty(lambda talk: talk.answer(200, {"secret": "of the house"}))


SPELLINGS = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://127.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.0x1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://017700000001:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/",
    "http://[2002:7f00:1::1]:{port}/",
    "http://[fec0::1]:{port}/",
    "http://[::1%251]:{port}/",
    "http://user:password@127.0.0.1:{port}/",
    "http://example.com@127.0.0.1:{port}/",
    "http://example.com#@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://example.com\\@127.0.0.1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://127。0。0。1:{port}/",
    "http://１２７.0.0.1:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "http://inside.example:{port}/",
    "http://mixed.example:{port}/",
    " HTTP://127.0.0.1:{port}/ ",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "https://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}/",
    "",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_leads_inside(inside: Faulty, spelling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_names(monkeypatch, {"inside.example": ["10.0.0.7", "127.0.0.1"], "mixed.example": ["::1", "192.168.0.1"]})
    for method in ("GET", "POST"):
        with pytest.raises(StepError) as caught:
            Outside().request(method, spelling.format(port=inside.port), headers={}, params={}, timeout=2)
        assert "of the house" not in str(caught.value.as_dict())
    assert inside.requests == []


def test_a_refused_host_is_named_and_so_is_the_setting(inside: Faulty) -> None:
    with pytest.raises(Permanent, match=r"Recipes may not call 127\.0\.0\.1: it is a private address") as caught:
        Outside().request("GET", f"{inside.url}/path?token=secret", headers={}, params={})
    assert "HUB_ALLOWED_PRIVATE_HOSTS" in caught.value.hint
    assert "secret" not in str(caught.value.as_dict())


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.1:{port}", "[::1]:5, 127.0.0.1:{port}"])
def test_a_host_that_the_settings_name_may_be_called(inside: Faulty, allowed: str) -> None:
    outside = Outside(allowed.format(port=inside.port).split(","))
    assert outside.request("GET", inside.url, headers={}, params={})["status"] == 200


@pytest.mark.parametrize("allowed", ["127.0.0.1:1", "localhost", "127.0.0.2", "0.0.0.0/0", "*", "", "[::1]"])
def test_what_the_settings_name_is_no_more_than_that(inside: Faulty, allowed: str) -> None:
    with pytest.raises(Permanent):
        Outside([allowed]).request("GET", inside.url, headers={}, params={})
    assert inside.requests == []


def test_hosts_are_read_in_every_form() -> None:
    allowed = AllowedHosts.read([" Intranet.Example. ", "printer:8080", "[::1]:5001", "fd00::7", ""])
    assert ("intranet.example", 80) in allowed
    assert ("INTRANET.example.", 9999) in allowed
    assert ("printer", 8080) in allowed
    assert ("printer", 80) not in allowed
    assert ("[::1]", 5001) in allowed
    assert ("::1", 5002) not in allowed
    assert ("fd00::7", 443) in allowed


def test_a_redirect_leads_nowhere(faulty: ServeFaulty, inside: Faulty) -> None:
    allowed = faulty(lambda talk: talk.answer(302, None, {"Location": inside.url}))
    outside = Outside([f"127.0.0.1:{allowed.port}"])
    answer = outside.request("GET", allowed.url, headers={"X-Token": "secret"}, params={})
    assert answer["status"] == 302
    assert inside.requests == []


class Recorder(socket.socket):
    """A socket that only notes where it would have gone."""

    went_to: list[Any]

    def connect(self, address: Any) -> None:
        type(self).went_to.append(address[0])
        if address[0] == "93.184.216.1":
            raise ConnectionRefusedError


@pytest.fixture
def went_to(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    Recorder.went_to = []
    monkeypatch.setattr(socket, "socket", Recorder)
    return Recorder.went_to


def test_a_name_is_looked_up_once_so_that_it_cannot_change_in_between(
    monkeypatch: pytest.MonkeyPatch, went_to: list[Any]
) -> None:
    asked = serve_names(monkeypatch, {"rebind.example": ["93.184.216.34"]})
    open_socket("rebind.example", 80, allowed=AllowedHosts(), timeout=1).close()
    assert asked == ["rebind.example"]
    assert went_to == ["93.184.216.34"]


def test_of_several_addresses_only_open_ones_are_dialled(monkeypatch: pytest.MonkeyPatch, went_to: list[Any]) -> None:
    serve_names(monkeypatch, {"mixed.example": ["10.0.0.1", "93.184.216.1", "::1", "93.184.216.2"]})
    open_socket("mixed.example", 80, allowed=AllowedHosts(), timeout=1).close()
    assert went_to == ["93.184.216.1", "93.184.216.2"]


def test_nothing_is_dialled_when_all_addresses_are_closed(monkeypatch: pytest.MonkeyPatch, went_to: list[Any]) -> None:
    serve_names(monkeypatch, {"inside.example": ["10.0.0.1", "fd00::1"]})
    with pytest.raises(Refused):
        open_socket("inside.example", 80, allowed=AllowedHosts(), timeout=1)
    assert went_to == []

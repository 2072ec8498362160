"""Of Apprise's services only those are used that send by our carriers, so that none gets past the guard."""

from __future__ import annotations

import ast
import inspect
import sys

import pytest

from hub.actions import messages
from hub.actions.carriers import CarriedRequests, CarriedSmtplib, is_carried

OTHER_WAYS = {
    "aiohttp",
    "asyncio",
    "ftplib",
    "http",
    "httpx",
    "multiprocessing",
    "paho",
    "slixmpp",
    "socket",
    "socketserver",
    "subprocess",
    "syslog",
    "telnetlib",
    "urllib3",
    "websocket",
    "websockets",
}


@pytest.fixture(scope="module")
def services() -> list[type]:
    apprise = messages._load()
    return list(apprise.manager_plugins.NotificationManager().plugins())


def test_most_services_are_carried_and_those_with_ways_of_their_own_are_not(services: list[type]) -> None:
    carried = {service.__module__.split(".")[2] for service in services if is_carried(service)}
    assert len(carried) > 150
    assert {"slack", "discord", "telegram", "twilio", "workflows", "email", "custom_json", "ntfy", "guilded"} <= carried
    assert not carried & {
        "syslog",
        "rsyslog",
        "dbus",
        "irc",
        "mqtt",
        "xmpp",
        "amqp",
        "aprs",
        "growl",
        "nostr",
        "macosx",
    }


def test_carried_services_import_no_other_way(services: list[type]) -> None:
    """Looks into their source, so that a new version of Apprise cannot open a way unseen."""
    modules = {each.__module__ for service in services if is_carried(service) for each in service.__mro__}
    for name in sorted(modules):
        if name.startswith("apprise.plugins.") and name != "apprise.plugins.base":
            assert not _imported(inspect.getsource(sys.modules[name])) & OTHER_WAYS, name


def test_no_service_holds_the_real_modules(services: list[type]) -> None:
    assert services
    for name, module in list(sys.modules.items()):
        if name.startswith("apprise.plugins."):
            assert isinstance(vars(module).get("requests", CarriedRequests()), CarriedRequests), name
            assert isinstance(vars(module).get("smtplib", CarriedSmtplib()), CarriedSmtplib), name


def _imported(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found

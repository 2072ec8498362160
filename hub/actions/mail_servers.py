"""The address of a mail server: smtp://user:password@mail.example.com:587?from=office@example.com"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails go. `security`: "tls" from the first byte, "starttls" before anything is said, or "none"."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""


def read_server(address: str) -> MailServer:
    """What an address says. ValueError, with none of the address in it, for one that says nothing usable."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("its host or port cannot be read") from None
    if parts.scheme not in PORTS:
        raise ValueError("it must start with smtp:// or smtps://")
    if not host:
        raise ValueError("it names no host")
    if parts.path not in ("", "/") or parts.fragment:
        raise ValueError(
            "nothing may stand behind the host but ?from=... and &tls=off; a # in a password is written %23"
        )
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not set(options) <= {"from", "tls"}:
        raise ValueError("behind the question mark it takes from and tls")
    if options.get("tls", "on") not in ("on", "off"):
        raise ValueError("tls is on or off")
    security = "tls" if parts.scheme == "smtps" else "starttls"
    if options.get("tls") == "off":
        if parts.scheme == "smtps":
            raise ValueError("smtps:// is always secure; write smtp:// with tls=off")
        security = "none"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(host, port or PORTS[parts.scheme], security, user, password, options.get("from", ""))

"""The web and the people outside, for a test: answers that the test gives, and messages that are only kept."""

from __future__ import annotations

import json as jsons
from collections.abc import Mapping, Sequence
from typing import Any

from hub.context import Letter, Messages
from hub.engine.scope import scrub
from hub.errors import Permanent
from hub.model import Record
from hub.rehearsing.case import Answer

READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Shown:
    """Texts with secrets as a test file has them: NAME where the whole text is one, else [secret NAME] within it."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = secrets
        self._names = {value: name for name, value in secrets.items()}

    def __call__(self, value: Any) -> Any:
        """`value` without the text of any secret."""
        if isinstance(value, str) and value in self._names:
            return self._names[value]
        return scrub(value, self._secrets)


class CannedWeb:
    """hub.context.Http that answers from the test. `calls` lists the requests that may change something, `unanswered`
    those that the test has no answer for."""

    def __init__(self, answers: Sequence[Answer], shown: Shown) -> None:
        self.calls: list[Record] = []
        self.unanswered: list[str] = []
        self._answers = answers
        self._shown = shown

    def request(self, method: str, url: str, **request: Any) -> Record:
        """The first answer for this method and address. Permanent when there is none."""
        address = self._shown(url)
        parts = {key: self._shown(request.get(key)) for key in ("headers", "params", "json", "form", "text")}
        if "Webhook-Id" in (parts["headers"] or {}):  # webhook.send hands its JSON over as the text that it signed
            parts |= {"json": jsons.loads(parts["text"]), "text": None}
        if method.upper() not in READS:
            self.calls.append({"method": method.upper(), "url": address, **parts})
        for each in self._answers:
            if each.method == method.upper() and each.url == address:
                return {
                    "status": each.status,
                    "headers": dict(each.headers),
                    "body": each.body,
                    "text": each.text,
                }
        self.unanswered.append(f"{method.upper()} {address}")
        raise Permanent(f"The test has no answer for {method.upper()} {address}.")


class KeptMessages:
    """hub.context.Messages that keeps what would be sent: {to, title, body}."""

    def __init__(self, shown: Shown) -> None:
        self.sent: list[Record] = []
        self._shown = shown

    def send(self, to: str, *, title: str, body: str) -> None:
        """Keep it."""
        self.sent.append({"to": self._shown(to), "title": self._shown(title), "body": self._shown(body)})


class KeptMail:
    """hub.context.Mail that keeps what would be sent, among the messages: {to, title, body}."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def send(self, letter: Letter, *, server: str = "") -> None:  # noqa: ARG002 - no server is asked
        """Keep it."""
        to = ", ".join((*letter.to, *letter.cc, *letter.bcc))
        self._messages.send(to, title=letter.subject, body=letter.text or letter.html)

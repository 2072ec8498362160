"""Doors for messages that ask the recipe's limit first. Whatever goes to people counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.context import Letter

if TYPE_CHECKING:
    from hub.engine.transport.context import StepContext


class LimitedMessages:
    """hub.context.Messages, counted."""

    def __init__(self, context: StepContext) -> None:
        self._context = context

    def send(self, to: str, *, title: str, body: str) -> None:
        """See hub.context.Messages."""
        self._context.before_message()
        self._context.doors.messages.send(to, title=title, body=body)


class LimitedMail:
    """hub.context.Mail, counted: a mail is one message, however many it goes to."""

    def __init__(self, context: StepContext) -> None:
        self._context = context

    def send(self, letter: Letter, *, server: str = "") -> None:
        """See hub.context.Mail."""
        self._context.before_message()
        self._context.doors.mail.send(letter, server=server)

"""What steps send to people and to other programs, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.recipe.explaining.wording import Names, say_fields, say_value

Arguments = Mapping[str, Any]

_COPIES = (("cc", "a copy to"), ("bcc", "a hidden copy to"), ("reply_to", "answers going to"))


def _mail(arguments: Arguments, names: Names) -> str:
    copies = [f"{words} {say_value(arguments[key], names)}" for key, words in _COPIES if arguments.get(key)]
    files = arguments.get("attachments")
    if files:
        count = len(files) if isinstance(files, list) else 0
        copies.append("an attachment" if count == 1 else f"{count} attachments" if count else "attachments")
    if arguments.get("connection"):
        copies.append(f"the mail server {say_value(arguments['connection'], names)}")
    more = f", with {' and '.join(copies)}" if copies else ""
    to, subject = say_value(arguments.get("to", ""), names), say_value(arguments.get("subject", ""), names)
    return f"sends a mail to {to} titled {subject}{more}, saying {_body(arguments, names)}"


def _body(arguments: Arguments, names: Names) -> str:
    if not arguments.get("text"):
        return f"{say_value(arguments.get('html', ''), names)} in HTML"
    also = ", also in HTML" if arguments.get("html") else ""
    return f"{say_value(arguments['text'], names)}{also}"


def _webhook(arguments: Arguments, names: Names) -> str:
    url, kind = say_value(arguments.get("url", ""), names), say_value(arguments.get("type", ""), names)
    when = f" at {say_value(arguments['timestamp'], names)}" if arguments.get("timestamp") else ""
    data = arguments.get("data")
    told = say_fields(data, names) if isinstance(data, Mapping) and data else say_value(data, names)
    secret = say_value(arguments.get("secret", ""), names)
    return f"tells the program at {url} that {kind} happened{when}, with {told}, signed with {secret}"


SENDING: Mapping[str, Callable[[Arguments, Names], str]] = {"email.send": _mail, "webhook.send": _webhook}
"""By the action, what it does, as it stands behind "it"."""

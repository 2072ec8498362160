"""`email.send`: a mail to people, through the mail server of the settings or one kept as a secret."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hub.actions.mime import recipients_of
from hub.actions.recipients import read_recipients
from hub.context import Attachment, Context, Letter
from hub.errors import Permanent
from hub.model import ActionKind
from hub.recipe.templates import has_braces
from hub.registry import Outcome, action

LONGEST_SUBJECT = 500
LARGEST_TEXT = 1024 * 1024
LARGEST_ATTACHMENTS = 5 * 1024 * 1024
MOST_ATTACHMENTS = 20
_KEYS = ("name", "content", "base64")
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')


def _check(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What is surely wrong already: addresses that are no templates, and a mail without anything to say."""
    for key in ("to", "cc", "bcc", "reply_to"):
        given = arguments.get(key)
        entries = given if isinstance(given, list) else [given]
        try:
            read_recipients([each for each in entries if not (isinstance(each, str) and has_braces(each))], key=key)
        except Permanent as problem:
            yield key, problem.message, problem.hint
    if not arguments.get("text") and not arguments.get("html"):
        yield "text", "`email.send` needs `text` or `html`.", "Add `text:`."
    if isinstance(connection := arguments.get("connection"), str) and connection and not has_braces(connection):
        yield "connection", "The address of a mail server holds a password.", 'Write "{{ secrets.NAME }}".'


@action(
    "email.send",
    kind=ActionKind.SEND,
    secrets=("connection",),
    html=("html",),
    output="{to, subject}: everybody who gets it, and its subject.",
    check=lambda arguments: tuple(_check(arguments)),
)
def send(
    ctx: Context,
    *,
    to: Any,
    subject: str,
    text: str = "",
    html: str = "",
    cc: Any = None,
    bcc: Any = None,
    reply_to: Any = None,
    attachments: list[Any] | None = None,
    connection: str = "",
) -> Outcome:
    """Sends a mail. Nobody gets it unless the mail server accepts every recipient; once it has been handed over and
    no answer comes, the run is held, because it may have been sent.

    to: Who gets it, as in ana@example.com or Ana Ruiz <ana@example.com>; several with commas between them, or a list.
    subject: The subject line.
    text: The mail as plain text. One of text and html is needed; with both, the reader's program chooses.
    html: The mail as HTML. Every value in braces is escaped, so that it shows as it is written and changes no layout.
    cc: Who gets a copy that everybody sees.
    bcc: Who gets a copy that nobody else sees.
    reply_to: Where an answer goes.
    attachments: Files that go with it, a list of {name, content} for text and {name, base64} for anything else.
    connection: Another mail server than that of HUB_SMTP_URL, as the same kind of address kept as a secret.
    """
    letter = replace(
        Letter(_read(to, "to"), _read_subject(subject), ctx.key, ctx.began, text=text, html=html),
        cc=_read(cc, "cc"),
        bcc=_read(bcc, "bcc"),
        reply_to=_read(reply_to, "reply_to"),
        attachments=_read_attachments(attachments or []),
    )
    _refuse_emptiness(letter)
    ctx.before_send()
    ctx.mail.send(letter, server=connection)
    return Outcome({"to": [each.address for each in recipients_of(letter)], "subject": letter.subject}, "Sent.")


def _refuse_emptiness(letter: Letter) -> None:
    if not letter.to:
        raise Permanent("The mail has no recipient: `to` is empty.")
    if not letter.text.strip() and not letter.html.strip():
        raise Permanent("The mail is empty: it has neither a text nor HTML.")
    for key, given in (("text", letter.text), ("html", letter.html)):
        if len(given) > LARGEST_TEXT:
            raise Permanent(f"`{key}` is longer than {LARGEST_TEXT // 1024} KiB.", hint="Send it as an attachment.")


def _read(given: Any, key: str) -> tuple[str, ...]:
    return tuple(map(str, read_recipients(given, key=key)))


def _read_subject(subject: str) -> str:
    """A subject is one line: what a template put between its words becomes spaces."""
    line = " ".join(subject.split())
    if not line:
        raise Permanent("The mail has no subject.", hint="Add `subject:`.")
    if len(line) > LONGEST_SUBJECT or not line.isprintable():
        raise Permanent(f"The subject cannot be sent: it must be printable and at most {LONGEST_SUBJECT} characters.")
    return line


def _read_attachments(given: list[Any]) -> tuple[Attachment, ...]:
    if len(given) > MOST_ATTACHMENTS:
        raise Permanent(f"There are {len(given)} attachments; a mail takes at most {MOST_ATTACHMENTS}.")
    found = tuple(_read_attachment(each, number) for number, each in enumerate(given, start=1))
    size = sum(len(each.content) for each in found)
    if size > LARGEST_ATTACHMENTS:
        raise Permanent(f"The attachments are larger than {LARGEST_ATTACHMENTS // 1024 // 1024} MiB together.")
    return found


def _read_attachment(given: Any, number: int) -> Attachment:
    what = f"Attachment {number}"
    if not isinstance(given, Mapping) or not set(given) <= set(_KEYS):
        raise Permanent(f"{what} cannot be read.", hint="Write it as {name: list.csv, content: ...}, or with base64.")
    name = given.get("name")
    if not isinstance(name, str) or not name.strip(". ") or len(name) > 200 or not name.isprintable():
        raise Permanent(f"{what} needs a `name` of at most 200 characters, as in list.csv.")
    if not _NOT_IN_NAMES.isdisjoint(name):
        raise Permanent(f"The name of attachment {number} holds a character that file names cannot have.")
    content, encoded = given.get("content"), given.get("base64")
    if (content is None) == (encoded is None):
        raise Permanent(f"{what}, {name}, needs either `content` or `base64`.")
    if encoded is None:
        return Attachment(
            name.strip(), (content if isinstance(content, str) else str(content)).encode("utf-8", "replace")
        )
    try:
        return Attachment(name.strip(), base64.b64decode("".join(str(encoded).split()), validate=True))
    except binascii.Error:
        raise Permanent(f"{what}, {name}, is not written in base64.") from None

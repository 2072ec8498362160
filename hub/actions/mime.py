"""From a letter to the text of a mail, with everything in it that needs to be written otherwise written so."""

from __future__ import annotations

import hashlib
import mimetypes
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from hub.actions.recipients import Recipient, read_recipients
from hub.context import Letter


def recipients_of(letter: Letter) -> tuple[Recipient, ...]:
    """Everybody who gets it, each once."""
    groups = (("to", letter.to), ("cc", letter.cc), ("bcc", letter.bcc))
    return tuple({each.address: each for key, given in groups for each in read_recipients(given, key=key)}.values())


def compose(letter: Letter, sender: Recipient) -> bytes:
    """The whole mail, headers and parts. The same letter gets the same Message-ID, however often it is sent."""
    plain = all(each.address.isascii() for each in (sender, *recipients_of(letter)))
    message = EmailMessage((SMTP if plain else SMTPUTF8).clone(cte_type="7bit"))
    message["From"] = _header(sender)
    for name, key, given in (
        ("To", "to", letter.to),
        ("Cc", "cc", letter.cc),
        ("Reply-To", "reply_to", letter.reply_to),
    ):
        if given:
            message[name] = [_header(each) for each in read_recipients(given, key=key)]
    message["Subject"] = _readable(letter.subject)
    message["Date"] = format_datetime(datetime.fromtimestamp(letter.written_at, UTC))
    message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.text:
        message.set_content(_readable(letter.text))
    if letter.html and letter.text:
        message.add_alternative(_readable(letter.html), subtype="html")
    elif letter.html:
        message.set_content(_readable(letter.html), subtype="html")
    for each in letter.attachments:
        kind = mimetypes.guess_type(each.name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        message.add_attachment(each.content, maintype=main, subtype=sub, filename=_readable(each.name))
    return message.as_bytes()


def _header(recipient: Recipient) -> Address:
    return Address(_readable(recipient.name), recipient.local, recipient.domain)


def _readable(text: str) -> str:
    """Without half characters, which JSON can bring and no mail can hold."""
    return text.encode("utf-8", "replace").decode()

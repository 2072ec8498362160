"""`notify.send`: a message to people."""

from __future__ import annotations

from hub.context import Context
from hub.errors import Permanent
from hub.model import ActionKind
from hub.registry import Outcome, action


@action("notify.send", kind=ActionKind.SEND, secrets=("to",), output="Nothing.")
def send(ctx: Context, *, to: str, body: str, title: str = "") -> Outcome:
    """Sends a message by chat, SMS, push or e-mail. The address says through which service.

    to: An Apprise address, as in slack://..., msteams://..., twilio://... or mailto://...; best kept as a secret.
    body: The text of the message. What a service finds too long is cut or split.
    title: A line above the text. Services without titles show it as the first line.
    """
    if not body.strip() and not title.strip():
        raise Permanent("The message is empty: it has neither a title nor a text.")
    ctx.before_send()
    ctx.messages.send(to, title=title, body=body)
    return Outcome(None, "Sent.")

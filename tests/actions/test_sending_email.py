"""`email.send` and the door behind it: what arrives, who is refused, and what each failure means."""

from __future__ import annotations

import base64
import email
import email.policy
import re
import socket
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from hub.actions.mail_servers import read_server
from hub.actions.mailing import SmtpMail
from hub.errors import Permanent, StepError, Transient, Unknown
from tests.actions.mailbox import Mailbox
from tests.actions.step import NOW, Step
from tests.workglue.secure import make_certificate

SENDER = "Möller Painting <office@example.com>"
TO = "Ana Ruiz <ana@example.com>"


def url(mailbox: Mailbox, *, user: str = "", options: str = "?tls=off") -> str:
    return f"smtp://{user}127.0.0.1:{mailbox.port}{options}"


def step_with(server: str, *, seconds: float = 5.0, sender: str = SENDER, **more: Any) -> Step:
    return Step(letterbox=SmtpMail(server, sender=sender, seconds=seconds, **more))


def send(mailbox: Mailbox, **more: Any) -> EmailMessage:
    """Send a mail and read it as its recipient's program does."""
    arguments = {"to": TO, "subject": "Job won", "text": "Congratulations", **more}
    step = step_with(url(mailbox))
    outcome = step.do("email.send", **arguments)
    assert (step.intents, outcome.note) == (1, "Sent.")
    return arrived(mailbox)


def arrived(mailbox: Mailbox) -> EmailMessage:
    text = re.sub(r"(?m)^\.\.", ".", mailbox.mails[-1].replace("\r\n", "\n"))  # as a mail server does
    message = email.message_from_string(text, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def failure(mailbox: Mailbox | None = None, *, step: Step | None = None, **more: Any) -> StepError:
    step = step or step_with(url(mailbox) if mailbox else "", seconds=1.0)
    with pytest.raises(StepError) as caught:
        step.do("email.send", **{"to": TO, "subject": "Job won", "text": "Congratulations", **more})
    assert "canary" not in str(caught.value.as_dict())
    return caught.value


def envelope(mailbox: Mailbox) -> list[str]:
    return [line for line in mailbox.commands if line.startswith(("MAIL", "RCPT"))]


def test_a_mail_arrives_with_everything_that_was_said() -> None:
    with Mailbox() as mailbox:
        mail = send(
            mailbox,
            to=["Ana Ruiz <ana@example.com>", "bo@example.com; Ana <ANA@example.com>", "", None],
            cc="cy@example.com",
            bcc="di@example.com",
            reply_to="jobs@example.com",
            subject="  Größe:\n 3 m² ",
            text="Grüße\n.\n..two dots\nend",
            html="<p>Grüße</p>",
        )
    assert envelope(mailbox) == [
        "MAIL FROM:<OFFICE@EXAMPLE.COM>",
        "RCPT TO:<ANA@EXAMPLE.COM>",
        "RCPT TO:<BO@EXAMPLE.COM>",
        "RCPT TO:<CY@EXAMPLE.COM>",
        "RCPT TO:<DI@EXAMPLE.COM>",
    ]
    assert mail["From"] == "Möller Painting <office@example.com>"
    assert mail["To"] == "Ana <ANA@example.com>, bo@example.com"
    assert (mail["Cc"], mail["Reply-To"], mail["Bcc"]) == ("cy@example.com", "jobs@example.com", None)
    assert mail["Subject"] == "Größe: 3 m²"
    text, html = mail.iter_parts()
    assert text.get_content() == "Grüße\n.\n..two dots\nend\n"
    assert html.get_content() == "<p>Grüße</p>\n"
    assert "di@example.com" not in mailbox.mails[0]
    assert mail["Auto-Submitted"] == "auto-generated"


def test_the_same_step_always_sends_the_same_message_id_and_date() -> None:
    with Mailbox() as mailbox:
        first, second = send(mailbox), send(mailbox)
        other = step_with(url(mailbox))
        other.key = "run_1/other"
        other.do("email.send", to=TO, subject="Job won", text="Congratulations")
    assert first["Message-ID"] == second["Message-ID"] != arrived(mailbox)["Message-ID"]
    assert first["Message-ID"].endswith("@example.com>")
    assert first["Date"].datetime.timestamp() == NOW


def test_names_and_domains_in_any_script_arrive() -> None:
    with Mailbox() as mailbox:
        mail = send(mailbox, to='"Łukasz, O\'Neil \\"Lu\\"" <lu@faß.de>', subject="Zażółć 🎨")
    assert "RCPT TO:<LU@XN--FA-HIA.DE>" in mailbox.commands, "and not fass.de, which is somebody else"
    assert mail["Subject"] == "Zażółć 🎨"
    assert mail["To"].addresses[0].display_name == 'Łukasz, O\'Neil "Lu"'


def test_an_address_in_foreign_letters_needs_a_server_that_takes_it() -> None:
    with Mailbox() as mailbox:
        error = failure(mailbox, to="łukasz@example.com")
    assert type(error) is Permanent
    assert "it takes plain letters" in str(error)
    assert mailbox.mails == []
    with Mailbox(features=["SMTPUTF8", "8BITMIME"]) as mailbox:
        send(mailbox, to="łukasz@example.com")
    assert "RCPT TO:<ŁUKASZ@EXAMPLE.COM>" in mailbox.commands
    assert "MAIL FROM:<OFFICE@EXAMPLE.COM> SMTPUTF8 BODY=8BITMIME" in mailbox.commands


def test_attachments_arrive_as_they_are() -> None:
    raw = bytes(range(256))
    files = [
        {"name": "Übersicht.csv", "content": "Job;Größe\n1;3"},
        {"name": "photo.png", "base64": base64.encodebytes(raw).decode()},
        {"name": "strange", "content": 12},
    ]
    with Mailbox() as mailbox:
        mail = send(mailbox, attachments=files)
    found = [
        (each.get_filename(), each.get_content_type(), each.get_payload(decode=True))
        for each in list(mail.iter_attachments())
    ]
    assert found == [
        ("Übersicht.csv", "text/csv", "Job;Größe\n1;3".encode()),
        ("photo.png", "image/png", raw),
        ("strange", "application/octet-stream", b"12"),
    ]


@pytest.mark.parametrize(
    ("attachments", "says"),
    [
        (["list.csv"], "Attachment 1 cannot be read."),
        ([{"name": "a", "url": "https://example.com"}], "Attachment 1 cannot be read."),
        ([{"name": "../a", "content": ""}], "holds a character that file names cannot have"),
        ([{"name": "a\r\nBcc: x@y.zz", "content": ""}], "needs a `name`"),
        ([{"name": "a"}], "needs either `content` or `base64`"),
        ([{"name": "a", "content": "", "base64": ""}], "needs either `content` or `base64`"),
        ([{"name": "a", "base64": "no base64!"}], "is not written in base64"),
        ([{"name": "a", "content": ""}] * 21, "at most 20"),
        ([{"name": "a", "content": "x" * (3 * 1024 * 1024)}] * 2, "larger than 5 MiB together"),
    ],
)
def test_attachments_that_cannot_be_are_refused(attachments: list[Any], says: str) -> None:
    with Mailbox() as mailbox:
        error = failure(mailbox, attachments=attachments)
    assert says in str(error)
    assert mailbox.commands == []


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("ana", "there is no @ in it"),
        ("ana ruiz@example.com", "it cannot be read"),
        ("Ana <ana@example.com", "it cannot be read"),
        ("Doe, Jane <jane@example.com>", "there is no @ in it"),
        ("ana@example", "is no domain"),
        ("ana@-x-.com", "is no domain"),
        ("ana@10.0.0.1", "is no domain"),
        ("ana@exa mple.com", "it cannot be read"),
        (".ana@example.com", "before the @"),
        ("a" * 65 + "@example.com", "before the @"),
        ("ana@example.com\r\nBcc: eve@example.com", "line break"),
        ("Ana\nBcc: eve@example.com <ana@example.com>", "line break"),
        ("ana@example.com>\x00", "another character"),
        ("ana@" + "a." * 130 + "com", "is no domain"),
        (7, "it is not a text"),
        ({"email": "ana@example.com"}, "it is not a text"),
    ],
)
@pytest.mark.parametrize("key", ["to", "cc", "bcc", "reply_to"])
def test_a_wrong_address_is_refused_and_nothing_is_sent(entry: Any, says: str, key: str) -> None:
    with Mailbox() as mailbox:
        error = failure(mailbox, **{key: [entry]})
    assert type(error) is Permanent
    assert f"`{key}` holds" in str(error)
    assert says in str(error)
    assert mailbox.commands == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"to": [" ", None, ""]}, "`to` is empty"),
        ({"to": [f"a{number}@example.com" for number in range(101)]}, "at most 100"),
        ({"text": " \n", "html": ""}, "neither a text nor HTML"),
        ({"text": "x" * (1024 * 1024 + 1)}, "`text` is longer than 1024 KiB"),
        ({"html": "x" * (1024 * 1024 + 1)}, "`html` is longer than 1024 KiB"),
        ({"subject": "  \n"}, "has no subject"),
        ({"subject": "x" * 501}, "at most 500 characters"),
        ({"subject": "a\x00b"}, "must be printable"),
    ],
)
def test_a_mail_that_cannot_be_is_refused(more: dict[str, Any], says: str) -> None:
    with Mailbox() as mailbox:
        assert says in str(failure(mailbox, **more))
    assert mailbox.commands == []


def test_no_subject_or_text_can_add_a_header() -> None:
    with Mailbox() as mailbox:
        mail = send(mailbox, subject="Won\r\nBcc: eve@example.com", text="Hi\r\n.\r\nQUIT\r\rBcc: eve@example.com")
    assert mail["Subject"] == "Won Bcc: eve@example.com"
    assert mail["Bcc"] is None
    assert len(mailbox.mails) == 1
    assert "eve" not in " ".join(envelope(mailbox)).lower()


def test_half_characters_do_not_stop_a_mail() -> None:
    with Mailbox() as mailbox:
        mail = send(mailbox, text="half \ud83d", attachments=[{"name": "a.txt", "content": "\ud83d"}])
    assert mail.get_body().get_content() == "half ?\n"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("command", "reply", "meaning"),
    [
        ("MAIL", "451 later", Transient),
        ("MAIL", "550 never", Permanent),
        ("RCPT", "450 greylisted", Transient),
        ("RCPT", "550 nobody here", Permanent),
        ("DATA", "421 closing", Transient),
        ("DATA", "554 no", Permanent),
        ("MAIL SENT", "452 full", Transient),
        ("MAIL SENT", "552 too large", Permanent),
        ("MAIL", "DROP", Transient),
        ("RCPT", "DROP", Transient),
        ("DATA", "DROP", Transient),
        ("MAIL SENT", "DROP", Unknown),
        ("MAIL", "DRIP", Transient),
        ("RCPT", "DRIP", Transient),
    ],
)
def test_each_refusal_has_one_meaning(command: str, reply: str, meaning: type[StepError]) -> None:
    with Mailbox({command: reply}) as mailbox:
        error = failure(mailbox)
    assert type(error) is meaning
    assert (error.status == int(reply[:3])) if reply[:3].isdigit() else (error.status == 0)


def test_nobody_gets_a_mail_that_one_recipient_cannot_get() -> None:
    with Mailbox({"RCPT TO:<BO@EXAMPLE.COM>": "550 no such user", "RCPT TO:<CY@EXAMPLE.COM>": "450 busy"}) as mailbox:
        error = failure(mailbox, to=["ana@example.com", "bo@example.com", "cy@example.com"])
    assert type(error) is Permanent
    assert "bo@example.com, cy@example.com; nobody got the mail (550)" in str(error)
    assert error.detail == "no such user"
    assert mailbox.mails == []
    assert "DATA" not in mailbox.commands


def test_a_password_is_never_said_in_the_open(tmp_path: Path) -> None:
    with Mailbox() as mailbox:
        error = failure(step=step_with(url(mailbox, user="hub:canary@", options="")))
        assert type(error) is Permanent
        assert "offers no secure connection" in str(error)
        assert not [line for line in mailbox.commands if line.startswith("AUTH")]
    certificate = make_certificate(tmp_path)
    with Mailbox(certificate=certificate) as mailbox:
        server = f"smtp://hub:canary%40%23@localhost:{mailbox.port}"
        step_with(server, certificates=str(certificate)).do("email.send", to=TO, subject="Won", text="Hi")
        assert mailbox.commands.index("STARTTLS") < next(
            number for number, line in enumerate(mailbox.commands) if line.startswith("AUTH PLAIN")
        )
        said = next(line for line in mailbox.commands if line.startswith("AUTH PLAIN")).split()[-1]
        assert said == base64.b64encode(b"\0hub\0canary@#").decode().upper()
        error = failure(step=step_with(server))
        assert type(error) is Transient
        assert "no secure connection" in str(error), "its certificate is not one to trust"


@pytest.mark.parametrize(("reply", "meaning"), [("535 wrong", Permanent), ("454 later", Transient)])
def test_a_refused_password_is_told_without_it(reply: str, meaning: type[StepError]) -> None:
    with Mailbox({"AUTH": reply}) as mailbox:
        error = failure(step=step_with(url(mailbox, user="hub:canary@")))
    assert type(error) is meaning
    assert "does not accept the password" in str(error)


def test_a_refused_starttls_sends_nothing(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with Mailbox({"STARTTLS": "454 not now"}, certificate=certificate) as mailbox:
        error = failure(step=step_with(f"smtp://hub:canary@localhost:{mailbox.port}"))
    assert type(error) is Transient
    assert mailbox.mails == []


def test_without_a_mail_server_or_a_sender_it_is_said_what_to_set() -> None:
    error = failure()
    assert "no mail server" in str(error)
    assert "HUB_SMTP_URL" in error.hint
    with Mailbox() as mailbox:
        error = failure(step=step_with(url(mailbox), sender=""))
        assert "HUB_MAIL_FROM" in error.hint
        step_with(url(mailbox, options="?tls=off&from=" + quote("Hub <hub@example.com>")), sender="").do(
            "email.send", to=TO, subject="Won", text="Hi"
        )
    assert arrived(mailbox)["From"] == "Hub <hub@example.com>"


def test_only_the_mail_server_of_the_settings_may_be_private() -> None:
    with Mailbox() as mailbox:
        other = url(mailbox, options="?tls=off&from=other@example.com")
        error = failure(step=step_with(""), connection=other)
        assert "it is a private address" in str(error)
        assert "HUB_ALLOWED_PRIVATE_HOSTS" in error.hint
        assert mailbox.commands == []
        step_with("", allowed_private_hosts=["127.0.0.1"]).do(
            "email.send", to=TO, subject="Won", text="Hi", connection=other
        )
    assert arrived(mailbox)["From"] == "other@example.com"


def test_a_server_that_is_not_there_has_taken_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure(step=step_with(f"smtp://127.0.0.1:{port}?tls=off"))
    assert type(error) is Transient
    assert "takes no connection" in str(error)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://canary", "it must start with smtp://"),
        ("smtp://", "it names no host"),
        ("smtp://canary:99999999", "its host or port cannot be read"),
        ("smtp://hub:can#ary@mail", "cannot be read|written %23"),
        ("smtp://mail/canary", "nothing may stand behind the host"),
        ("smtp://mail?canary=1", "it takes from and tls"),
        ("smtp://mail?tls=canary", "tls is on or off"),
        ("smtps://mail?tls=off", "always secure"),
    ],
)
def test_a_wrong_server_address_names_the_mistake_and_not_the_address(address: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        read_server(address)
    assert "canary" not in str(caught.value)


def test_a_server_address_is_read() -> None:
    found = read_server("smtps://me%40x.com:p%3Aw@mail.example.com?from=a@b.com")
    assert (found.host, found.port, found.security) == ("mail.example.com", 465, "tls")
    assert (found.user, found.password, found.sender) == ("me@x.com", "p:w", "a@b.com")
    assert "p:w" not in repr(found)
    assert read_server("smtp://mail.example.com").security == "starttls"

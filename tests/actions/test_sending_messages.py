"""`notify.send` and the door behind it: who gets what, and what each failure means."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from typing import Any

import pytest

from hub.actions import messages
from hub.actions.messages import AppriseMessages
from hub.errors import Permanent, RateLimited, StepError, Transient, Unknown
from hub.timed import Timeouts
from tests.actions.mailbox import Mailbox
from tests.actions.names import serve_names
from tests.actions.step import Step
from tests.workglue.faulty import Faulty, Talk

ServeFaulty = Callable[[Callable[[Talk], None]], Faulty]
TEXT = "Miller & Sons <won>\nPO 1042"


@pytest.fixture
def step() -> Step:
    return Step(post=AppriseMessages(["127.0.0.1"], Timeouts(connect=0.5, read=0.3, total=0.8)))


def failure(step: Step, to: str, **more: Any) -> StepError:
    with pytest.raises(StepError) as caught:
        step.do("notify.send", to=to, **{"body": TEXT, **more})
    assert "canary" not in str(caught.value.as_dict()), "an address may hold a secret"
    return caught.value


def test_a_message_arrives_with_title_and_text(faulty: ServeFaulty, step: Step) -> None:
    server = faulty(lambda talk: talk.answer(200, {}))
    outcome = step.do("notify.send", to=f"json://127.0.0.1:{server.port}/room", title="Job won", body=TEXT)
    sent = server.requests[0]
    assert (sent.method, sent.target) == ("POST", "/room")
    assert (sent.json["title"], sent.json["message"]) == ("Job won", TEXT)
    assert (outcome.output, outcome.note) == (None, "Sent.")
    assert step.intents == 1


@pytest.mark.parametrize(("options", "written"), [("", "Miller & Sons <won>"), ("&format=html", "&lt;won&gt;<br/>")])
def test_a_text_stays_a_text_also_where_a_service_speaks_html(step: Step, options: str, written: str) -> None:
    with Mailbox() as mailbox:
        to = f"mailto://127.0.0.1:{mailbox.port}?mode=insecure&from=hub@example.com&to=ana@example.com{options}"
        step.do("notify.send", to=to, title="Job won", body=TEXT)
    assert "Subject: Job won" in mailbox.mails[0]
    assert written in mailbox.mails[0]
    assert "RCPT TO:<ANA@EXAMPLE.COM>" in mailbox.commands


def test_an_empty_message_is_not_sent(faulty: ServeFaulty, step: Step) -> None:
    server = faulty(lambda talk: talk.answer(200, {}))
    assert "neither a title nor a text" in str(failure(step, f"json://127.0.0.1:{server.port}", body=" \n"))
    step.do("notify.send", to=f"json://127.0.0.1:{server.port}", title="Only a title", body="")
    assert len(server.requests) == 1
    assert step.intents == 1


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("", "it is empty"),
        ("canary", "it must begin with a service"),
        ("slak://canary", "there is no service called slak://. Did you mean slack://?"),
        ("nothinglikethis://canary", "there is no service called nothinglikethis://."),
        ("slack://canary", "something after slack:// is missing or wrong"),
        ("https://hooks.example.com/canary", "it is a web address of no known service"),
        ("syslog://", "cannot be sent from here"),
    ],
)
def test_a_wrong_address_names_the_mistake_and_not_the_address(step: Step, to: str, says: str) -> None:
    error = failure(step, to)
    assert type(error) is Permanent
    assert says in str(error)


@pytest.mark.parametrize("scheme", ["dbus", "rsyslog", "irc", "mqtt", "xmpp", "macosx", "windows", "gnome", "nostr"])
def test_services_with_ways_of_their_own_are_refused(step: Step, scheme: str) -> None:
    assert type(failure(step, f"{scheme}://user:canary@127.0.0.1/room")) is Permanent


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (302, Permanent),
        (400, Permanent),
        (401, Permanent),
        (404, Permanent),
        (408, Unknown),
        (425, Transient),
        (429, RateLimited),
        (500, Unknown),
        (503, Unknown),
    ],
)
def test_a_status_of_the_service_has_one_meaning(
    faulty: ServeFaulty, step: Step, status: int, meaning: type[StepError]
) -> None:
    elsewhere = faulty(lambda talk: talk.answer(200, {}))
    server = faulty(lambda talk: talk.answer(status, b"canary", {"Location": elsewhere.url}))
    error = failure(step, f"json://127.0.0.1:{server.port}/canary")
    assert type(error) is meaning
    assert error.status == status
    assert elsewhere.requests == []


def say_nothing(talk: Talk) -> None:
    talk.stopping.wait(5)


def drip(talk: Talk) -> None:
    talk.drip(b"HTTP/1.1 200 OK" * 99)


def reset(talk: Talk) -> None:
    talk.reset()


@pytest.mark.parametrize("behave", [say_nothing, drip, reset], ids=lambda behave: behave.__name__)
def test_no_answer_means_that_it_may_have_been_sent(
    faulty: ServeFaulty, step: Step, behave: Callable[[Talk], None]
) -> None:
    assert type(failure(step, f"json://127.0.0.1:{faulty(behave).port}/canary")) is Unknown


def test_what_never_left_is_transient(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_names(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert type(failure(step, f"json://127.0.0.1:{port}/canary")) is Transient
    assert type(failure(step, "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7canary/general")) is Transient


@pytest.mark.parametrize(
    "to",
    [
        "json://127.0.0.1:{port}/",
        "json://localhost:{port}/",
        "jsons://127.0.0.1:{port}/?verify=no",
        "xml://[::1]:{port}/",
        "form://2130706433:{port}/",
        "gotify://169.254.169.254/canary12345678",
        "ntfy://10.0.0.1/room",
        "mailto://127.0.0.1:{port}?mode=insecure&from=a@example.com&to=b@example.com",
        "mailtos://127.0.0.1:{port}?mode=ssl&from=a@example.com&to=b@example.com",
        "json://rebind.example:{port}/",
    ],
)
def test_no_message_goes_inside(faulty: ServeFaulty, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_names(monkeypatch, {"rebind.example": ["127.0.0.1"]})
    server = faulty(lambda talk: talk.answer(200, {}))
    error = failure(Step(post=AppriseMessages()), to.format(port=server.port))
    assert type(error) is Permanent
    assert "private address" in str(error)
    assert "HUB_ALLOWED_PRIVATE_HOSTS" in error.hint
    assert server.requests == []


def test_an_address_cannot_ask_us_to_look_away(faulty: ServeFaulty, step: Step) -> None:
    """optional=yes would report success, retry would repeat behind our back, rto would hold a worker for ever."""
    server = faulty(lambda talk: talk.answer(400, {}))
    to = f"json://127.0.0.1:{server.port}/?optional=yes&retry=3&wait=0&redirect=yes"
    assert type(failure(step, to)) is Permanent
    assert len(server.requests) == 1
    slow = faulty(say_nothing)
    assert type(failure(step, f"json://127.0.0.1:{slow.port}/?rto=3600&cto=3600")) is Unknown


@pytest.mark.parametrize(
    ("replies", "meaning", "says"),
    [
        ({"AUTH": "535 no"}, Permanent, "does not accept the password"),
        ({"AUTH": "454 later"}, Transient, "does not accept the password"),
        ({"AUTH": "DROP"}, Transient, "broke off"),
        ({"MAIL": "550 no"}, Permanent, "refused the message"),
        ({"MAIL": "451 later"}, Transient, "refused the message"),
        ({"RCPT": "550 nobody"}, Permanent, "refused the recipient"),
        ({"RCPT": "450 later"}, Transient, "refused the recipient"),
        ({"DATA": "552 too big"}, Permanent, "refused the message"),
        ({"DATA": "DROP"}, Unknown, "may have been sent"),
        ({"MAIL SENT": "554 no"}, Permanent, "refused the message"),
    ],
)
def test_a_mail_server_says_what_became_of_a_mail(
    step: Step, replies: dict[str, str], meaning: type[StepError], says: str
) -> None:
    with Mailbox(replies) as mailbox:
        error = failure(
            step,
            f"mailto://office:canary@127.0.0.1:{mailbox.port}?mode=insecure&from=hub@example.com&to=ana@example.com",
        )
    assert type(error) is meaning
    assert says in str(error)


def test_when_only_some_got_it_nothing_is_repeated(step: Step) -> None:
    with Mailbox({"RCPT TO:<BO@EXAMPLE.COM>": "550 nobody"}) as mailbox:
        to = f"mailto://127.0.0.1:{mailbox.port}?mode=insecure&from=h@example.com&to=ana@example.com,bo@example.com"
        error = failure(step, to)
    assert type(error) is Unknown
    assert "Not everybody got the message" in str(error)
    assert len(mailbox.mails) == 1


def test_when_only_some_rooms_got_it_nothing_is_repeated(
    faulty: ServeFaulty, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages._load()
    monkeypatch.setattr("apprise.plugins.ntfy.NotifyNtfy.request_rate_per_sec", 0)  # else 5 s between two rooms
    answers = iter([200, 404])
    server = faulty(lambda talk: talk.answer(next(answers), {}))
    assert type(failure(step, f"ntfy://127.0.0.1:{server.port}/first/second")) is Unknown
    assert len(server.requests) == 2
    nobody = faulty(lambda talk: talk.answer(404, {}))
    assert type(failure(step, f"ntfy://127.0.0.1:{nobody.port}/first/second")) is Permanent


def test_no_address_reaches_the_log(faulty: ServeFaulty, step: Step, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    server = faulty(lambda talk: talk.answer(404, b"canary"))
    for to in (f"json://user:canary@127.0.0.1:{server.port}/canary", "slack://canary", "slak://canary"):
        failure(step, to)
    assert "canary" not in caplog.text
    assert logging.getLogger("apprise").getEffectiveLevel() > logging.CRITICAL

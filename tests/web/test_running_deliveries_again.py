"""Deliveries run again from the inbox: one, and all that fit, the first of them alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from hub.model import DeliveryStatus, RunStatus, new_id
from hub.ports import RunChange
from hub.services import Services
from hub.signing import SCHEMES, sign
from tests.web.conftest import CANARY, NOON, Time
from tests.web.scenes import send_lead, work
from tests.web.test_addresses import MovingTime
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]
SECRET = "whsec_" + "bWFkZSB1cA" * 3


@pytest.fixture
def clock() -> Time:
    """A clock that goes on."""
    return MovingTime()


def ids(services: Services, **filters: object) -> list[str]:
    """The deliveries, oldest first."""
    return [each.id for each in services.views.deliveries(**filters).items][::-1]  # type: ignore[arg-type]


def again(visitor: Visitor, delivery_id: str, number: int) -> str:
    """Press the button of a delivery's page that was shown when it had so many runs."""
    page = f"/inbox/{delivery_id}"
    answer = visitor.send(f"{page}/replay", {"number": str(number)}, page=page)
    return visitor.words(answer.headers["Location"])


def finish(services: Services, run_id: str, status: RunStatus) -> None:
    work(services, run_id, RunChange(status, finished_at=services.clock()))


def send_signed(app: Flask, body: bytes, *, secret: str, at: float, delivery_id: str = "msg_1") -> int:
    headers = sign(SCHEMES["standard"], secret=secret, body=body, now=at, delivery_id=delivery_id)
    return app.test_client().post("/hooks/paintscout/quote", data=body, headers=headers).status_code


def test_an_accepted_delivery_gets_a_new_run(visit: Enter, app: Flask, services: Services) -> None:
    send_lead(app)
    [delivery_id] = ids(services)
    visitor = visit()
    assert "1 run started, by the recipes as they are now." in again(visitor, delivery_id, 1)
    newest, oldest = services.views.runs().items
    assert (newest.replay_of, newest.replay_no, oldest.replay_no) == (oldest.id, 1, 0)
    assert "It has been run again already." in again(visitor, delivery_id, 1)
    assert len(services.views.runs().items) == 2
    row = services.views.audit_log().items[0]
    assert (row.who, row.what, row.after["delivery"]) == ("operator@example.com", "delivery.replay", delivery_id)


def test_a_rejected_delivery_is_believed_once_the_secret_is_right(
    visit: Enter, app: Flask, services: Services, clock: Time
) -> None:
    services.ledger.switch("signed", on=True, by="the test", now=NOON)
    other = "whsec_" + "c29tZSBvdGhlciBzZWNyZXQ"
    assert send_signed(app, b'{"job_id": "1"}', secret=other, at=clock.now) == 404
    [delivery_id] = ids(services)
    visitor = visit()
    clock.now += 3600
    assert "It is still not believed: The signature does not match" in again(visitor, delivery_id, 0)
    services._secrets = (float("inf"), {"PAINTSCOUT_SECRET": other})
    assert "It is taken now. 1 run started." in again(visitor, delivery_id, 0)
    page = services.views.delivery(delivery_id)
    assert page is not None
    assert page.line.status is DeliveryStatus.ACCEPTED
    assert len(services.views.runs().items) == 1


def test_an_old_delivery_that_somebody_sent_again_stays_rejected(
    visit: Enter, app: Flask, services: Services, clock: Time
) -> None:
    services.ledger.switch("signed", on=True, by="the test", now=NOON)
    assert send_signed(app, b"{}", secret=SECRET, at=clock.now - 3600) == 404
    [delivery_id] = ids(services)
    assert "The time stamp is" in again(visit(), delivery_id, 0)
    assert services.views.runs().items == ()


def test_a_delivery_that_can_be_read_by_now_takes_its_event_over(
    visit: Enter, app: Flask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("hub.triggers.body._kind", lambda *_: "")
        send_lead(app)
    [delivery_id] = ids(services)
    assert services.views.deliveries().items[0].status is DeliveryStatus.UNPARSED
    event_id = services.views.deliveries().items[0].event_id
    assert "It is taken now. 1 run started." in again(visit(), delivery_id, 0)
    page = services.views.event(event_id)
    assert page is not None
    assert page.event.data["body"]["name"] == "Ana Ruiz"
    assert [each.subject for each in page.runs] == ["ana ruiz +1 555 010 0199"]


def test_one_that_still_cannot_be_read_says_so(visit: Enter, app: Flask, services: Services) -> None:
    send_lead(app, b'{"name": ')
    [delivery_id] = ids(services)
    assert "It still cannot be read" in again(visit(), delivery_id, 0)
    assert services.views.runs().items == ()


def test_a_conflict_can_be_run_after_all(visit: Enter, app: Flask, services: Services, clock: Time) -> None:
    services.ledger.switch("signed", on=True, by="the test", now=NOON)
    send_signed(app, b'{"job_id": "1"}', secret=SECRET, at=clock.now)
    send_signed(app, b'{"job_id": "2"}', secret=SECRET, at=clock.now)
    first, second = ids(services)
    visitor = visit()
    assert "Another text came under its id before" in visitor.words(f"/inbox/{second}")
    assert "It is taken now. 1 run started." in again(visitor, second, 1)
    assert len(services.views.runs().items) == 2
    assert services.views.deliveries(status=DeliveryStatus.CONFLICT).items == ()
    assert ids(services, status=DeliveryStatus.ACCEPTED) == [first, second]


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_samples_and_viewers_run_nothing_again(visit: Enter, app: Flask, services: Services, role: str) -> None:
    services.ledger.listen("new", until=NOON + 99, by="the test", now=NOON)
    app.test_client().post("/hooks/new", json={})
    send_lead(app)
    sample, lead = ids(services)
    visitor = visit(role)
    assert "<form" not in visitor.read(f"/inbox/{sample}").split("<main")[1]
    answer = visitor.send(f"/inbox/{sample}/replay", {"number": "0"})
    if role == "viewer":
        assert answer.status_code == 403
        assert "<form" not in visitor.read(f"/inbox/{lead}").split("<main")[1]
        assert visitor.client.get("/inbox/again").status_code == 403
        assert visitor.client.get(f"/inbox/{lead}/body").status_code == 403
    else:
        assert "Such samples start nothing" in visitor.words(answer.headers["Location"])


def begin(visitor: Visitor, **fields: str) -> str:
    """Begin a replay of all that fit; its page."""
    answer = visitor.send("/inbox/again", fields, page="/inbox/again")
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_many_go_first_one_alone_then_the_others(visit: Enter, app: Flask, services: Services) -> None:
    for number in range(5):
        send_lead(app, {"name": f"Lead {number}", "message": "blue" if number else "red"})
    visitor = visit()
    assert "Run 4 deliveries again" in visitor.words("/inbox/again?q=BLUE&path=website-lead")
    page = begin(visitor, q="blue", path="website-lead")
    assert services.inbox.work() == 1
    assert services.inbox.work() == 0
    assert "0 of 4" not in visitor.words(page)
    assert "1 of 4 . The first one runs alone." in visitor.words(page)
    canary = services.views.runs().items[0]
    assert (canary.subject, canary.replay_no) == ("lead 1", 1)
    finish(services, canary.id, RunStatus.SUCCEEDED)
    services.inbox.work()
    while services.inbox.work():
        pass
    assert "4 of 4 . All done." in visitor.words(page)
    replays = [each for each in services.views.runs().items if each.replay_no]
    assert [each.subject for each in replays] == ["lead 4", "lead 3", "lead 2", "lead 1"]


@pytest.mark.parametrize(("to", "runs"), [("go", 3), ("stop", 1)])
def test_when_the_first_fails_a_person_decides(
    visit: Enter, app: Flask, services: Services, to: str, runs: int
) -> None:
    for number in range(3):
        send_lead(app, {"name": f"Lead {number}"})
    visitor = visit()
    page = begin(visitor)
    services.inbox.work()
    finish(services, services.views.runs().items[0].id, RunStatus.FAILED)
    for _ in range(3):
        services.inbox.work()
    assert "The first run is failed. Look at it before the others follow." in visitor.words(page)
    assert len([each for each in services.views.runs().items if each.replay_no]) == 1
    visitor.send(f"{page}/move", {"to": to}, page=page)
    for _ in range(3):
        services.inbox.work()
    assert len([each for each in services.views.runs().items if each.replay_no]) == runs


def test_one_that_cannot_be_run_again_does_not_stop_the_others(visit: Enter, app: Flask, services: Services) -> None:
    app.test_client().post("/hooks/nobody", data=b"x")
    send_lead(app)
    visitor = visit()
    page = begin(visitor)
    for _ in range(3):
        services.inbox.work()
    assert "No enabled recipe listens at this address." in visitor.words(page)
    visitor.send(f"{page}/move", {"to": "go"}, page=page)
    for _ in range(3):
        services.inbox.work()
    assert "2 of 2 , 1 of them could not be run" in visitor.words(page)


def test_a_clock_that_is_killed_in_the_middle_does_nothing_twice(
    visit: Enter, app: Flask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        send_lead(app, {"name": f"Lead {number}"})
    begin(visit())
    services.inbox.work()
    finish(services, services.views.runs().items[0].id, RunStatus.SUCCEEDED)
    services.inbox.work()
    settle, done = services.ledger.settle, []

    def die(settlement: object) -> object:
        result = settle(settlement)  # type: ignore[arg-type]
        done.append(result)
        if len(done) in (1, 3):
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(services.ledger, "settle", die)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            services.inbox.work()
    while services.inbox.work():
        pass
    assert sorted(each.replay_no for each in services.views.runs().items) == [0] * 6 + [1] * 6


def test_a_filter_that_fits_nothing_begins_nothing(visit: Enter) -> None:
    visitor = visit()
    assert "No delivery that could be run again fits." in visitor.words("/inbox/again?path=nobody")
    answer = visitor.send("/inbox/again", {"path": "nobody"}, page="/inbox")
    assert "No delivery that could be run again fits." in visitor.words(answer.headers["Location"])
    assert visitor.client.get(f"/inbox/again/{new_id('rpl', NOON)}").status_code == 404


def test_a_search_looks_into_what_is_shown_and_into_nothing_else(visit: Enter, app: Flask, services: Services) -> None:
    send_lead(app, headers={"X-Form": "Contact-7", "Authorization": "Bearer hush-hush"})
    send_lead(app, f'{{"name": "Jos\\u00e9", "key": "{CANARY}"}}'.encode())
    visitor = visit("viewer")

    def count(text: str) -> int:
        return len(re.findall(r'<tr id="dlv_', visitor.client.get("/inbox", query_string={"q": text}).text))

    assert [count(each) for each in ("contact-7", "ANA ruiz", "José", "lead 127.0.0.1", "ruiz josé")] == [1, 1, 1, 2, 0]
    assert [count(each) for each in ("hush-hush", "canary-of-a-secret", "chat.example.com")] == [0, 0, 0]
    assert count(ids(services)[0]) == 1
    html = visitor.client.get("/inbox", query_string={"q": "ana"}).text
    assert "2 deliveries looked through, to the end." in " ".join(html.split())


def test_times_are_read_in_the_hubs_zone(visit: Enter, app: Flask) -> None:
    send_lead(app)
    visitor = visit("viewer")
    for given, rows in (
        ("since=2026-11-24T12:00", 1),
        ("since=2026-11-24T12:01", 0),
        ("until=2026-11-24T12:01", 1),
        ("until=2026-11-24T12:00", 0),
        ("since=nonsense", 1),
        ("until=9999-99-99T99:99", 1),
    ):
        assert len(re.findall(r'<tr id="dlv_', visitor.read(f"/inbox?{given}"))) == rows


def test_the_body_byte_by_byte_and_to_be_saved(visit: Enter, app: Flask, services: Services) -> None:
    send_lead(app, b"\x00\x01<script>")
    [delivery_id] = ids(services)
    visitor = visit()
    assert "000000 00 01 3c 73" in visitor.words(f"/inbox/{delivery_id}?as=bytes")
    answer = visitor.client.get(f"/inbox/{delivery_id}/body")
    assert answer.data == b"\x00\x01<script>"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content_type == "application/octet-stream"

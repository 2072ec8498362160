"""The public page of a question: no login, no answer by merely opening it, and plain words for every state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hub.model import RunStatus
from hub.services import Services
from tests.web.conftest import Time
from tests.web.questions import begin, go_on, link, write_recipe
from tests.web.visitor import Visitor, words_of


@pytest.fixture
def services(make_services: Callable[..., Services], tmp_path: Path) -> Services:
    services = make_services(HUB_RECIPES=str(write_recipe(tmp_path / "asking")))
    services.publish_recipes()
    return services


@pytest.fixture
def asking(services: Services, clock: Time) -> str:
    """A run that waits for its answer."""
    run = begin(services)
    clock.now += 3600
    go_on(services)
    return run


def output(services: Services, run: str) -> dict[str, str]:
    page = services.views.run(run)
    assert page is not None
    found: dict[str, str] = {each.step.path: each.step.output for each in page.steps}["result"]
    return found


@pytest.fixture
def reader(client: FlaskClient) -> Visitor:
    return Visitor(client)


def test_the_page_shows_the_question_and_a_button_for_each_answer(
    reader: Visitor, services: Services, asking: str
) -> None:
    html = reader.read(link(services, asking))
    text = words_of(html)
    assert "May we send the quote to Miller & Sons?" in text
    assert "Send the quote asks. It takes an answer until" in text
    for button in ("Approve", "Decline", "Call me"):
        assert f">{button}</button>" in html
    assert "Note for the office (may stay empty)" in text
    assert 'value="100"' in html


def test_opening_a_link_answers_nothing(client: FlaskClient, services: Services, asking: str) -> None:
    for answer in ("approve", "decline", "page"):
        for method in ("GET", "HEAD"):
            assert client.open(link(services, asking, answer), method=method).status_code == 200
    assert services.ledger.find_answer(asking, "ok") is None


def test_a_link_gives_its_own_answer_only(client: FlaskClient, services: Services, asking: str) -> None:
    address = link(services, asking, "decline")
    html = client.get(address).text
    assert ">Decline</button>" in html
    assert ">Approve</button>" not in html
    client.post(address, data={"answer": "approve", "amount": "5"})
    found = services.ledger.find_answer(asking, "ok")
    assert found is not None
    assert (found.answer, found.by) == ("decline", "somebody with the link")


def test_an_answer_lets_the_run_go_on_and_is_told(client: FlaskClient, services: Services, asking: str) -> None:
    answer = client.post(
        link(services, asking),
        data={"answer": "call_me", "note": " after ten ", "amount": "12.5"},
        follow_redirects=True,
    )
    assert "Answered: Call me" in words_of(answer.text)
    assert "By somebody with the link" in words_of(answer.text)
    assert services.bell.rings == 1  # type: ignore[attr-defined]
    assert go_on(services).status is RunStatus.SUCCEEDED
    assert output(services, asking) == {"said": "call_me, after ten, 12.5"}
    row = services.views.audit_log().items[0]
    assert (row.who, row.what) == ("somebody with the link", "run.answer")
    assert row.after == {"run": asking, "step": "ok", "answer": "call_me"}


def test_the_first_answer_counts_and_the_second_one_hears_of_it(
    client: FlaskClient, services: Services, asking: str
) -> None:
    client.post(link(services, asking, "approve"), data={"amount": "1"})
    late = client.post(link(services, asking, "decline"), data={"amount": "2"}, follow_redirects=True)
    assert "Answered: Approve" in words_of(late.text)
    assert "The first answer counts" in words_of(late.text)
    assert "</button>" not in late.text
    go_on(services)
    assert output(services, asking)["said"].startswith("approve")


def test_an_answer_may_come_before_the_run_asks(client: FlaskClient, services: Services, clock: Time) -> None:
    run = begin(services)
    text = words_of(client.get(link(services, run)).text)
    assert "May the quote go out" in text
    assert "The run has not come to this question yet. Your answer is kept until it does." in text
    client.post(link(services, run, "approve"), data={"amount": "7"})
    clock.now += 3600
    assert go_on(services).status is RunStatus.SUCCEEDED
    assert output(services, run) == {"said": "approve, , 7"}


def test_a_form_that_is_wrong_says_so_and_keeps_what_was_typed(
    client: FlaskClient, services: Services, asking: str
) -> None:
    answer = client.post(link(services, asking), data={"answer": "approve", "note": "keep <me>", "amount": "much"})
    assert answer.status_code == 400
    assert "This must be a number." in words_of(answer.text)
    assert "keep &lt;me&gt;" in answer.text
    assert services.ledger.find_answer(asking, "ok") is None


def test_when_the_time_is_over(client: FlaskClient, services: Services, asking: str, clock: Time) -> None:
    clock.now += 3 * 86_400
    assert go_on(services).status is RunStatus.FAILED
    address = link(services, asking, "approve")
    assert "The time for an answer is over" in words_of(client.get(address).text)
    answer = client.post(address, data={"amount": "1"}, follow_redirects=True)
    assert "Nobody answered in time" in words_of(answer.text)


def test_when_the_run_is_over(client: FlaskClient, services: Services, asking: str, clock: Time) -> None:
    services.ledger.cancel(asking, now=clock.now, by="ana@example.com")
    address = link(services, asking, "approve")
    assert "This is not asked any more" in words_of(client.get(address).text)
    client.post(address, data={"amount": "1"})
    assert services.ledger.find_answer(asking, "ok") is None


@pytest.mark.parametrize("change", ["proof", "answer", "place", "run", "cut", "half", "more"])
def test_a_damaged_link_opens_nothing(client: FlaskClient, services: Services, asking: str, change: str) -> None:
    address = link(services, asking, "approve")
    other = {
        "proof": address[:-1] + ("a" if address[-1] != "a" else "b"),
        "answer": address.replace("/approve/", "/decline/"),
        "place": address.replace("/ok/", "/ok-1/"),
        "run": address.replace(asking, "run_other"),
        "cut": address[:-3],
        "half": "/answers/" + asking,
        "more": address + "%20x",
    }[change]
    answer = client.get(other)
    assert answer.status_code == 404
    assert "This link is damaged" in words_of(answer.text)
    assert client.post(other, data={"amount": "1"}).status_code in (404, 405)
    assert services.ledger.find_answer(asking, "ok") is None


def test_a_run_that_was_tidied_away(client: FlaskClient, services: Services) -> None:
    answer = client.get(link(services, "run_0123"))
    assert answer.status_code == 404
    assert "This question is gone" in words_of(answer.text)


def test_no_other_site_and_no_search_engine_hears_of_the_address(
    client: FlaskClient, services: Services, asking: str
) -> None:
    for address in (link(services, asking), "/answers/damaged"):
        headers = client.get(address).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "Set-Cookie" not in headers


@pytest.mark.parametrize("headers", [{"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {}])
def test_the_address_alone_is_the_proof(
    client: FlaskClient, services: Services, asking: str, headers: dict[str, str]
) -> None:
    answer = client.post(link(services, asking, "approve"), data={"amount": "1"}, headers=headers)
    assert answer.status_code == 303
    assert services.ledger.find_answer(asking, "ok") is not None


def test_another_secret_makes_other_links(make_services: Callable[..., Services], services: Services) -> None:
    other = make_services(SECRET_KEY="another secret that is long enough")
    assert link(other, "run_1") != link(services, "run_1")


def test_an_answer_that_is_none(client: FlaskClient, services: Services, asking: str) -> None:
    for data in ({}, {"answer": "maybe"}, {"answer": "page"}):
        assert client.post(link(services, asking), data={"amount": "1", **data}).status_code == 400
    assert services.ledger.find_answer(asking, "ok") is None


def test_whoever_may_only_look_cannot_answer_by_what_the_history_shows(
    visit: Callable[..., Visitor], services: Services, asking: str
) -> None:
    html = visit("viewer").read(f"/runs/{asking}")
    proof = link(services, asking).rsplit("/", 1)[1]
    assert f"/answers/{asking}/ok/page/..." in html
    assert proof not in html

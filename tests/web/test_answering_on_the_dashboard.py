"""The run page shows what a run asks, with buttons for operators; the home page counts such runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.model import RunStatus
from hub.services import Services
from tests.web import scenes
from tests.web.conftest import Time
from tests.web.questions import begin, go_on, link, write_recipe
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


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


def answers(run: str, visitor: Visitor, **fields: str) -> str:
    """Send the form; the page that follows."""
    data = {"place": "ok", "amount": "100", **fields}
    return visitor.send(f"/runs/{run}/answer", data, page=f"/runs/{run}", follow_redirects=True).text


def test_an_operator_answers_on_the_run_page(visit: Enter, services: Services, asking: str) -> None:
    visitor = visit()
    text = visitor.words(f"/runs/{asking}")
    assert "May we send the quote to Miller & Sons?" in text
    assert "It waits for an answer, until" in text
    assert "Answered: Approve. The run goes on." in answers(asking, visitor, answer="approve", note="fine")
    assert services.bell.rings == 1  # type: ignore[attr-defined]
    row = services.views.audit_log().items[0]
    assert (row.who, row.what) == ("operator@example.com", "run.answer")
    assert go_on(services).status is RunStatus.SUCCEEDED
    text = visitor.words(f"/runs/{asking}")
    assert "It waits for an answer" not in text
    assert "Answered by operator@example.com: approve." in text


def test_a_viewer_sees_the_question_and_cannot_answer(visit: Enter, services: Services, asking: str) -> None:
    visitor = visit("viewer")
    html = visitor.read(f"/runs/{asking}")
    assert "May we send the quote" in html
    assert ">Approve</button>" not in html
    token = visitor.token(f"/runs/{asking}")
    answer = visitor.client.post(
        f"/runs/{asking}/answer", data={"csrf_token": token, "place": "ok", "answer": "approve"}
    )
    assert answer.status_code == 403
    assert services.ledger.find_answer(asking, "ok") is None


def test_nothing_is_answered_without_the_token_of_the_page(visit: Enter, services: Services, asking: str) -> None:
    answer = visit().client.post(f"/runs/{asking}/answer", data={"place": "ok", "answer": "approve"})
    assert answer.status_code == 400
    assert services.ledger.find_answer(asking, "ok") is None


def test_an_answer_that_comes_too_late_is_told(visit: Enter, services: Services, asking: str) -> None:
    visitor = visit()
    page = visitor.read(f"/runs/{asking}")
    assert "Approve" in page
    visitor.client.post(link(services, asking, "decline"), data={"amount": "1"})
    assert "It was answered already" in answers(asking, visitor, answer="approve")
    found = services.ledger.find_answer(asking, "ok")
    assert found is not None
    assert found.answer == "decline"


def test_a_form_that_is_wrong_names_the_field(visit: Enter, services: Services, asking: str) -> None:
    assert "Most amount: This must be a number." in answers(asking, visit(), answer="approve", amount="much")
    assert services.ledger.find_answer(asking, "ok") is None


@pytest.mark.parametrize("data", [{"answer": "maybe"}, {"place": "other"}, {"place": "ok-1", "answer": "approve"}])
def test_odd_forms_change_nothing(visit: Enter, services: Services, asking: str, data: dict[str, str]) -> None:
    visitor = visit()
    answers(asking, visitor, **data)
    for place in ("ok", "ok-1"):
        assert services.ledger.find_answer(asking, place) is None


def test_unknown_runs_are_404s(visit: Enter) -> None:
    assert visit().send("/runs/run_none/answer", {"place": "ok", "answer": "approve"}).status_code == 404


def test_the_home_page_counts_runs_that_wait_for_an_answer(visit: Enter, services: Services, asking: str) -> None:
    scenes.be_well(services)
    visitor = visit()
    assert "One run waits for an answer." in visitor.words("/")
    assert 'href="/runs?status=asking"' in visitor.read("/")
    assert asking in visitor.read("/runs?status=asking")
    answers(asking, visitor, answer="approve")
    go_on(services)
    assert "waits for an answer" not in visitor.words("/")
    assert asking not in visitor.read("/runs?status=asking")

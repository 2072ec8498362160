"""The gallery of blueprints and their form: what is asked for, what is wrong beside its field, and where it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from flask import Flask
from playwright.sync_api import Page, expect

from hub.recipe.blueprints import Bundle
from hub.services import Services
from hub.web import create_app
from tests.recipe.recipe_samples import CATALOGUE
from tests.web.conftest import make_user, serve
from tests.web.visitor import PASSWORD, Visitor, words_of

BLUEPRINT = """\
recipe: 1
blueprint: 1
name: Quiet leads
description: Reminds of leads that nobody has touched.
inputs:
  days: {type: integer, label: Days without a change, default: 14}
  stages: {type: stage, label: Stages to look at, many: true, required: true, default: [Good Lead]}
  to: {type: secret, label: Where to tell}
  title: {type: text, label: Title, description: What the message is called.}
  urgent: {type: boolean, label: Urgent, default: false}
trigger: {type: poll, resource: jobs, events: [updated], changed: {stage.name: {to: "{{ inputs.stages }}"}}}
steps:
  - action: notify.send
    with: {to: "{{ inputs.to }}", title: "{{ inputs.title }}", body: "{{ inputs.days }} days {{ inputs.urgent }}"}
"""
FIELDS: dict[str, Any] = {
    "in.days": "10",
    "in.stages": ["Good Lead", "Active"],
    "in.to": "TEAM_CHAT_URL",
    "in.title": "Look {{ here }}",
    "in.urgent": "true",
    "name": "Our quiet leads",
    "file": "our-leads",
}
PAGE = "/blueprints/quiet-leads"

Enter = Callable[..., Visitor]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recipes folder with one blueprint."""
    (tmp_path / "recipes" / "blueprints").mkdir(parents=True)
    (tmp_path / "recipes" / "blueprints" / "quiet-leads.yaml").write_text(BLUEPRINT)
    return tmp_path / "recipes"


@pytest.fixture
def services(make_services: Callable[..., Services], folder: Path) -> Services:
    """Services over it, with an account that can be asked."""
    services = make_services(HUB_RECIPES=str(folder))
    services.publish_recipes()
    services.account = lambda: CATALOGUE  # type: ignore[method-assign]
    return services


def test_the_gallery_tells_what_each_does(visit: Enter) -> None:
    words = visit("viewer").words("/blueprints")
    assert "Quiet leads" in words
    assert "When a job's stage name changes to “Good Lead”, the recipe starts." in words
    assert "Nobody uses it yet." in words
    assert "Use it" not in words
    assert "Use it" in visit("editor").words("/blueprints")


def test_the_form_holds_the_defaults_and_the_choices_of_the_account(visit: Enter) -> None:
    html = visit("editor").read(PAGE)
    assert 'value="14"' in html
    assert re.search(r'name="in.stages" value="Good Lead" checked', html)
    assert re.search(r'name="in.stages" value="Active" >', html)
    assert '<option value="TEAM_CHAT_URL" >' in html
    assert "What the message is called." in html


def test_without_the_account_names_are_typed(visit: Enter, services: Services) -> None:
    services.account = lambda: None  # type: ignore[method-assign]
    html = visit("editor").read(PAGE)
    assert "Workglue cannot be asked now" in html
    assert re.search(r'<textarea id="in-stages"[^>]*>\s*Good Lead</textarea>', html)


def test_a_preview_tells_and_keeps_nothing(visit: Enter, folder: Path) -> None:
    answer = visit("editor").send(PAGE, FIELDS | {"deed": "preview"}, page=PAGE)
    words = words_of(answer.text)
    assert answer.status_code == 200
    assert "changes to “Good Lead” or “Active”" in words
    assert "“Days without a change” 10" in words
    assert [each.name for each in folder.iterdir()] == ["blueprints"]


def test_a_saved_instance_is_in_force_and_says_who_made_it(visit: Enter, services: Services, folder: Path) -> None:
    visitor = visit("editor")
    answer = visitor.send(PAGE, FIELDS | {"deed": "save"}, page=PAGE)
    assert answer.location == "/recipes/our-leads"
    (recipe,) = services.shelf.enabled()
    assert recipe.name == "Our quiet leads"
    assert recipe.origin is not None
    assert recipe.origin.values == {
        "days": 10,
        "stages": ["Good Lead", "Active"],
        "to": "TEAM_CHAT_URL",
        "title": "Look {{ here }}",
        "urgent": True,
    }
    row = services.views.audit_log().items[0]
    assert (row.who, row.what) == ("editor@example.com", "blueprint.save")
    assert row.after == {"recipe": "our-leads", "blueprint": "quiet-leads", "version": 1}
    page = visitor.read("/recipes/our-leads")
    assert "Made from version 1 of the blueprint" in words_of(page)
    assert 'id="L2"><code>blueprint: quiet-leads' in page.replace(" >", ">")
    assert 'id="B2"><code>blueprint: 1' in page
    assert "Our quiet leads" in visitor.words("/blueprints")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("in.days", "many", "`days` is a text; it must be a whole number."),
        ("in.stages", [], "`stages` is empty."),
        ("in.stages", ["Good Leed"], "Did you mean `Good Lead`?"),
        ("in.to", "NOWHERE", "There is no secret `NOWHERE`."),
        ("in.to", "", "Please fill this in."),
        ("in.title", "  ", "Please fill this in."),
        ("in.urgent", "perhaps", "`urgent` is a text; it must be true or false."),
        ("file", "Our Leads", "Use small letters"),
        ("file", "../../x", "Use small letters"),
        ("file", "taken", "There is a recipe of this name already."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(visit: Enter, folder: Path, field: str, value: Any, said: str) -> None:
    (folder / "taken.yaml").write_text("recipe: 1\n")
    for deed in ("preview", "save", "download"):
        answer = visit("editor").send(PAGE, FIELDS | {field: value, "deed": deed}, page=PAGE)
        assert answer.status_code == 422
        name = field.removeprefix("in.")
        beside = re.search(rf'id="about-{name}">(.*?)</p>', answer.text, re.DOTALL)
        assert beside is not None
        told = unescape(re.sub("<code>|</code>", "`", beside[1]))
        assert said in told
        assert answer.text.count('class="wrong"') == 1
        assert "our-leads.yaml" not in [each.name for each in folder.iterdir()]


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "{{ 7 * 7 }}", "a\nb: [", "\u2028--- # x", "\x00"])
def test_a_hostile_value_stays_a_text(visit: Enter, services: Services, text: str) -> None:
    visitor = visit("editor")
    shown = visitor.send(PAGE, FIELDS | {"in.title": text, "deed": "preview"}, page=PAGE)
    assert "<script>alert" not in shown.text
    assert visitor.send(PAGE, FIELDS | {"in.title": text, "deed": "save"}, page=PAGE).status_code == 303
    (recipe,) = services.shelf.enabled()
    assert recipe.origin is not None
    assert recipe.origin.values["title"] == text


def test_a_file_that_somebody_else_has_just_written_stays(
    visit: Enter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "our-leads.yaml").write_text("theirs")
    monkeypatch.setattr("hub.web.dashboard.blueprints._is_taken", lambda *_: False)
    answer = visit("editor").send(PAGE, FIELDS | {"deed": "save"}, page=PAGE)
    assert answer.status_code == 409
    assert "already" in answer.text
    assert (folder / "our-leads.yaml").read_text() == "theirs"
    assert sorted(each.name for each in folder.iterdir()) == ["blueprints", "our-leads.yaml"]


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_an_editor_makes_instances(visit: Enter, folder: Path, role: str) -> None:
    visitor = visit(role)
    visitor.read(PAGE, status=403)
    assert visitor.send(PAGE, FIELDS | {"deed": "save"}).status_code == 403
    assert len(list(folder.iterdir())) == 1


def test_a_form_without_its_token_does_nothing(visit: Enter, folder: Path) -> None:
    answer = visit("editor").client.post(PAGE, data=FIELDS | {"deed": "save"})
    assert answer.status_code == 400
    assert len(list(folder.iterdir())) == 1


def test_an_odd_deed_or_blueprint_is_refused(visit: Enter) -> None:
    visitor = visit("editor")
    assert visitor.send(PAGE, FIELDS | {"deed": "delete"}, page=PAGE).status_code == 400
    visitor.read("/blueprints/nowhere", status=404)


def test_on_a_disk_that_does_not_last_the_file_is_handed_out(
    make_services: Callable[..., Services], folder: Path
) -> None:
    services = make_services(HUB_RECIPES=str(folder), DYNO="web.1")
    services.account = lambda: CATALOGUE  # type: ignore[method-assign]
    make_user(services, "editor@example.com", "editor")
    visitor = Visitor(create_app(services).test_client())
    visitor.log_in("editor@example.com")
    shown = visitor.send(PAGE, FIELDS | {"deed": "preview"}, page=PAGE).text
    assert "Save it" not in shown
    assert "This machine does not keep files" in shown
    assert visitor.send(PAGE, FIELDS | {"deed": "save"}, page=PAGE).status_code == 400
    answer = visitor.send(PAGE, FIELDS | {"deed": "download"}, page=PAGE)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="our-leads.yaml"'
    (folder / "our-leads.yaml").write_text(answer.text)
    services.publish_recipes()
    assert [each.id for each in services.shelf.enabled()] == ["our-leads"]
    assert services.views.audit_log().items[0].what == "blueprint.download"


def test_a_broken_blueprint_is_shown_and_cannot_be_used(visit: Enter, folder: Path) -> None:
    (folder / "blueprints" / "quiet-leads.yaml").write_text(BLUEPRINT.replace("notify.send", "notify.sent"))
    visitor = visit("editor")
    assert "Its file has errors." in visitor.words("/blueprints")
    visitor.read(PAGE, status=404)


def test_a_run_leads_to_the_line_of_the_blueprint(visit: Enter, services: Services) -> None:
    visitor = visit("editor")
    visitor.send(PAGE, FIELDS | {"deed": "save"}, page=PAGE)
    page = services.views.recipe("our-leads")
    assert page is not None
    bundle = Bundle.read(page.source)
    assert bundle is not None
    assert (bundle.blueprint, bundle.blueprint_file) == (BLUEPRINT, "blueprints/quiet-leads.yaml")
    (recipe,) = services.shelf.enabled()
    step = recipe.steps[0]
    assert BLUEPRINT.splitlines()[step.place.line - 1].startswith("  - action: notify.send")


@pytest.mark.browser
def test_filling_in_the_form_in_a_browser(page: Page, services: Services, folder: Path) -> None:
    make_user(services, "editor@example.com", "editor")
    app: Flask = create_app(services)
    with serve(app) as port:
        site = f"http://127.0.0.1:{port}"
        page.set_default_timeout(10_000)
        page.goto(f"{site}/login")
        page.get_by_label("E-mail address").fill("editor@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.goto(f"{site}/recipes")
        page.get_by_role("link", name="New from a blueprint").click()
        page.get_by_role("link", name="Use Quiet leads").click()
        page.get_by_label("Days without a change").fill("10")
        page.get_by_label("Active", exact=True).check()
        page.get_by_label("Where to tell").select_option("TEAM_CHAT_URL")
        page.get_by_role("button", name="Show what it does").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing is saved yet.")
        expect(page.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("Days without a change")).to_have_value("10")
        page.get_by_label("Title").fill("Please look")
        page.get_by_role("button", name="Show what it does").click()
        expect(page.get_by_role("heading", name="What it will do")).to_be_visible()
        expect(page.locator(".told")).to_contain_text("changes to “Good Lead” or “Active”")
        for size in ({"width": 320, "height": 640}, {"width": 1200, "height": 900}):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            assert page.locator("main").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
        grave = [each for each in Axe().run(page).response["violations"] if each["impact"] in ("serious", "critical")]
        assert grave == []
        with page.expect_download() as download:
            page.get_by_role("button", name="Download the file").click()
        page.get_by_role("button", name="Save it").click()
        expect(page.get_by_role("status")).to_contain_text("is saved and in force.")
        expect(page.get_by_role("heading", level=1)).to_have_text("Quiet leads")
        assert Path(download.value.path()).read_text() == (folder / "quiet-leads.yaml").read_text()
        page.goto(f"{site}/blueprints")
        expect(page.get_by_role("link", name="Quiet leads", exact=True)).to_be_visible()

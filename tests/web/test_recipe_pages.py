"""Recipes: the list, one of them, and what is wrong with a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hub.services import Services
from hub.web import create_app
from tests.web import scenes
from tests.web.conftest import RECIPES, make_user
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


def test_the_list_says_what_each_recipe_does_and_when(visit: Enter, services: Services, clock: object) -> None:
    scenes.fail(services)
    clock.now += 300  # type: ignore[attr-defined]
    text = visit().words("/recipes")
    assert "Posts to the team chat when an opportunity becomes a job." in text
    assert "When a job changes its stage category from sales to active (looks every minute)." in text
    assert "When another app sends to /hooks/website-lead." in text
    assert "Failed last run 5 minutes ago 1 in 24 hours" in text
    assert "It has not run yet." in text


def test_a_broken_file_is_shown_with_place_and_fix(visit: Enter) -> None:
    visitor = visit()
    for page in ("/recipes", "/recipes/broken"):
        text = visitor.words(page)
        assert "There is no action notify.sent ." in text
        assert "Did you mean notify.send ?" in text
        assert f"{RECIPES.as_posix()}/broken.yaml:6:13" in text
        assert "Cannot run" in text
    html = visitor.read("/recipes/broken")
    assert '<li id="L6" class="bad">' in html
    assert 'href="/recipes/broken#L6"' in html


def test_a_recipe_shows_its_lines(visit: Enter) -> None:
    html = visit().read("/recipes/website-lead")
    assert '<li id="L6" ><code>  path: website-lead</code></li>' in html
    assert "&#34;{{ body.name }}&#34;" in html


def test_a_webhook_shows_its_address_and_how_to_try_it(visit: Enter) -> None:
    text = visit().words("/recipes/website-lead")
    assert "http://localhost/hooks/website-lead" in text
    assert "curl -X POST 'http://localhost/hooks/website-lead'" in text
    assert "Anybody who knows the address can start this recipe" in text


def test_a_signed_webhook_says_so(visit: Enter) -> None:
    text = visit().words("/recipes/signed")
    assert "A delivery is believed by its signature or token ( standard )." in text
    assert "Anybody" not in text


def test_the_public_address_is_used_where_there_is_one(make_services: Callable[..., Services]) -> None:
    services = make_services(HUB_PUBLIC_URL="http://127.0.0.1:8000")
    services.publish_recipes()
    make_user(services, "ana@example.com", "viewer")
    visitor = Visitor(create_app(services).test_client())
    visitor.log_in("ana@example.com")
    assert "http://127.0.0.1:8000/hooks/website-lead" in visitor.words("/recipes/website-lead")


def test_an_old_version_can_still_be_read(make_services: Callable[..., Services], tmp_path: Path) -> None:
    services = make_services(HUB_RECIPES=str(tmp_path))
    file = tmp_path / "hello.yaml"
    steps = "trigger: {type: manual}\nsteps: [{action: set, with: {a: 1}}]\n"
    file.write_text(f"recipe: 1\nname: First name\n{steps}")
    services.publish_recipes()
    old = services.views.recipe("hello").line.version  # type: ignore[union-attr]
    file.write_text(f"recipe: 1\nname: Second name\n{steps}")
    services.publish_recipes()
    make_user(services, "ana@example.com", "viewer")
    visitor = Visitor(create_app(services).test_client())
    visitor.log_in("ana@example.com")
    assert "2 versions" in visitor.words("/recipes/hello")
    text = visitor.words(f"/recipes/hello?version={old}")
    assert "name: First name" in text
    assert "not the present one" in text
    visitor.read("/recipes/hello?version=never", status=404)
    file.unlink()
    services.publish_recipes()
    assert "Its file is gone since Today 12:00" in visitor.words("/recipes/hello")
    assert "Second name" not in visitor.words("/recipes")


def test_without_recipes_the_page_says_how_to_begin(make_services: Callable[..., Services], tmp_path: Path) -> None:
    services = make_services(HUB_RECIPES=str(tmp_path))
    make_user(services, "ana@example.com", "viewer")
    visitor = Visitor(create_app(services).test_client())
    visitor.log_in("ana@example.com")
    text = visitor.words("/recipes")
    assert "There are no recipes yet" in text
    assert str(tmp_path) in text


def test_an_unknown_recipe_is_a_404(visit: Enter) -> None:
    visit().read("/recipes/none", status=404)

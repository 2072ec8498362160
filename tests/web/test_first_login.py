"""The first login makes itself, once."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

from hub.services import Services
from hub.web import create_app
from hub.web.accounts import check_password, ensure_admin
from tests.web.conftest import make_user
from tests.web.visitor import Visitor


def test_without_a_given_password_one_is_made_and_kept(make_services: Callable[..., Services]) -> None:
    services = make_services(HUB_ADMIN_EMAIL="boss@example.com")
    password = ensure_admin(services)
    assert password is not None
    assert len(password) >= 16
    file = Path(services.settings.home) / "admin-password"
    assert file.read_text().strip() == password
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Visitor(create_app(services).test_client()).log_in("boss@example.com", password).status_code == 303


def test_a_given_password_is_used_and_not_told(make_services: Callable[..., Services]) -> None:
    services = make_services(HUB_ADMIN_PASSWORD="given by the host")
    assert ensure_admin(services) is None
    assert not (Path(services.settings.home) / "admin-password").exists()
    [admin] = services.views.users()
    assert (admin.email, admin.role) == ("admin@example.com", "admin")
    assert check_password(admin, "given by the host")


def test_it_is_made_once(make_services: Callable[..., Services]) -> None:
    services = make_services()
    assert ensure_admin(services)
    before = services.views.users()
    assert ensure_admin(services) is None
    assert services.views.users() == before


def test_another_address_in_the_settings_makes_no_second_admin(make_services: Callable[..., Services]) -> None:
    services = make_services(HUB_ADMIN_EMAIL="new@example.com")
    make_user(services, "old@example.com", "admin")
    assert ensure_admin(services) is None
    assert [user.email for user in services.views.users()] == ["old@example.com"]


def test_a_password_is_kept_only_as_its_hash(make_services: Callable[..., Services]) -> None:
    services = make_services(HUB_ADMIN_PASSWORD="given by the host")
    ensure_admin(services)
    [admin] = services.views.users()
    assert admin.password_hash.startswith("$argon2id$")
    assert "given by the host" not in str(services.views.audit_log().items)
    assert "argon2" not in str(services.views.audit_log().items)


def test_a_hash_that_is_none_opens_nothing(make_services: Callable[..., Services]) -> None:
    services = make_services()
    user = services.ledger.create_user("usr_1", email="a@b.c", password_hash="x", role="admin", now=1.0, by="the test")
    assert not check_password(user, "x")
    assert not check_password(None, "")

"""Puts the web application together."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from hub.model import new_id
from hub.presence import Presence
from hub.services import Services, open_services
from hub.settings import Settings, read_settings
from hub.web import answers, assets, faults, health, hooks, protection, sessions, wording
from hub.web.api import blueprint as api
from hub.web.api.access import RATES, Rates
from hub.web.attempts import Attempts
from hub.web.auth import blueprint as auth
from hub.web.dashboard import blueprint as dashboard
from hub.web.slow_senders import SlowSenders
from hub.web.visit import ATTEMPTS, SERVICES, SLOW_SENDERS, WAITING_ROOM
from hub.web.waiting_room import WaitingRoom

LARGEST_FORM = 64 * 1024
"""Bytes. Forms of the dashboard hold a few words; deliveries have their own limit (HUB_MAX_BODY)."""


def create_app(services: Services | None = None) -> Flask:
    """The application over these services; without any, over those that the environment describes.

    In the second case the process also leaves a sign of life every few seconds. SettingError when a setting is wrong.
    """
    if services is None:
        services = open_services(read_settings())
        Presence(services, kind="web", name=new_id("web", services.clock())).start()
    app = Flask("hub.web", static_folder=None)
    app.extensions[SERVICES] = services
    app.extensions[ATTEMPTS] = Attempts(services.clock)
    app.extensions[RATES] = Rates(services.clock)
    app.extensions[SLOW_SENDERS] = SlowSenders()
    app.extensions[WAITING_ROOM] = WaitingRoom(services.views.ending, seats=services.settings.web_threads // 2)
    _configure(app, services)
    for room in (protection, sessions, assets, wording, faults):
        room.install(app)
    for blueprint in (hooks.blueprint, api, answers.blueprint, auth, dashboard, health.blueprint):
        app.register_blueprint(blueprint)
    if is_behind_proxy(services.settings):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app


def is_behind_proxy(settings: Settings) -> bool:
    """Whether the last proxy's X-Forwarded headers are to be believed.

    They are on a host that always has one (Heroku and its like), and where HUB_PUBLIC_URL names an address that is not
    this machine's own. Elsewhere everybody could write them, and so pretend to be somebody else.
    """
    host = urlsplit(settings.public_url).hostname or ""
    is_local = host in ("", "localhost", "::1") or host.startswith("127.")
    return bool(settings.platform) or not is_local


def _configure(app: Flask, services: Services) -> None:
    app.config.update(
        SECRET_KEY=services.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=200,
    )
    app.url_map.merge_slashes = False  # a delivery to a mistyped address gets its 404, not a redirect
    app.url_map.strict_slashes = False
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

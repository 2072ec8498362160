"""What every page is protected by: response headers, the check of where a form came from, and CSRF tokens."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect

from hub.web import visit
from hub.web.answers import blueprint as answers
from hub.web.api import blueprint as api
from hub.web.hooks import blueprint as hooks

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
HSTS = "max-age=31536000"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def install(app: Flask) -> None:
    """Protect the application. Deliveries and the API are for programs, which show no cookie, and the address of an
    answer is its own proof: no CSRF check there."""
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)  # the origin check below is stricter
    app.before_request(_refuse_foreign_forms)
    csrf = CSRFProtect(app)
    for each in (hooks, api, answers):
        csrf.exempt(each)
    app.after_request(_add_headers)


def _refuse_foreign_forms() -> None:
    """A browser says where a request was made; what another site made it send is refused before its token is read."""
    if request.method in _SAFE or request.blueprint in (hooks.name, api.name, answers.name):
        return
    site = request.headers.get("Sec-Fetch-Site", "")
    if site:
        if site not in ("same-origin", "none"):
            abort(403)
        return
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).netloc not in (request.host, urlsplit(visit.base_url()).netloc):
        abort(403)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    return response

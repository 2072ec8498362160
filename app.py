"""The WSGI door: `gunicorn app:app`."""

from __future__ import annotations

from hub.web import create_app

app = create_app()

"""Static files under names that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, send_from_directory, url_for

FOLDER = Path(__file__).parent / "static"
FOREVER = 31_536_000


def install(app: Flask) -> None:
    """Serve the files, and give templates `asset(name)`."""
    app.add_url_rule("/static/<version>/<path:name>", endpoint="asset", view_func=serve)
    app.jinja_env.globals["asset"] = address


def address(name: str) -> str:
    """The versioned address of a file, as in address("hub.css")."""
    return url_for("asset", version=_version(name), name=name)


def serve(version: str, name: str) -> Response:
    """A file. Under an older version's name the present file is sent, and not to be kept."""
    response = send_from_directory(FOLDER, name, conditional=True)
    if version == _version(name):
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = FOREVER
        response.cache_control.immutable = True
    return response


@cache
def _version(name: str) -> str:
    file = FOLDER / name
    if not file.is_file():
        abort(404)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]

"""What tests and newcomers look at: the activity journal, and a stand-in for a team chat. No key is needed."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from sandbox.account.keys import read_key
from sandbox.messages import read_messages, take_message
from sandbox.resources import RESOURCES
from sandbox.web.forms import guard
from sandbox.web.service import BASE, service
from sandbox.web.wire import write_json

eye = Blueprint("eye", __name__)
pages = Blueprint("pages", __name__)
guard(pages)
SHOWN_MESSAGES = 200
MOST_ROWS = 10_000
_FILTERS = ("resource", "record_id", "action", "actor", "idempotency_key")


@eye.get("/healthz")
def say_healthy() -> Response:
    """Answers 200 when the database answers."""
    with service().database.reading() as connection:
        connection.execute("SELECT 1 FROM marks LIMIT 1").fetchone()
    return jsonify(status="ok")


@eye.get("/sandbox/activity")
def show_activity() -> Response:
    """The journal after row `since`, oldest first, filtered by any of its columns."""
    since, limit = request.args.get("since", 0, int), request.args.get("limit", 1000, int)
    parts, arguments = ["id > ?"], [max(0, min(since, 2**62))]
    values: list[Any] = []
    for name in _FILTERS:
        if name in request.args:
            parts.append(f"{name} = ?")
            values.append(request.args[name])
    with service().database.reading() as connection:
        rows = connection.execute(
            f"SELECT * FROM activity WHERE {' AND '.join(parts)} ORDER BY id LIMIT ?",  # noqa: S608
            (*arguments, *values, max(1, min(limit, MOST_ROWS))),
        ).fetchall()
        last = connection.execute("SELECT coalesce(max(id), 0) FROM activity").fetchone()[0]
    shown = [
        {**dict(row), "before": json.loads(row["before"] or "null"), "after": json.loads(row["after"] or "null")}
        for row in rows
    ]
    return write_json({"data": shown, "last_id": last})


@eye.post("/sandbox/messages")
@eye.post("/sandbox/messages/<path:room>")
def receive_message(room: str = "") -> Response:
    """Take any message: JSON, a form or plain text."""
    here = service()
    raw = request.get_data(cache=True).decode("utf-8", "replace")
    with here.database.writing() as connection:
        number = take_message(connection, raw, content_type=request.mimetype, room=room, now=here.clock())
    return write_json({"ok": True, "id": number})


@eye.get("/sandbox/messages")
def list_messages() -> Response:
    """The messages after `since`, oldest first."""
    with service().database.reading() as connection:
        messages = read_messages(connection, since=max(0, min(request.args.get("since", 0, int), 2**62)))
    return write_json({"data": [message.__dict__ for message in messages]})


@pages.get("/sandbox/chat")
def show_chat() -> str:
    """The messages received, newest first."""
    with service().database.reading() as connection:
        messages = read_messages(connection)
    return render_template("chat.html", messages=messages[::-1][:SHOWN_MESSAGES])


@pages.get("/")
def show_home() -> str:
    """What this is, what it holds, and where everything is."""
    here = service()
    with here.database.reading() as connection:
        counts = [
            (resource.label, connection.execute(f"SELECT count(*) FROM {resource.name}").fetchone()[0])  # noqa: S608
            for resource in RESOURCES.values()
        ]
        key = read_key(connection)
    return render_template("home.html", counts=counts, key=key, base=request.url_root.rstrip("/") + BASE)

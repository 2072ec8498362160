"""Dry doors: they look, and list what they would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hub.context import Letter
from hub.engine.transport.live import LiveRecords
from hub.errors import NotFound
from hub.model import Record

if TYPE_CHECKING:
    from hub.engine.transport.context import StepContext


class DryRecords(LiveRecords):
    """Workglue in a dry run: reads are real, writes are only listed with what they would change."""

    def create(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """Lists the record that would be created; its id says that it is not there."""
        self._context.before_write(resource)
        changes = [{"field": name, "before": None, "after": value} for name, value in fields.items()]
        self._context.plan.append({"do": "create", "resource": resource, "changes": changes})
        return self._api.expand(resource, {"id": f"(new {resource})", **fields})

    def update(self, resource: str, record_id: str, fields: Mapping[str, Any]) -> Record:
        """Lists the fields that would change."""
        self._context.before_write(resource, record_id)
        try:
            before = self._api.get(resource, record_id)
        except NotFound:
            if not record_id.startswith("(new "):
                raise
            before = {"id": record_id}
        changes = [
            {"field": name, "before": before.get(name), "after": value}
            for name, value in fields.items()
            if before.get(name) != value
        ]
        self._context.plan.append({"do": "update", "resource": resource, "id": record_id, "changes": changes})
        return self._api.expand(resource, {**before, **fields})

    def delete(self, resource: str, record_id: str) -> None:
        """Lists the record that would go."""
        self._context.before_write(resource, record_id)
        self._context.plan.append({"do": "delete", "resource": resource, "id": record_id})

    def get(self, resource: str, record_id: str) -> Record:
        """A real read, but for a record that this dry run only pretended to create."""
        if record_id.startswith("(new "):
            return {"id": record_id}
        return super().get(resource, record_id)


class DryHttp:
    """Other APIs in a dry run: GET and HEAD are real, the rest is only listed."""

    def __init__(self, context: StepContext) -> None:
        self._context = context

    def request(self, method: str, url: str, **request: Any) -> Record:
        """See hub.context.Http."""
        if method.upper() in ("GET", "HEAD"):
            return self._context.doors.http.request(method, url, **request)
        body = request.get("json") or request.get("form") or request.get("text")
        self._context.plan.append({"do": "call", "method": method.upper(), "to": url, "body": body})
        return {"status": 200, "headers": {}, "body": None, "text": ""}


class DryMessages:
    """Messages in a dry run: only listed."""

    def __init__(self, context: StepContext) -> None:
        self._context = context

    def send(self, to: str, *, title: str, body: str) -> None:
        """See hub.context.Messages."""
        self._context.plan.append({"do": "message", "to": to, "title": title, "body": body})


class DryMail:
    """Mails in a dry run: only listed."""

    def __init__(self, context: StepContext) -> None:
        self._context = context

    def send(self, letter: Letter, *, server: str = "") -> None:  # noqa: ARG002 - no server is asked
        """See hub.context.Mail."""
        to = ", ".join((*letter.to, *letter.cc, *letter.bcc))
        title, body = letter.subject, letter.text or letter.html
        self._context.plan.append({"do": "message", "to": to, "title": title, "body": body})

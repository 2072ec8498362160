"""The developer documentation site, made from the OpenAPI document that is served beside it."""

from __future__ import annotations

import json
import uuid
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from sandbox.account.keys import read_key
from sandbox.problems import UsageError
from sandbox.reference.curl import Call, example_call
from sandbox.reference.document import MEANINGS
from sandbox.reference.live import example_body, example_id
from sandbox.reference.pages import Endpoint, read_endpoints, read_fields
from sandbox.reference.schemas import schema_name
from sandbox.resources import RESOURCES, Resource
from sandbox.web.forms import guard
from sandbox.web.service import BASE, service
from sandbox.web.wire import write_json

document = Blueprint("document", __name__)
developer = Blueprint("developer", __name__, url_prefix="/developer")
guard(developer)
NO_KEY = "YOUR-ACCOUNT-API-KEY"


@document.get(f"{BASE}/openapi.json")
def serve_document() -> Response:
    """The OpenAPI document. No key is needed."""
    return write_json(service().document)


@developer.get("/")
def show_overview() -> str:
    """Base address, authentication, paging, errors and rate limits."""
    here = service()
    key = _key()
    first = next(iter(here.dialect.routes.values())).path
    call = example_call("GET", f"{_base()}{first}", key_header=_key_header(key), body=None, extra={})
    return render_template(
        "developer/overview.html",
        base=_base(),
        dialect=here.dialect,
        limit=here.limit,
        meanings=MEANINGS,
        call=call,
        run=_runnable(call),
        has_key=key is not None,
        example_error=json.dumps(_example_error(), indent=2),
        menu=_menu(),
    )


@developer.get("/<slug>")
def show_resource(slug: str) -> str:
    """One resource: its fields and its endpoints."""
    here = service()
    resource = next((entry for entry in RESOURCES.values() if _slug(entry) == slug), None)
    if resource is None:
        abort(404, "There is no documentation under this address.")
    key = _key()
    endpoints = [
        (endpoint, call, _runnable(call))
        for endpoint in read_endpoints(here.document, resource.label)
        for call in [_call(resource, endpoint, key)]
    ]
    return render_template(
        "developer/resource.html",
        resource=resource,
        fields=read_fields(here.document, schema_name(resource)),
        endpoints=endpoints,
        has_key=key is not None,
        menu=_menu(),
        slug=slug,
    )


def _example_error() -> Any:
    return service().document["components"]["responses"]["Error422"]["content"]["application/json"]["example"]


def _menu() -> list[tuple[str, str]]:
    return [(url_for("developer.show_resource", slug=_slug(entry)), entry.label) for entry in RESOURCES.values()]


def _slug(resource: Resource) -> str:
    return resource.name.replace("_", "-")


def _base() -> str:
    return request.url_root.rstrip("/") + BASE


def _key() -> str | None:
    with service().database.reading() as connection:
        key = read_key(connection)
    if key is None:
        return None
    try:
        return service().seal.open(key.sealed)
    except UsageError:
        return None


def _key_header(key: str | None) -> tuple[str, str]:
    auth = service().dialect.auth
    return auth.header, f"{auth.prefix}{key or NO_KEY}"


def _call(resource: Resource, endpoint: Endpoint, key: str | None) -> Call:
    dialect = service().dialect
    with service().database.reading() as connection:
        identifier = example_id(connection, resource, endpoint.method)
        body = example_body(connection, resource, endpoint.method)
    url = _base() + endpoint.path.replace("{id}", identifier)
    if endpoint.method == "GET" and "{id}" not in endpoint.path and dialect.lists.paging != "none":
        url += f"?{dialect.lists.size_parameter}=2"
        if dialect.lists.sort:
            url += f"&{dialect.lists.sort}=-{dialect.lists.sort_by_update}"
    header = dialect.writes.idempotency_header
    extra = {header: str(uuid.uuid4())} if header and endpoint.method == "POST" else {}
    return example_call(endpoint.method, url, key_header=_key_header(key), body=body, extra=extra)


def _runnable(call: Call) -> str:
    """The call as the page's script reads it."""
    content: dict[str, Any] = {
        "method": call.method,
        "url": call.url,
        "headers": dict(call.headers),
        "body": call.body,
    }
    return json.dumps(content)

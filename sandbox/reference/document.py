"""The OpenAPI 3.1 document of the Public API, in the dialect that is served."""

from __future__ import annotations

from typing import Any

from sandbox.account.gate import Limit
from sandbox.dialect import Dialect
from sandbox.problems import Refusal
from sandbox.records.listing import ID, STAMPS
from sandbox.reference.examples import CREATE_BODIES, RECORDS, UPDATE_BODIES
from sandbox.reference.schemas import (
    Schema,
    body_schema,
    error_schema,
    list_schema,
    record_schema,
    schema_name,
    value_schema,
)
from sandbox.resources import RESOURCES, Resource
from sandbox.web.wire import error_body, list_body, write_record

VERSION = "1"
# status: (code, what an example answer says)
ERRORS = {
    400: ("unknown_parameter", "Jobs cannot be filtered by 'colour'."),
    401: ("key_unknown", "This API key is not known. Compare it with the one under Integrations."),
    403: ("wrong_kind_of_key", "This is a User Personal API Key. The Public API needs the Workglue Account API Key."),
    404: ("not_found", "There is no job with the id 'job_999'."),
    409: ("already_taken", "Another customer (cus_38) already has the name 'Laura Miller'."),
    412: ("changed_meanwhile", "The record was changed meanwhile. Read it again."),
    413: ("request_entity_too_large", "The body is too large."),
    415: ("unsupported_media_type", "Send the record as JSON, with the header Content-Type: application/json."),
    422: ("validation_failed", "The record was not saved: name is required."),
    429: ("rate_limited", "Too many requests: 120 a minute are possible. Try again in 1 s."),
}
MEANINGS = {
    400: "The request cannot be read: malformed JSON, an unknown filter, a cursor or a limit that is none.",
    401: "The key is missing, wrong, or was reset or revoked.",
    403: "The key is of the wrong kind, or the resource can only be read.",
    404: "There is no such record or address.",
    405: "The method is not possible at this address; the Allow header lists those that are.",
    409: "A value that must be unique is taken, other records still need this one, or an idempotency key was used "
    "for something else.",
    412: "The record is no longer in the state that If-Match names.",
    413: "The body is larger than 1 MB.",
    415: "The body does not say that it is JSON.",
    422: "Fields cannot be accepted; the answer has a reason for each.",
    429: "Too many requests. Wait as long as Retry-After says.",
}


def build_document(dialect: Dialect, *, limit: Limit, base: str) -> dict[str, Any]:
    """The whole document. `base` is the address that all paths are below."""
    schemas: dict[str, Schema] = {"Error": error_schema(dialect)}
    paths: dict[str, Any] = {}
    for name, route in dialect.routes.items():
        resource = RESOURCES[name]
        schemas[schema_name(resource)] = record_schema(dialect, resource)
        schemas[f"{schema_name(resource)}List"] = list_schema(dialect, resource)
        many, one = _operations(dialect, resource, route.methods)
        paths[route.path] = many
        if one:
            paths[f"{route.path}/{{id}}"] = {"parameters": [_ID_PARAMETER], **one}
        for verb, creating in (("POST", True), ("PATCH", False)):
            if verb in route.methods:
                kind = "Create" if creating else "Update"
                schemas[f"{schema_name(resource)}{kind}"] = body_schema(resource, creating=creating)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Workglue Public API",
            "version": VERSION,
            "description": "Read and write the jobs, customers, contacts and people of a Workglue account.",
        },
        "servers": [{"url": base}],
        "security": [{"accountKey": []}],
        "tags": [{"name": RESOURCES[name].label} for name in dialect.routes],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"accountKey": _security(dialect)},
            "responses": {f"Error{status}": _error_response(dialect, status) for status in ERRORS},
            "headers": _rate_headers(dialect, limit),
        },
    }


def _security(dialect: Dialect) -> dict[str, Any]:
    about = "The Workglue Account API Key, from My Account > Integrations. A User Personal API Key is refused."
    if dialect.auth.header.lower() == "authorization" and dialect.auth.prefix.strip().lower() == "bearer":
        return {"type": "http", "scheme": "bearer", "description": about}
    sent = f" It is sent as {dialect.auth.prefix}<key>." if dialect.auth.prefix else ""
    return {"type": "apiKey", "in": "header", "name": dialect.auth.header, "description": about + sent}


def _operations(dialect: Dialect, resource: Resource, methods: tuple[str, ...]) -> tuple[Any, Any]:
    many: dict[str, Any] = {}
    one: dict[str, Any] = {}
    if "GET" in methods:
        many["get"] = _list_operation(dialect, resource)
        one["get"] = _get_operation(dialect, resource)
    if "POST" in methods:
        many["post"] = _create_operation(dialect, resource)
    if "PATCH" in methods:
        one["patch"] = _update_operation(dialect, resource)
    if "DELETE" in methods:
        one["delete"] = _delete_operation(dialect, resource)
    return many, one


def _spoken(resource: Resource) -> str:
    name = resource.one.replace("_", " ")
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _operation(dialect: Dialect, resource: Resource, verb: str, summary: str, **rest: Any) -> dict[str, Any]:
    name = schema_name(resource)
    errors = rest.pop("errors")
    rate = {header: {"$ref": f"#/components/headers/{header}"} for header in _rate_names(dialect)}
    for response in rest["responses"].values():
        response["headers"] = {**response.get("headers", {}), **rate}
    responses = rest.pop("responses") | {
        str(status): {"$ref": f"#/components/responses/Error{status}"} for status in sorted({401, 403, 429, *errors})
    }
    return {
        "operationId": f"{verb}{name}{'s' if verb == 'list' else ''}",
        "tags": [resource.label],
        "summary": summary,
        **rest,
        "responses": responses,
    }


def _list_operation(dialect: Dialect, resource: Resource) -> dict[str, Any]:
    body = list_body(dialect.lists, [write_record(dialect, RECORDS[resource.name])], "WyJqb2JzIl0")
    response: dict[str, Any] = {
        "description": "A page of records.",
        "content": {
            "application/json": {
                "schema": {"$ref": f"#/components/schemas/{schema_name(resource)}List"},
                "example": body,
            }
        },
    }
    if dialect.lists.paging == "link":
        response["headers"] = {"Link": {"description": "The next page, rel=next.", "schema": {"type": "string"}}}
    return _operation(
        dialect,
        resource,
        "list",
        f"List {resource.label.lower()}",
        parameters=[*_list_parameters(dialect), *_filters(dialect, resource), _IF_NONE_MATCH],
        responses={"200": response, "304": dict(_NOT_MODIFIED)},
        errors=[400],
    )


def _get_operation(dialect: Dialect, resource: Resource) -> dict[str, Any]:
    return _operation(
        dialect,
        resource,
        "get",
        f"Read {_spoken(resource)}",
        parameters=[_IF_NONE_MATCH],
        responses={"200": _record_response(dialect, resource, "The record."), "304": dict(_NOT_MODIFIED)},
        errors=[404],
    )


def _create_operation(dialect: Dialect, resource: Resource) -> dict[str, Any]:
    parameters = []
    if dialect.writes.idempotency_header:
        parameters.append(
            {
                "name": dialect.writes.idempotency_header,
                "in": "header",
                "description": f"Makes a repeat harmless for {dialect.writes.idempotency_hours} hours: the same key "
                "and body get the same answer, with the header Idempotent-Replayed: true.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            }
        )
    created = _record_response(dialect, resource, "The record as it was stored.")
    created["headers"]["Location"] = {"description": "Its address.", "schema": {"type": "string"}}
    return _operation(
        dialect,
        resource,
        "create",
        f"Create {_spoken(resource)}",
        parameters=parameters,
        requestBody=_body(resource, "Create", CREATE_BODIES[resource.name]),
        responses={"201": created},
        errors=[400, 409, 413, 415, 422],
    )


def _update_operation(dialect: Dialect, resource: Resource) -> dict[str, Any]:
    return _operation(
        dialect,
        resource,
        "update",
        f"Change {_spoken(resource)}",
        description="Fields that are not sent stay as they are. In fields that hold keys and values, such as "
        "custom_fields, keys that are not sent stay too, and a key sent as null is removed.",
        parameters=[_IF_MATCH],
        requestBody=_body(resource, "Update", UPDATE_BODIES[resource.name]),
        responses={"200": _record_response(dialect, resource, "The record after the change.")},
        errors=[400, 404, 409, 412, 413, 415, 422],
    )


def _delete_operation(dialect: Dialect, resource: Resource) -> dict[str, Any]:
    return _operation(
        dialect,
        resource,
        "delete",
        f"Delete {_spoken(resource)}",
        parameters=[_IF_MATCH],
        responses={"204": {"description": "It is gone."}},
        errors=[404, 409, 412],
    )


def _body(resource: Resource, kind: str, example: dict[str, Any]) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{schema_name(resource)}{kind}"}
    return {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}


def _record_response(dialect: Dialect, resource: Resource, about: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{schema_name(resource)}"}
    example = write_record(dialect, RECORDS[resource.name])
    tag = {"description": "Stands for this state of the record.", "schema": {"type": "string"}}
    return {
        "description": about,
        "headers": {"ETag": tag},
        "content": {"application/json": {"schema": schema, "example": example}},
    }


def _error_response(dialect: Dialect, status: int) -> dict[str, Any]:
    code, message = ERRORS[status]
    fields = {"name": "is required"} if status == 422 else {}
    content: dict[str, Any] = {
        "schema": {"$ref": "#/components/schemas/Error"},
        "example": error_body(dialect, Refusal(status, code, message, fields)),
    }
    return {"description": MEANINGS[status], "content": {"application/json": content}}


def _rate_names(dialect: Dialect) -> dict[str, str]:
    rate = dialect.rate
    named = {
        rate.limit_header: "Requests a minute.",
        rate.remaining_header: "Requests that are possible right now.",
        rate.reset_header: "Seconds until the whole burst is possible again.",
    }
    return {name: about for name, about in named.items() if name}


def _rate_headers(dialect: Dialect, limit: Limit) -> dict[str, Any]:
    return {
        name: {"description": about, "required": limit.per_minute > 0, "schema": {"type": "integer", "minimum": 0}}
        for name, about in _rate_names(dialect).items()
    }


def _list_parameters(dialect: Dialect) -> list[dict[str, Any]]:
    lists = dialect.lists
    found: list[tuple[str, str, Schema]] = []
    if lists.paging != "none":
        size = {"type": "integer", "minimum": 1, "maximum": lists.largest_size, "default": lists.default_size}
        found.append((lists.size_parameter, "How many records a page has.", size))
    if lists.paging in ("cursor", "link"):
        about = "Where the next page begins, as the page before has told it."
        found.append((lists.page_parameter or "cursor", about, {"type": "string", "minLength": 1}))
    if lists.paging in ("page", "offset"):
        first = 1 if lists.paging == "page" else 0
        about = "The number of the page, from 1." if first else "How many records to skip."
        found.append((lists.page_parameter, about, {"type": "integer", "minimum": first, "maximum": 999_999_999}))
    if lists.updated_since:
        about = "Only what was created or changed at this time or later; oldest change first."
        found.append((lists.updated_since, about, {"type": "string", "format": "date-time"}))
    if lists.sort:
        orders = [lists.sort_by_update, f"-{lists.sort_by_update}", "id"]
        found.append((lists.sort, "Oldest change first, newest change first, or by id.", {"enum": orders}))
    return [{"name": name, "in": "query", "description": about, "schema": schema} for name, about, schema in found]


def _filters(dialect: Dialect, resource: Resource) -> list[dict[str, Any]]:
    if not dialect.lists.equality_filters:
        return []
    lists = dialect.lists
    names = {"created_at": dialect.timestamps.created, "updated_at": dialect.timestamps.updated}
    taken = {"", lists.size_parameter, lists.page_parameter, lists.updated_since, lists.sort}
    fields = [(names.get(field.name, field.name), field) for field in (ID, *resource.fields, *STAMPS) if field.scalar]
    return [{"name": name, "in": "query", "schema": value_schema(field)} for name, field in fields if name not in taken]


_ID_PARAMETER = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "pattern": "^[^/]+$"},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "An ETag; when nothing has changed since, the answer is 304 and empty.",
    "schema": {"type": "string"},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "An ETag; when the record has changed since, nothing is done and the answer is 412.",
    "schema": {"type": "string"},
}
_NOT_MODIFIED = {"description": "Nothing has changed."}

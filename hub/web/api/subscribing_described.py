"""/hooks in the words of OpenAPI."""

from __future__ import annotations

from typing import Any

from hub.model import RunStatus
from hub.store.subscribers import SubscriptionState

_TEXTS = {"type": "array", "items": {"type": "string"}}
_ASKED = {
    "url": {"type": "string", "format": "uri", "description": "Where events are sent; https."},
    "events": {**_TEXTS, "minItems": 1, "description": "What to tell; /hook-events lists the names."},
    "where": {"type": "string", "description": "A condition as recipes have it: record.stage.name == 'Won'."},
    "fields": {**_TEXTS, "description": "The fields of the record to send; all of them when none is named."},
}
_STATES = [each.value for each in SubscriptionState if each is not SubscriptionState.DELETED]

SCHEMAS: dict[str, Any] = {
    "Asked": {
        "type": "object",
        "required": ["url", "events"],
        "additionalProperties": False,
        "properties": {
            **_ASKED,
            "secret": {"type": "string", "description": "A signing secret of your own: whsec_ and 24 to 64 bytes."},
        },
    },
    "Hook": {
        "type": "object",
        "required": ["id", "url", "events", "where", "fields", "state", "note", "created_at", "waiting", "failures"],
        "properties": {
            "id": {"type": "string"},
            **_ASKED,
            "state": {"type": "string", "enum": _STATES},
            "note": {"type": "string", "description": "Why it is paused or ended."},
            "created_at": {"type": "string", "format": "date-time"},
            "waiting": {"type": "integer", "description": "Deliveries on their way, counted up to 100."},
            "failures": {"type": "integer", "description": "Deliveries in a row that failed, counted up to 100."},
            "last_delivery": {
                "oneOf": [
                    {"type": "null"},
                    {
                        "type": "object",
                        "properties": {
                            "run": {"type": "string"},
                            "status": {"type": "string", "enum": [each.value for each in RunStatus]},
                            "at": {"type": "string", "format": "date-time"},
                        },
                    },
                ]
            },
            "secret": {"type": "string", "description": "The signing secret; only in the answer that makes the hook."},
        },
    },
    "Hooks": {
        "type": "object",
        "properties": {"hooks": {"type": "array", "items": {"$ref": "#/components/schemas/Hook"}}},
    },
    "HookEvents": {"type": "object", "properties": {"events": _TEXTS}},
    "HookState": {
        "type": "object",
        "required": ["state"],
        "additionalProperties": False,
        "properties": {"state": {"type": "string", "enum": ["active", "paused"]}},
    },
    "Sent": {"type": "object", "properties": {"run": {"type": "string"}}},
}

PATHS: dict[str, Any] = {
    "/hook-events": {
        "get": {
            "summary": "The names of the events that may be subscribed to",
            "scope": "hooks",
            "responses": {"200": {"schema": "HookEvents", "description": "The names."}},
        }
    },
    "/hooks": {
        "get": {
            "summary": "The subscriptions of this token, newest first",
            "scope": "hooks",
            "responses": {"200": {"schema": "Hooks", "description": "The subscriptions."}},
        },
        "post": {
            "summary": "Subscribe to events. The same request again gives the same subscription",
            "scope": "hooks",
            "body": "Asked",
            "responses": {
                "201": {"schema": "Hook", "description": "The new subscription, with its signing secret."},
                "200": {"schema": "Hook", "description": "The subscription was there before."},
                "422": {"schema": "Error", "description": "Something in the request cannot be used."},
            },
        },
    },
    "/hooks/{hook_id}": {
        "get": {
            "summary": "One subscription",
            "scope": "hooks",
            "responses": {"200": {"schema": "Hook", "description": "The subscription."}},
        },
        "patch": {
            "summary": "Pause or resume. What happens while it is paused is not sent later",
            "scope": "hooks",
            "body": "HookState",
            "responses": {
                "200": {"schema": "Hook", "description": "The subscription as it is now."},
                "409": {"schema": "Error", "description": "It has ended."},
            },
        },
        "delete": {
            "summary": "Unsubscribe. Nothing more is sent",
            "scope": "hooks",
            "responses": {"204": {"description": "It is gone."}},
        },
    },
    "/hooks/{hook_id}/test": {
        "post": {
            "summary": "Send a sample to the receiver, past the condition and also when paused",
            "scope": "hooks",
            "responses": {
                "202": {"schema": "Sent", "description": "It is on its way."},
                "409": {"schema": "Error", "description": "It has ended."},
            },
        }
    },
}

"""The contact form of a painting company's website: tells by webhook who wants an estimate."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from sandbox.stamps import write_stamp

SIGNATURE_HEADER = "X-Signature"
FIELDS = ("name", "email", "phone", "address", "city", "state", "zip", "job_type", "message")
LONGEST = {"message": 5000}


def read_lead(form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What was filled in, and for each field that cannot stay as it is, why."""
    values = {name: form.get(name, "").strip() for name in FIELDS}
    faults = {name: "This is too long." for name in FIELDS if len(values[name]) > LONGEST.get(name, 200)}
    if not values["name"]:
        faults["name"] = "Please tell us your name."
    if not values["email"] and not values["phone"]:
        faults["phone"] = "Please leave a phone number or an e-mail address, so that we can reach you."
    return values, faults


def make_lead(values: Mapping[str, str], *, text_me: bool, now: float) -> dict[str, Any]:
    """The webhook's content. Fields that were left empty are null."""
    return {
        "id": f"lead_{secrets.token_hex(8)}",
        "submitted_at": write_stamp(int(now * 1_000_000)),
        "source": "Website",
        **{name: values[name] or None for name in FIELDS},
        "may_text": text_me,
    }


def sign_lead(secret: str, content: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """The body to send and its headers: HMAC-SHA256, in hex, over the body."""
    body = json.dumps(content, ensure_ascii=False).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return body, {SIGNATURE_HEADER: signature} if secret else {}

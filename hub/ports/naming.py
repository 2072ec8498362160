"""How one record is named among all, in lanes and in what is counted about it."""

from __future__ import annotations

import hashlib
import re

_PLAIN_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}", re.ASCII)


def name_record(resource: str, record_id: str) -> str:
    """One record among all: "jobs/42". An id that is long or odd is told by its hash."""
    if _PLAIN_ID.fullmatch(record_id):
        return f"{resource}/{record_id}"
    digest = hashlib.sha256(record_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{resource}/#{digest[:32]}"

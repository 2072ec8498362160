"""Numbers, JSON and raw bytes, made readable."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from hub.engine.scope import legible, scrub

MOST_CHARACTERS = 50_000
"""How much of one value a page shows."""

MOST_BYTES = 4_096
"""How much of a body that is no text a page shows."""

_SECRET_NAME = re.compile(
    r"authorization|cookie|signature|hmac|secret|token|password|passwd|api-?_?key|credential|content-mac|^(sig|key)$",
    re.IGNORECASE,
)
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def count(number: int) -> str:
    """ "1,204"."""
    return f"{number:,}"


def size(number: int) -> str:
    """ "312 bytes", "4.1 kB", "1.2 MB"."""
    if number < 1000:
        return f"{number} byte{'' if number == 1 else 's'}"
    if number < 1_000_000:
        return f"{number / 1000:.1f} kB"
    return f"{number / 1_000_000:.1f} MB"


def pretty(value: Any) -> str:
    """Indented JSON as people write it, cut where it gets too long for a page. What the engine keeps in the place of
    a secret is shown as the secret's name."""
    return shortened(json.dumps(legible(value), indent=2, ensure_ascii=False, default=str))


def shortened(text: str) -> str:
    """The text, or its beginning and how much was left out."""
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}\n\n... and {len(text) - MOST_CHARACTERS:,} more characters"


def body_text(body: bytes) -> str:
    """A body as text: JSON indented, other text as it is, anything else as a table of bytes."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return bytes_table(body)
    if _NO_TEXT.search(text):
        return bytes_table(body)
    try:
        return pretty(json.loads(text)) if len(body) <= MOST_CHARACTERS else shortened(text)
    except (ValueError, RecursionError):
        return shortened(text)


def without_secrets(value: Any, secrets: Mapping[str, str]) -> Any:
    """The value with the text of every known secret replaced by its name."""
    return scrub(value, secrets)


def is_secret_name(name: str) -> bool:
    """Whether a header or parameter of this name proves who sent something, so that its value is not shown."""
    return bool(_SECRET_NAME.search(name))


def without_proofs(data: Mapping[str, Any]) -> dict[str, Any]:
    """An event's data without the headers and parameters that prove who sent it, as far as it has any."""
    shown = dict(data)
    for part in ("headers", "query"):
        pairs = data.get(part)
        if isinstance(pairs, Mapping):
            shown[part] = {name: hidden(str(each)) if is_secret_name(name) else each for name, each in pairs.items()}
    return shown


def hidden(value: str) -> str:
    """What stands in the place of a value that is not shown."""
    return f"not shown ({len(value)} characters)"


def bytes_table(body: bytes) -> str:
    """The bytes of a body with their letters beside them, 16 in a line, as many as a page shows."""
    lines = []
    for start in range(0, min(len(body), MOST_BYTES), 16):
        piece = body[start : start + 16]
        letters = "".join(chr(each) if 32 <= each < 127 else "." for each in piece)
        lines.append(f"{start:06x}  {piece.hex(' '):<47}  {letters}")
    if len(body) > MOST_BYTES:
        lines.append(f"... and {len(body) - MOST_BYTES:,} more bytes")
    return "\n".join(lines)

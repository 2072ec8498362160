"""cURL commands for the documented endpoints, ready to be pasted into a shell."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request, as the documentation offers it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None = None

    def curl(self) -> str:
        """The same request as a cURL command."""
        method = "" if self.method == "GET" else f" -X {self.method}"
        parts = [f"curl -i{method} {shlex.quote(self.url)}"]
        parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in self.headers.items()]
        if self.body is not None:
            parts.append(f"--data {shlex.quote(self.body)}")
        return " \\\n  ".join(parts)


def example_call(
    method: str, url: str, *, key_header: tuple[str, str], body: Mapping[str, Any] | None, extra: Mapping[str, str]
) -> Call:
    """The example request of an operation. `extra` are further headers."""
    headers = dict([key_header])
    if body is not None:
        headers["Content-Type"] = "application/json"
    return Call(method, url, headers | dict(extra), None if body is None else json.dumps(body, indent=2))

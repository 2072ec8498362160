"""What every page and the API work with, and where the API lives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

from sandbox.account.gate import Limit
from sandbox.account.sealing import Seal
from sandbox.database import Database
from sandbox.dialect import Dialect
from sandbox.settings import Settings

BASE = "/api/v1"
ZAPIER = "/zapier/v1"


@dataclass(frozen=True)
class Service:
    """The live things behind one application."""

    database: Database
    dialect: Dialect
    limit: Limit
    seal: Seal
    settings: Settings
    clock: Callable[[], float]
    document: Mapping[str, Any]


def service() -> Service:
    """The service of the application that handles this request."""
    found = current_app.extensions["sandbox"]
    assert isinstance(found, Service)
    return found

"""Every known way of signing, as data. One file a trade; a new sender is one row."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hub.signing.scheme import Scheme
from hub.signing.schemes import developers, generic, messaging, offices, payments, standard

_ROWS = (
    *standard.ROWS,
    *generic.ROWS,
    *payments.ROWS,
    *messaging.ROWS,
    *offices.ROWS,
    *developers.ROWS,
)

SCHEMES: Mapping[str, Scheme] = MappingProxyType({scheme.name: scheme for scheme in _ROWS})
"""All schemes by name, the general ones first."""

assert len(SCHEMES) == len(_ROWS), "two schemes have one name"

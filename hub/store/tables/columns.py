"""What the tables are made of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, MetaData, text

from hub.store.encoding import SafeText

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_name)s_once",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
    }
)

Number = BigInteger().with_variant(Integer, "sqlite")


def text_column(name: str, default: str | None = "") -> Column[str]:
    """A text, empty unless said otherwise; with `default` None it must be given."""
    return Column(name, SafeText, nullable=False, server_default=default)


def time_column(name: str) -> Column[float]:
    """Seconds since the epoch."""
    return Column(name, Double, nullable=False)


def some_index(name: str, *columns: object, where: str) -> Index:
    """An index over the rows for which `where` holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))  # type: ignore[arg-type]

"""Tables and times for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click

WIDEST_COLUMN = 60


def show_rows(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with aligned columns; long cells are cut."""
    cells = [[_cut(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def show_time(at: float | None) -> str:
    """A moment in UTC, "" for none."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at else ""


def _cut(cell: str) -> str:
    return cell if len(cell) <= WIDEST_COLUMN else cell[: WIDEST_COLUMN - 3] + "..."

"""The folder `tables` of the recipes: each file is a lookup table, in YAML or in CSV."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.errors import Place, Problem
from hub.recipe.loader import parse
from hub.recipe.node import Node
from hub.recipe.problems import Findings, is_usable
from hub.stored import LookupTable

FOLDER = "tables"
LARGEST = 1024 * 1024
"""Bytes of a file; one in YAML has at most 256 KiB, like a recipe."""

MOST_ROWS = 10_000
MOST_COLUMNS = 50
MOST_TABLES = 200
LONGEST_CELL = 4_096
LONGEST_KEY = 200
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_VALUE = "value"  # the column of a table that has one, without a name of its own in YAML
_SCALARS = ("text", "integer", "number", "boolean", "null")


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """One file of the folder. `table` is None when there is an error among the problems."""

    name: str
    file: str
    text: str
    table: LookupTable | None
    problems: tuple[Problem, ...]


def read_tables(recipes: Path) -> list[CheckedTable]:
    """All tables below a recipes folder, by name. Never raises for what is in a file."""
    found: dict[str, CheckedTable] = {}
    for path in find_tables(recipes):
        checked = _read_file(path, first=found.get(path.stem), full=len(found) >= MOST_TABLES)
        found[path.stem] = checked
    return list(found.values())


def find_tables(recipes: Path) -> list[Path]:
    """The files of the tables below a recipes folder, by name, without hidden ones."""
    folder = recipes / FOLDER
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return [each for each in files if each.suffix.lower() in _READERS and not each.name.startswith(".")]


def usable(tables: Sequence[CheckedTable]) -> dict[str, LookupTable]:
    """Those without an error, by name."""
    return {each.name: each.table for each in tables if each.table is not None}


def columns_of(tables: Sequence[CheckedTable]) -> dict[str, tuple[str, ...] | None]:
    """The columns of each table that there is, by name; None where they are not known because its file is wrong."""
    return {each.name: each.table.columns if each.table else None for each in tables}


def _read_file(path: Path, *, first: CheckedTable | None, full: bool) -> CheckedTable:
    file = path.as_posix()
    findings = Findings(file)
    text = _read_text(path, findings)
    start = findings.start()
    if not _NAME.fullmatch(path.stem):
        hint = "Use small letters, digits and underscores, and begin with a letter: crew_leaders."
        findings.add("RCP421", f"`{path.stem[:60]}` cannot be the name of a table.", start, hint=hint)
    if first is not None:
        message = f"Two files hold the table `{path.stem}`: {first.file} and {file}."
        findings.add("RCP421", message, start, hint="Delete one of them.")
    if full:
        findings.add("RCP421", f"There are more than {MOST_TABLES} tables.", start, hint="Put several into one.")
    rows: dict[str, dict[str, Any]] = {}
    columns: tuple[str, ...] = ()
    if is_usable(findings.listed()):
        columns, rows = _READERS[path.suffix.lower()](text, findings)
    problems = findings.listed()
    version = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    table = LookupTable(path.stem, version, file, columns, rows) if is_usable(problems) else None
    return CheckedTable(path.stem, file, text, table, problems)


def _read_text(path: Path, findings: Findings) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or "the system says no"
        findings.add("RCP407", f"The file cannot be read: {reason}.", findings.start(), hint="Look at its permissions.")
        return ""
    if len(raw) > LARGEST:
        findings.add("RCP421", "The table is larger than 1 MiB.", findings.start(), hint="Split it into several.")
        return ""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        hint = "Save it as UTF-8 (in Excel: CSV UTF-8)."
        findings.add("RCP112", "The file is not UTF-8 text.", Place(findings.file, line, 1), hint=hint)
        return ""
    if not text.strip():
        findings.add("RCP421", "The table is empty.", findings.start(), hint="Write `key: value`, one in a line.")
    return text


_Rows = dict[str, dict[str, Any]]
_Read = tuple[tuple[str, ...], _Rows]


# ---- YAML: key: value, or key: {column: value}


def _from_yaml(text: str, findings: Findings) -> _Read:
    root = parse(text, findings)
    if root is None:
        return (), {}
    if root.kind != "map":
        hint = "Write `key: value`, one in a line, or `key: {column: value}`."
        findings.add("RCP421", "A table is a group of keys.", root.place, hint=hint)
        return (), {}
    for entry in root.entries():
        findings.forget("RCP110", entry.place)  # `on` is a word like others here
    wide = any(entry.node.kind == "map" for entry in root.entries())
    rows: _Rows = {}
    for entry in root.entries():
        _check_row(entry.key, entry.place, len(rows), findings)
        rows[entry.key.strip()] = _yaml_row(entry.node, wide, findings)
    columns = tuple(dict.fromkeys(column for row in rows.values() for column in row)) or (_VALUE,)
    _check_columns(columns, root.place, findings)
    return columns, {key: {column: row.get(column) for column in columns} for key, row in rows.items()}


def _yaml_row(node: Node, wide: bool, findings: Findings) -> dict[str, Any]:
    if not wide:
        return {_VALUE: _cell(node, findings)}
    if node.kind not in ("map", "null"):
        hint = "Other rows have columns: write `{column: value}` here, too."
        findings.add("RCP421", "This row has no columns.", node.place, hint=hint)
    return {entry.key.strip(): _cell(entry.node, findings) for entry in node.entries()}


def _cell(node: Node, findings: Findings) -> Any:
    if node.kind not in _SCALARS:
        findings.add("RCP421", "A cell is a text, a number, true or false.", node.place, hint="Use another column.")
        return None
    _check_cell(node.value, node.place, findings)
    return node.value


# ---- CSV: the first line names the columns, the first column holds the keys


def _from_csv(text: str, findings: Findings) -> _Read:
    lines = _csv_lines(text, findings)
    _, head = next(lines, (1, []))
    columns = tuple(head[1:])
    place = findings.start()
    if not columns:
        findings.add("RCP421", "A table has at least two columns.", place, hint="The first line names them.")
        return (), {}
    _check_columns(columns, place, findings)
    rows: _Rows = {}
    lines_of: dict[str, int] = {}
    for line, cells in lines:
        place = Place(findings.file, line, 1)
        if len(cells) > len(head):
            message = f"This row has {len(cells)} cells, and the table {len(head)} columns."
            findings.add("RCP421", message, place, hint="Put a cell with a comma in it in quotes.")
        key = cells[0]
        _check_row(key, place, len(rows), findings)
        if key in lines_of:
            message = f"The key `{key[:60]}` is given twice: in line {lines_of[key]} and in line {line}."
            findings.add("RCP421", message, place, hint="Delete one of them.")
        lines_of[key] = line
        values = [*cells[1:], *[""] * len(columns)]
        for value in values:
            _check_cell(value, place, findings)
        rows[key] = {column: value or None for column, value in zip(columns, values, strict=False)}
        if not findings.wants_more():
            break
    return columns, rows


def _csv_lines(text: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line it begins in and its cells without spaces around them."""
    first = text.partition("\n")[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            hint = 'A cell with quotes in it is written "like ""this""".'
            findings.add("RCP421", f"This is no proper CSV: {error}.", Place(findings.file, begins, 1), hint=hint)
            return
        if any(cells):
            yield begins, cells
        begins = reader.line_num + 1


# ---- what both have to keep


def _check_columns(columns: Sequence[str], place: Place, findings: Findings) -> None:
    if len(columns) > MOST_COLUMNS:
        findings.add("RCP421", f"The table has more than {MOST_COLUMNS} columns.", place, hint="Split it.")
    for number, column in enumerate(columns[: MOST_COLUMNS + 1]):
        if not column or len(column) > LONGEST_KEY or not column.isprintable():
            hint = "Give each column a name."
            findings.add("RCP421", f"Column {number + 2} has no proper name.", place, hint=hint)
        elif column in columns[:number]:
            findings.add("RCP421", f"Two columns are called `{column[:60]}`.", place, hint="Rename one of them.")


def _check_row(key: str, place: Place, count: int, findings: Findings) -> None:
    if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        hint = f"A key has 1 to {LONGEST_KEY} characters and is on one line."
        findings.add("RCP421", "This row has no proper key.", place, hint=hint)
    if count == MOST_ROWS:
        findings.add("RCP421", f"The table has more than {MOST_ROWS:,} rows.", place, hint="Split it into several.")


def _check_cell(value: Any, place: Place, findings: Findings) -> None:
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        findings.add("RCP421", f"This cell has more than {LONGEST_CELL:,} characters.", place, hint="Shorten it.")


_READERS: Mapping[str, Callable[[str, Findings], _Read]] = {".yaml": _from_yaml, ".yml": _from_yaml, ".csv": _from_csv}

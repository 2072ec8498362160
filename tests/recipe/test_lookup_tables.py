"""The folder of lookup tables: YAML and CSV come to the same, and what is wrong has its file, line and way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.recipe import lookups
from hub.recipe.library import find_recipes
from hub.recipe.lookups import columns_of, read_tables, usable
from hub.stored import LookupTable


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    (folder / "tables").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "tables" / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def table(folder: Path, name: str, text: str | bytes) -> LookupTable:
    [found] = read_tables(write(folder, {name: text}))
    assert found.table is not None, found.problems
    return found.table


def problems(folder: Path, name: str, text: str | bytes) -> list[str]:
    [found] = read_tables(write(folder, {name: text}))
    assert found.table is None
    assert all(each.hint for each in found.problems if each.code == "RCP421")
    return [f"{each.place.line} {each.code} {each.message}" for each in found.problems]


def test_a_key_with_a_value(tmp_path: Path) -> None:
    found = table(tmp_path, "leaders.yaml", "Exterior Repaint: Elena\non: x\n60601: 5\nnobody:\n")
    assert found.columns == ("value",)
    assert found.plain() == {"Exterior Repaint": "Elena", "on": "x", "60601": 5, "nobody": None}
    assert found.row("on") == "x"


def test_a_key_with_columns_may_leave_some_out(tmp_path: Path) -> None:
    found = table(tmp_path, "leaders.yml", "A: {name: Elena, phone: '1'}\nB: {name: Marcus}\nC:\n")
    assert found.columns == ("name", "phone")
    assert found.row("B") == {"name": "Marcus", "phone": None}
    assert found.row("C") == {"name": None, "phone": None}


@pytest.mark.parametrize(
    "text",
    [
        'type,name,phone\nExterior,Elena,"1, 2"\n\nRoof,,\n',
        'type;name;phone\r\n Exterior ; Elena;"1, 2"\r\nRoof\r\n',
        '\ufefftype,name,phone\nExterior,Elena,"1, 2"\nRoof,"",',
    ],
)
def test_csv_as_programs_write_it(tmp_path: Path, text: str) -> None:
    found = table(tmp_path, "leaders.csv", text)
    assert found.columns == ("name", "phone")
    assert found.plain() == {
        "Exterior": {"name": "Elena", "phone": "1, 2"},
        "Roof": {"name": None, "phone": None},
    }


def test_a_table_of_two_columns_gives_values(tmp_path: Path) -> None:
    assert table(tmp_path, "states.csv", "code,state\nIL,Illinois\n").plain() == {"IL": "Illinois"}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "k,v\na,1\n\"b\nc\",2\na,3\n", ["3 RCP421 This row has no proper key.",
         "5 RCP421 The key `a` is given twice: in line 2 and in line 5."]),
        ("a.csv", "k,v\na,1,2\n", ["2 RCP421 This row has 3 cells, and the table 2 columns."]),
        ("a.csv", "k,v\na,\"x\n", ["2 RCP421 This is no proper CSV: unexpected end of data."]),
        ("a.csv", "k\na\n", ["1 RCP421 A table has at least two columns."]),
        ("a.csv", "k,v,v\na,1,2\n", ["1 RCP421 Two columns are called `v`."]),
        ("a.csv", "k,,v\na,1,2\n", ["1 RCP421 Column 2 has no proper name."]),
        ("a.csv", b"k,v\na,\xff\n", ["2 RCP112 The file is not UTF-8 text."]),
        ("a.csv", " \n", ["1 RCP421 The table is empty."]),
        ("a.csv", "k,v\na," + "x" * 4097, ["2 RCP421 This cell has more than 4,096 characters."]),
        ("a.csv", "x" * (1024 * 1024 + 1), ["1 RCP421 The table is larger than 1 MiB."]),
        ("a.csv", "k,v\n" + "".join(f"{n},1\n" for n in range(10_001)),
         ["10002 RCP421 The table has more than 10,000 rows."]),
        ("a.csv", "k," + ",".join(f"c{n}" for n in range(51)), ["1 RCP421 The table has more than 50 columns."]),
        ("a.yaml", "- a\n- b\n", ["1 RCP421 A table is a group of keys."]),
        ("a.yaml", "a: {x: 1}\nb: 2\n", ["2 RCP421 This row has no columns."]),
        ("a.yaml", "a: [1]\n", ["1 RCP421 A cell is a text, a number, true or false."]),
        ("a.yaml", "a: 1\na: 2\n", ["2 RCP103 The key `a` is given twice: in line 1 and in line 2."]),
        ("a.yaml", "a: [\n", ["1 RCP101 "]),
        ("Two Words.csv", "k,v\na,1\n", ["1 RCP421 `Two Words` cannot be the name of a table."]),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_line(tmp_path: Path, name: str, text: str | bytes, expected: list[str]) -> None:
    found = problems(tmp_path, name, text)
    assert len(found) == len(expected)
    assert all(one.startswith(start) for one, start in zip(found, expected, strict=True)), found


def test_one_name_in_two_files_is_used_by_neither(tmp_path: Path) -> None:
    found = read_tables(write(tmp_path, {"a.csv": "k,v\nx,1\n", "a.yaml": "x: 1\n", "b.csv": "k,v\nx,1\n"}))
    assert list(usable(found)) == ["b"]
    assert columns_of(found) == {"a": None, "b": ("v",)}
    assert [each.code for table in found for each in table.problems] == ["RCP421"]


def test_other_files_are_left_out_and_tables_are_no_recipes(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "x: 1\n", ".b.csv": "k,v\n", "README.md": "text"})
    assert list(usable(read_tables(tmp_path))) == ["a"]
    assert list(find_recipes(tmp_path)) == []
    assert read_tables(tmp_path / "nowhere") == []


def test_there_are_not_more_tables_than_can_be_looked_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "MOST_TABLES", 2)
    found = read_tables(write(tmp_path, {f"t{number}.csv": "k,v\nx,1\n" for number in range(3)}))
    assert [each.table is not None for each in found] == [True, True, False]


def test_the_version_is_that_of_the_content(tmp_path: Path) -> None:
    first = table(tmp_path, "a.csv", "k,v\nx,1\n").version
    assert table(tmp_path, "a.csv", "k,v\nx,2\n").version != first
    assert table(tmp_path, "a.csv", "k,v\nx,1\n").version == first

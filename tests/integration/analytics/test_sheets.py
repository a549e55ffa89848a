"""The same report in three formats says the same, keeps its types, and takes no more memory when it is long."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from analytics.adapters.sheets import pieces, written
from analytics.domain.tables import Column, Format, Kind, Row, Table, WrongValue

COLUMNS = (
    Column("day", Kind.DAY, "The day, in UTC."),
    Column("style", Kind.TEXT, "The style."),
    Column("figurines", Kind.COUNT, "How many."),
    Column("stars", Kind.NUMBER, "The mean of the stars; nothing where nobody gave any."),
)
ROWS: list[Row] = [
    {"day": date(2026, 2, 28), "style": 'a "quoted", one\nof two lines', "figurines": 2**40, "stars": 4.5},
    {"day": None, "style": "", "figurines": 0, "stars": None},
    {"day": date(2024, 2, 29), "style": "ünïcødé 𝄞", "figurines": -1, "stars": 3},
]


def file_of(rows: Any, format: Format) -> bytes:
    with written(Table(name="figurines", columns=COLUMNS, rows=rows), format) as file:
        return b"".join(pieces(file))


def parquet(data: bytes, tmp_path: Any) -> Any:
    sheet = tmp_path / "report.parquet"
    sheet.write_bytes(data)
    with duckdb.connect() as connection:
        relation = connection.read_parquet(str(sheet))
        return relation.columns, [str(each) for each in relation.types], relation.fetchall()


def test_parquet_keeps_every_value_and_type(tmp_path: Any) -> None:
    names, types, rows = parquet(file_of(ROWS, Format.PARQUET), tmp_path)
    assert list(zip(names, types, strict=True)) == [
        ("day", "DATE"),
        ("style", "VARCHAR"),
        ("figurines", "BIGINT"),
        ("stars", "DOUBLE"),
    ]
    assert rows == [tuple(row.values()) for row in ROWS]


def test_json_tells_what_each_column_means() -> None:
    told = json.loads(file_of(ROWS, Format.JSON))
    assert told["columns"][0] == {"name": "day", "kind": "day", "meaning": "The day, in UTC."}
    assert [row["figurines"] for row in told["rows"]] == [2**40, 0, -1]
    assert told["rows"][0]["day"] == "2026-02-28"


def test_csv_is_read_back_as_it_was_written() -> None:
    text = file_of(ROWS, Format.CSV).decode()
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    assert read == [{name: "" if value is None else str(value) for name, value in row.items()} for row in ROWS]


@pytest.mark.parametrize("format", Format)
def test_a_report_of_nothing_still_has_its_columns(format: Format, tmp_path: Any) -> None:
    data = file_of([], format)
    match format:
        case Format.CSV:
            assert data == b"day,style,figurines,stars\r\n"
        case Format.JSON:
            assert json.loads(data)["rows"] == []
        case Format.PARQUET:
            assert parquet(data, tmp_path)[0::2] == (["day", "style", "figurines", "stars"], [])


@pytest.mark.parametrize(
    "row",
    [
        {"day": date(2026, 1, 1), "style": "a", "figurines": "many", "stars": None},
        {"day": "2026-01-01", "style": "a", "figurines": 1, "stars": None},
        {"day": None, "style": "a", "figurines": 1},
    ],
    ids=["text for a count", "text for a day", "a column missing"],
)
@pytest.mark.parametrize("format", Format)
def test_a_row_that_does_not_fit_its_columns_is_never_written(row: dict[str, object], format: Format) -> None:
    with pytest.raises(WrongValue):
        file_of([row], format)


@pytest.mark.parametrize("format", Format)
def test_rows_are_taken_as_they_are_written_and_not_all_at_once(format: Format) -> None:
    alive = most = 0

    class Counted(dict[str, Any]):
        def __init__(self) -> None:
            nonlocal alive, most
            super().__init__(ROWS[0])
            alive += 1
            most = max(most, alive)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def rows() -> Iterator[Row]:
        for _ in range(2000):
            yield Counted()

    assert len(file_of(rows(), format)) > 1000
    assert most <= 3


def test_who_wants_no_parquet_does_not_load_duckdb() -> None:
    program = "import analytics.wiring, analytics.adapters.sheets, sys; print('duckdb' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

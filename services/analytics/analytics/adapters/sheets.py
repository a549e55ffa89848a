"""Reports as files for spreadsheets and notebooks: CSV by the standard library, Parquet by DuckDB.

Rows go by one by one into a temporary file that nobody else can open, and the answer is read out of it in pieces: a
report of any length takes the same memory. DuckDB is loaded when the first Parquet file is asked for, not before.
"""

import csv
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Final

from analytics.domain.tables import Column, Format, Kind, Row, Table, Value

_PIECE: Final = 64 * 1024
_SQL_TYPES: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "VARCHAR",
    Kind.COUNT: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.DAY: "DATE",
}
# Whoever writes one report has neither the machine to itself nor anything to fetch from elsewhere.
_DUCKDB: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "memory_limit": "128MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@contextmanager
def written(table: Table, format: Format) -> Generator[IO[bytes]]:
    """The report as a file, from its beginning; gone when it is closed. Raises WrongValue."""
    with TemporaryFile(prefix="figurine-report-") as file:
        _WRITERS[format](table, file)
        file.seek(0)
        yield file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """What is in a file, from where it stands."""
    while piece := file.read(_PIECE):
        yield piece


def _write_csv(table: Table, file: IO[bytes]) -> None:
    """RFC 4180, in UTF-8, with a line of names."""
    with _text(file) as text:
        writer = csv.DictWriter(text, [column.name for column in table.columns])
        writer.writeheader()
        writer.writerows(table.checked())


def _write_json(table: Table, file: IO[bytes]) -> None:
    with _text(file) as text:
        columns = [{"name": each.name, "kind": each.kind, "meaning": each.meaning} for each in table.columns]
        text.write(f'{{"name": {json.dumps(table.name)}, "columns": {json.dumps(columns)}, "rows": [')
        for number, line in enumerate(_lines(table.checked())):
            text.write(f",{line}" if number else line)
        text.write("]}")


def _write_parquet(table: Table, file: IO[bytes]) -> None:
    import duckdb  # noqa: PLC0415 - 60 MB that only this needs

    with TemporaryDirectory(prefix="figurine-report-") as place:
        lines, sheet = Path(place) / "rows.jsonl", Path(place) / "report.parquet"
        with lines.open("w", encoding="utf-8") as text:
            text.writelines(f"{line}\n" for line in _lines(table.checked()))
        with duckdb.connect(config={**_DUCKDB, "temp_directory": place}) as connection:
            # Every name in it is one of ours; DuckDB takes none as a parameter here.
            connection.execute(
                f"COPY (SELECT {_names(table.columns)} FROM read_json('{lines}', format = 'newline_delimited', "  # noqa: S608 - see above
                f"columns = {{{_types(table.columns)}}})) TO '{sheet}' (FORMAT parquet, COMPRESSION zstd)"
            )
        with sheet.open("rb") as done:
            file.writelines(pieces(done))


_WRITERS: Final[Mapping[Format, Callable[[Table, IO[bytes]], None]]] = {
    Format.CSV: _write_csv,
    Format.JSON: _write_json,
    Format.PARQUET: _write_parquet,
}


@contextmanager
def _text(file: IO[bytes]) -> Generator[TextIOWrapper]:
    """The file as text; it stays open afterwards."""
    text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    yield text
    text.detach()


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    return (json.dumps(row, default=_told) for row in rows)


def _told(value: Value) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _names(columns: Iterable[Column]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _types(columns: Iterable[Column]) -> str:
    return ", ".join(f"'{column.name}': '{_SQL_TYPES[column.kind]}'" for column in columns)

"""A copy of one person's data, as the declarations name and describe it.

files(inventory)                              what the copy will hold
json_lines(connection, inventory, table, …)   the rows of one file, piece by piece
schema_of(table)                              the JSON Schema of one row
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from common.database import Connection
from common.inventory.declarations import Bucket, Inventory, Table
from common.inventory.terms import AsFiles, AsJson, Withheld
from common.inventory.whose import Subject, rows_of

ROWS_AT_ONCE = 500
# Opens a sealed column: its bytes, and the place it was sealed for, as in "accounts.email".
Open = Callable[[bytes, str], bytes]


def json_files(inventory: Inventory) -> Iterator[tuple[str, Table]]:
    """The files of the copy that hold rows: path, and the table they come from."""
    for table in inventory.tables:
        if isinstance(table.export, AsJson):
            yield table.export.path, table


def folders(inventory: Inventory) -> Iterator[tuple[str, Bucket]]:
    """The folders of the copy that hold objects: path, and the bucket they come from."""
    for bucket in inventory.buckets:
        if isinstance(bucket.export, AsFiles):
            yield bucket.export.folder, bucket


def left_out(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """What the copy does not hold, and why: by what it is called, with the reason."""
    for declared in (*inventory.tables, *inventory.buckets):
        if isinstance(declared.export, Withheld):
            yield declared.what, declared.export.because
    for _, table in json_files(inventory):
        for column in map(table.column, table.columns):
            if column.withheld:
                yield f"{table.what}: {column.sentence}", column.withheld


def json_rows(
    connection: Connection, inventory: Inventory, table: Table, subject: Subject, open_sealed: Open
) -> Iterator[bytes]:
    """The person's rows as one JSON array, in pieces of a few hundred rows; constant memory."""
    names = [name for name in table.columns if not table.column(name).withheld]
    query = sql.SQL("SELECT {} FROM {} WHERE {}").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table.name), rows_of(inventory, table)
    )
    first = True
    with connection.cursor(name=f"export_{table.name}") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(query, subject.parameters())
        yield b"["
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            told = [_told(table, dict(zip(names, row, strict=True)), open_sealed) for row in rows]
            yield (b"" if first else b",") + b",".join(b"\n  " + _json(row) for row in told)
            first = False
        yield b"\n]\n" if not first else b"]\n"


def schema_of(table: Table) -> Mapping[str, Any]:
    """What the rows of a file are, in words a machine and a person can read (JSON Schema 2020-12)."""
    columns = {name: table.column(name) for name in table.columns}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": table.what,
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                name: {"description": column.sentence} for name, column in columns.items() if not column.withheld
            },
            "required": [name for name, column in columns.items() if not column.withheld],
            "additionalProperties": False,
        },
    }


def _told(table: Table, row: Mapping[str, Any], open_sealed: Open) -> Mapping[str, Any]:
    return {
        name: _opened(value, f"{table.name}.{name}", open_sealed) if table.column(name).sealed else value
        for name, value in row.items()
    }


def _opened(value: bytes | None, place: str, open_sealed: Open) -> Any:
    if value is None:
        return None
    plain = open_sealed(bytes(value), place)
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return plain


def _json(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, default=_plain, ensure_ascii=False).encode()


def _plain(value: object) -> object:
    match value:
        case UUID():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case _:
            message = f"a {type(value).__name__} has no place in JSON"
            raise TypeError(message)

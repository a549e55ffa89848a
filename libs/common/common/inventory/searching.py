"""Where a value of one person's stands, in every column that is declared; sealed ones are opened.

find(connection, inventory, subject, look, open_sealed) -> Iterator[Found]

The independent look behind a correction: it knows nothing of who wrote the value where.
"""

import json
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from common.database import Connection
from common.inventory.declarations import Inventory, Table
from common.inventory.exporting import ROWS_AT_ONCE, Open
from common.inventory.whose import Subject, rows_of

# Most columns have few different texts: each is looked at once, as long as there are not too many to remember.
REMEMBERED = 10_000
# The fields whose value stands in a text.
Look = Callable[[str], Set[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A field's value stands in a column of a table, in one row or in many."""

    table: Table
    column: str
    field: str


def find(
    connection: Connection, inventory: Inventory, subject: Subject, look: Look, open_sealed: Open
) -> Iterator[Found]:
    """Every column of the person's rows in which `look` sees something, each once; constant memory.

    Digests and other bytes that are not sealed hold no value that could be read, and are passed over.
    """
    for table in inventory.tables:
        if table.subject is not None:
            yield from _find_in(connection, inventory, table, subject, look=look, open_sealed=open_sealed)


def _find_in(
    connection: Connection, inventory: Inventory, table: Table, subject: Subject, *, look: Look, open_sealed: Open
) -> Iterator[Found]:
    names = list(table.columns)
    query = sql.SQL("SELECT {} FROM {} WHERE {}").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table.name), rows_of(inventory, table)
    )
    seen: set[tuple[str, str]] = set()
    looked_at: set[tuple[str, str]] = set()
    with connection.cursor(name=f"search_{table.name}") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(query, subject.parameters())
        for row in cursor:
            for name, value in zip(names, row, strict=True):
                text = _text(table, name, value, open_sealed)
                if text and (name, text) not in looked_at:
                    seen.update((name, field) for field in look(text))
                    if len(looked_at) < REMEMBERED:
                        looked_at.add((name, text))
    for name, field in sorted(seen):
        yield Found(table=table, column=name, field=field)


def _text(table: Table, name: str, value: Any, open_sealed: Open) -> str:
    match value:
        case str():
            return value
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case bytes() if table.column(name).sealed:
            return open_sealed(value, f"{table.name}.{name}").decode(errors="replace")
        case _:
            return ""

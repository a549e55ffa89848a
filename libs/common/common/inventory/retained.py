"""What of a person's would outlive an erasure, on what ground and until when, told before anybody asks for one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import sql

from common.database import Connection
from common.inventory.declarations import Inventory, Table
from common.inventory.keeping import end_of, law_of
from common.inventory.record import entries
from common.inventory.terms import Delete
from common.inventory.whose import Subject, rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """A kind of record that stays: how many there are, why, by which law, and until when the last of them."""

    what: str
    count: int
    why: str
    ground: str
    until: str | None


def retained(connection: Connection, inventory: Inventory, subject: Subject) -> Iterator[Retained]:
    """What a service would keep of a person, if it holds any of it, in the caller's transaction."""
    told = {entry.key: entry for entry in entries(inventory)}
    for table in inventory.tables:
        if table.subject is None or isinstance(table.erase, Delete):
            continue
        count, until = _held(connection, inventory, table, subject)
        if count:
            why = told[table.name].erased
            yield Retained(what=table.what, count=count, why=why, ground=law_of(table), until=until)


def _held(connection: Connection, inventory: Inventory, table: Table, subject: Subject) -> tuple[int, str | None]:
    query = sql.SQL("SELECT count(*), max({}) FROM {} WHERE {}").format(
        end_of(table), sql.Identifier(table.name), rows_of(inventory, table)
    )
    row = connection.execute(query, subject.parameters()).fetchone()
    count, until = row if row else (0, None)
    return int(count), until.isoformat() if isinstance(until, datetime | date) else None

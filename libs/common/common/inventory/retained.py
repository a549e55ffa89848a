"""What of a person's would outlive an erasure, on what ground and until when, told before anybody asks for one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import sql

from common.database import Connection
from common.inventory.declarations import Inventory, Table
from common.inventory.record import entries
from common.inventory.terms import Delete, Period, Until
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
            ground = table.retain.ground if isinstance(table.retain, Period) else ""
            yield Retained(what=table.what, count=count, why=told[table.name].erased, ground=ground, until=until)


def _held(connection: Connection, inventory: Inventory, table: Table, subject: Subject) -> tuple[int, str | None]:
    query = sql.SQL("SELECT count(*), max({}) FROM {} WHERE {}").format(
        _end(table), sql.Identifier(table.name), rows_of(inventory, table)
    )
    row = connection.execute(query, subject.parameters()).fetchone()
    count, until = row if row else (0, None)
    return int(count), until.isoformat() if isinstance(until, datetime | date) else None


def _end(table: Table) -> sql.Composable:
    match table.retain:
        case Until(column=column):
            return sql.Identifier(column)
        case Period(after=str(column)) as period:
            return sql.SQL("{} + {}::interval").format(sql.Identifier(column), period.interval)
        case _:
            return sql.SQL("NULL::timestamptz")

"""In which order tables are emptied: whatever refers to a row goes before it, and the keys go last."""

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter

from common.database import Connection
from common.inventory.declarations import Inventory, Table
from common.inventory.shared import PERSON_KEYS
from common.inventory.terms import Via


def emptying_order(connection: Connection, inventory: Inventory) -> list[Table]:
    """The tables about people, those that lean on others first.

    A table leans on another when its rows find their subject there, or by a foreign key of the live schema; and all
    lean on that of the keys they may lie under. Raises graphlib.CycleError for tables that lean on each other.
    """
    tables = {table.name: table for table in inventory.tables if table.subject is not None}
    # The sorter yields what is leant on first; what leans goes first here.
    sorter = TopologicalSorter({name: set[str]() for name in tables})
    for leaning, on in (*_declared(tables), *_foreign_keys(connection)):
        if leaning in tables and on in tables and leaning != on:
            sorter.add(leaning, on)
    return [tables[name] for name in reversed(list(sorter.static_order()))]


def _declared(tables: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    for name, table in tables.items():
        yield name, PERSON_KEYS
        if isinstance(table.subject, Via):
            yield name, table.subject.table


def _foreign_keys(connection: Connection) -> list[tuple[str, str]]:
    return connection.execute(
        """
        SELECT leaning.relname, leant.relname
          FROM pg_constraint
          JOIN pg_class leaning ON leaning.oid = conrelid
          JOIN pg_class leant ON leant.oid = confrelid
         WHERE contype = 'f' AND leaning.relnamespace = current_schema()::regnamespace
        """
    ).fetchall()

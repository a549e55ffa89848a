"""In which order tables are emptied: whatever refers to a row goes before it, and the keys go last."""

from graphlib import TopologicalSorter

from common.database import Connection
from common.inventory.declarations import Inventory, Table
from common.inventory.shared import PERSON_KEYS
from common.inventory.terms import Via


def emptying_order(connection: Connection, inventory: Inventory) -> list[Table]:
    """The tables about people, those that lean on others first.

    A table leans on another when its rows find their subject there, or by a foreign key of the
    live schema; and every table leans on that of the keys it may lie under. Raises graphlib.CycleError for tables that lean on each other.
    """
    tables = {table.name: table for table in inventory.tables if table.subject is not None}
    # The sorter yields what is leant on first; what leans goes first here.
    sorter = TopologicalSorter({name: set[str]() for name in tables})
    for name, table in tables.items():
        if isinstance(table.subject, Via) and table.subject.table != name:
            sorter.add(name, table.subject.table)
    for leaning, on in _foreign_keys(connection):
        if leaning in tables and on in tables and leaning != on:
            sorter.add(leaning, on)
    if PERSON_KEYS in tables:
        for name in tables.keys() - {PERSON_KEYS}:
            sorter.add(name, PERSON_KEYS)
    return [tables[name] for name in reversed(list(sorter.static_order()))]


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

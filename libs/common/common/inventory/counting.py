"""How much of one person a service holds, by what it declares."""

from collections.abc import Mapping

from psycopg import sql

from common.database import Connection
from common.inventory.declarations import Bucket, Inventory, Table
from common.inventory.whose import Subject, rows_of, table_named


def count_held(connection: Connection, inventory: Inventory, subject: Subject) -> Mapping[str, int]:
    """The rows of every table about people, and the objects their rows name, by `key_of` of the declaration.

    One query, so that all numbers are of one moment. Objects are counted by the rows that name
    them and do not say they are gone; what really lies in the store is counted there.
    """
    counts = [_rows(inventory, table) for table in inventory.tables if table.subject is not None]
    counts += [_objects(inventory, bucket) for bucket in inventory.buckets if bucket.subject is not None]
    if not counts:
        return {}
    rows = connection.execute(sql.SQL(" UNION ALL ").join(counts), subject.parameters()).fetchall()
    return dict(rows)


def key_of(declared: Table | Bucket) -> str:
    """How a declaration is named among those of its service: `accounts`, `uploads/`."""
    return declared.name if isinstance(declared, Table) else f"{declared.name}/{declared.prefix}"


def _rows(inventory: Inventory, table: Table) -> sql.Composed:
    return sql.SQL("SELECT {}, count(*) FROM {} WHERE {}").format(
        key_of(table), sql.Identifier(table.name), rows_of(inventory, table)
    )


def _objects(inventory: Inventory, bucket: Bucket) -> sql.Composed:
    named = bucket.subject
    if named is None:
        message = f"{bucket.name} is about nobody"
        raise LookupError(message)
    table = table_named(inventory, named.table)
    return sql.SQL("SELECT {}, count({}) FROM {} WHERE {}{}").format(
        key_of(bucket),
        sql.Identifier(named.column),
        sql.Identifier(table.name),
        rows_of(inventory, table),
        sql.SQL(" AND {} IS NULL").format(sql.Identifier(named.gone)) if named.gone else sql.SQL(""),
    )

"""Forgets what is past its declared period, batch by batch."""

from collections.abc import Mapping
from datetime import datetime

from psycopg import sql

from common.database import Connection
from common.inventory.declarations import Inventory, Table
from common.inventory.terms import Delete, Period, Until

BATCH = 5000
# Further ahead than any two clocks are apart that are kept right.
AHEAD = "1 hour"


def forget_expired(
    connection: Connection, inventory: Inventory, now: datetime, *, limit: int = BATCH
) -> Mapping[str, int]:
    """Delete rows whose time is over, at most `limit` of each table; returns how many, where there were any.

    Only tables whose rows are destroyed by erasure, or are about nobody: what has to be kept
    under another name, or goes by a rule of its own, is not deleted for its age alone.
    """
    # A day begins at midnight in UTC, whatever zone the server is in.
    connection.execute("SELECT set_config('timezone', 'UTC', true)")
    forgotten = {
        table.name: connection.execute(
            _deletion(table, overdue, locked=_may_rewrite(connection, table)), {"now": now, "limit": limit}
        ).rowcount
        for table in inventory.tables
        if (overdue := overdue_of(table)) is not None
    }
    return {name: count for name, count in forgotten.items() if count}


def count_overdue(connection: Connection, inventory: Inventory, now: datetime) -> Mapping[str, int]:
    """How many rows of each table are past their period; what is not zero waits for `forget_expired`."""
    counts = {
        table.name: connection.execute(
            sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(table.name), condition), {"now": now}
        ).fetchone()
        for table in inventory.tables
        if (condition := overdue_of(table)) is not None
    }
    return {name: int(row[0]) if row else 0 for name, row in counts.items()}


def put_right(connection: Connection, inventory: Inventory, now: datetime, *, limit: int = BATCH) -> Mapping[str, int]:
    """Bring back moments that cannot be, at most `limit` of each table; returns how many, where there were any.

    A row that was written while a clock ran ahead would be kept for too long, or for ever: its period begins now.
    Where the moment is part of what tells rows apart, two could become one: there the row goes. What the service may
    not rewrite stays as it was written.
    """
    connection.execute("SELECT set_config('timezone', 'UTC', true)")
    changed = {
        table.name: connection.execute(query, {"now": now, "limit": limit}).rowcount
        for table in inventory.tables
        if ends_by_age(table)
        and _may_rewrite(connection, table)
        and (query := _correction(table, of_a_key=_is_of_a_key(connection, table))) is not None
    }
    return {name: count for name, count in changed.items() if count}


def ends_by_age(table: Table) -> bool:
    """Whether `forget_expired` deletes what is too old of it."""
    return overdue_of(table) is not None


def _correction(table: Table, *, of_a_key: bool) -> sql.Composed | None:
    match table.retain:
        case Until(column=column, within=Period() as within):
            latest = sql.SQL("(%(now)s + {}::interval)").format(within.interval)
        case Period(after=str(column)):
            latest = sql.SQL("%(now)s")
        case _:
            return None
    change = sql.SQL("DELETE FROM {table}" if of_a_key else "UPDATE {table} SET {column} = {latest}")
    return sql.SQL(
        "{change} WHERE ctid = ANY(ARRAY("
        "SELECT ctid FROM {table} WHERE {column} > {latest} + {ahead}::interval"
        " LIMIT %(limit)s FOR UPDATE SKIP LOCKED)) AND {column} > {latest} + {ahead}::interval"
    ).format(
        change=change.format(table=sql.Identifier(table.name), column=sql.Identifier(column), latest=latest),
        table=sql.Identifier(table.name),
        column=sql.Identifier(column),
        latest=latest,
        ahead=AHEAD,
    )


def _deletion(table: Table, overdue: sql.Composed, *, locked: bool) -> sql.Composed:
    # By physical place: a table need not have a key of one column. A row that moved meanwhile waits for the next time.
    # A place is of one partition: in another one the same may be a row whose time is not over, which the second
    # condition spares. To pass over what somebody works on takes the right to change it; where nobody has that, nobody
    # works on it.
    return sql.SQL(
        "DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE {over} LIMIT %(limit)s {lock}))"
        " AND {over}"
    ).format(table=sql.Identifier(table.name), over=overdue, lock=sql.SQL("FOR UPDATE SKIP LOCKED" if locked else ""))


def _may_rewrite(connection: Connection, table: Table) -> bool:
    """Whether the service's role may change the moment that its rows are judged by."""
    match table.retain:
        case Until(column=column) | Period(after=str(column)):
            ((may,),) = connection.execute(
                "SELECT has_column_privilege(quote_ident(%s), %s, 'UPDATE')", [table.name, column]
            ).fetchall()
            return bool(may)
        case _:
            return False


def _is_of_a_key(connection: Connection, table: Table) -> bool:
    """Whether the moment that the rows are judged by is part of what tells them apart."""
    match table.retain:
        case Until(column=column) | Period(after=str(column)):
            ((is_part,),) = connection.execute(
                """
                SELECT EXISTS (SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
                                WHERE indrelid = quote_ident(%s)::regclass AND indisunique AND attname = %s)
                """,
                [table.name, column],
            ).fetchall()
            return bool(is_part)
        case _:
            return False


def overdue_of(table: Table) -> sql.Composed | None:
    """The condition that is true of rows whose time is over at `%(now)s`; None for a table whose rows have no end."""
    if table.subject is not None and not isinstance(table.erase, Delete):
        return None
    match table.retain:
        case Until(column=column):
            return sql.SQL("{} <= %(now)s").format(sql.Identifier(column))
        case Period(after=str(column)) as period:
            return sql.SQL("{} <= %(now)s - {}::interval").format(sql.Identifier(column), period.interval)
        case _:
            return None

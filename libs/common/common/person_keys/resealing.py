"""What was sealed before people had keys moves under them: the wrapped key of each value, never the value."""

from collections.abc import Iterator, Mapping
from uuid import UUID

import structlog
from psycopg import sql

from common.clock import Clock
from common.database import Connection, Database
from common.inventory import Delete, Inventory, Table
from common.person_keys.keys import PersonKeys
from common.sealing import Sealer, Unsealable

_log = structlog.stdlib.get_logger("common.person_keys")
AT_ONCE = 200
# As the partial indexes have it word for word; cut out, so that a long value is not fetched for its first byte.
_UNDER_THE_KEYRING = sql.SQL(r"substring({} from 1 for 1) = '\x01'::bytea")


def reseal_rows(
    database: Database, inventory: Inventory, keys: PersonKeys, clock: Clock, *, limit: int = AT_ONCE
) -> int:
    """Move values under the keys of their owners, at most `limit` of each column; returns how many.

    Only those that erasure destroys: what is kept by law has to be read when its owner's key is gone.
    Rows that somebody else has locked come next time. One transaction per column.
    """
    return sum(
        _reseal(database, table, column, owner=owner, keys=keys, clock=clock, limit=limit)
        for table, column, owner in _columns(inventory)
    )


def count_old_forms(connection: Connection, inventory: Inventory) -> Mapping[tuple[str, int], int]:
    """How many values of each sealed column need a version of the keyring itself, by column and version."""
    counted: dict[tuple[str, int], int] = {}
    for table, column in _sealed(inventory):
        query = sql.SQL(
            "SELECT encode(substring({column} from 2 for 4), 'hex'), count(*) FROM {table} WHERE {old} GROUP BY 1"
        ).format(
            column=sql.Identifier(column),
            table=sql.Identifier(table.name),
            old=_UNDER_THE_KEYRING.format(sql.Identifier(column)),
        )
        for version, count in connection.execute(query).fetchall():
            counted[f"{table.name}.{column}", int(version, 16)] = count
    return counted


def _sealed(inventory: Inventory) -> Iterator[tuple[Table, str]]:
    for table in inventory.tables:
        yield from ((table, column) for column in table.columns if table.column(column).sealed)


def _columns(inventory: Inventory) -> Iterator[tuple[Table, str, str]]:
    """Table, sealed column, and the column that says whose it is."""
    for table, column in _sealed(inventory):
        # Every table that was there before people had keys names its owner itself.
        if isinstance(table.subject, str) and isinstance(table.erase, Delete):
            yield table, column, table.subject


def _reseal(
    database: Database, table: Table, column: str, *, owner: str, keys: PersonKeys, clock: Clock, limit: int
) -> int:
    names = {
        "table": sql.Identifier(table.name),
        "column": sql.Identifier(column),
        "owner": sql.Identifier(owner),
        "old": _UNDER_THE_KEYRING.format(sql.Identifier(column)),
    }
    find = sql.SQL(
        "SELECT ctid::text, {owner}, {column} FROM {table} WHERE {old} AND {owner} IS NOT NULL"
        "   AND encode(substring({column} from 2 for 4), 'hex') = ANY(%s) LIMIT %s FOR NO KEY UPDATE SKIP LOCKED"
    ).format(**names)
    # Locked, a row stays where it is until this transaction ends.
    change = sql.SQL("UPDATE {table} SET {column} = %s WHERE ctid = %s::tid").format(**names)
    versions = [f"{version:08x}" for version in keys.keyring.versions]
    with database.begin() as connection, connection.cursor() as cursor:
        rows: list[tuple[str, UUID, bytes]] = connection.execute(find, [versions, limit]).fetchall()
        sealer = keys.sealer(connection, clock, owners={whose for _, whose, _ in rows})
        moved = [(new, place) for place, whose, sealed in rows if (new := _moved(sealer, sealed, whose))]
        cursor.executemany(change, moved)
    if len(moved) < len(rows):
        _log.error("values that do not open", table=table.name, column=column, count=len(rows) - len(moved))
    return len(moved)


def _moved(sealer: Sealer, sealed: bytes, owner: UUID) -> bytes | None:
    """The value under its owner's key; None for one that was changed by somebody, which must not hold up the rest."""
    try:
        return sealer.rewrap(sealed, owner=str(owner))
    except Unsealable:
        return None

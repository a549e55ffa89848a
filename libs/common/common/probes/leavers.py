"""Promise R3: no row of anybody who left, not even one that somebody wrote too late.

Nobody can say who left: a tombstone is a keyed digest. So people are taken from the tables, the newest and some by
chance, and each is asked whether she has one.

Broken on purpose: a row is written about somebody who is gone, by the service's own role, past its fence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from psycopg import sql

from common.database import Connection
from common.erasure.fence import Fence
from common.inventory import Blank, Delete, Inventory, Pseudonymise, Table
from common.probes.finding import Finding
from common.probes.probe import Look, Probe

# Of each table: so many of the newest rows, and what stands on about so many pages chosen by chance.
_NEWEST: Final = 200
_PAGES: Final = 4
_BY_CHANCE: Final = 300
# What was written while the door was being shut is found by the eraser, which then goes on.
_GRACE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """A table as it lies there: the columns of its key, and its size in pages."""

    key: Sequence[str]
    pages: int


def nobody_who_left(inventory: Inventory, fence: Fence | None) -> Probe:
    """Look for people who are gone in every table that says whose its rows are."""
    tables = [table for table in inventory.tables if _forgets(table)]

    def check(look: Look) -> Finding:
        if fence is None:
            return Finding.not_applicable("Nobody can be deleted here: there is no key to know who left by.")
        with look.read() as connection:
            shapes = _shapes(connection)
            people = {table.name: _people(connection, table, shapes[table.name]) for table in tables}
            everybody = {user_id for found in people.values() for user_id in found}
            gone = _gone(connection, fence, everybody, look)
        where = sorted(name for name, found in people.items() if found & gone)
        left = f"{len(gone)} of them have left: their rows are in {', '.join(where)}" if gone else "none of them left"
        return Finding.of(
            f"{len(everybody)} people were taken from {len(tables)} tables of {inventory.service}, the newest and some "
            f"by chance: {left}.",
            broken=bool(gone),
            people=len(everybody),
            tables=len(tables),
            gone=len(gone),
        )

    return Probe(promise="R3", name="nobody who left", check=check)


def _forgets(table: Table) -> bool:
    """Whether erasure leaves no row of it under the person's own id."""
    match table.subject, table.erase:
        case str(), Delete():
            return True
        case str(column), Blank(columns=columns) | Pseudonymise(columns=columns):
            return column in columns
        case _:
            return False


def _shapes(connection: Connection) -> Mapping[str, _Shape]:
    rows = connection.execute(
        """
        SELECT relname, pg_relation_size(pg_class.oid) / current_setting('block_size')::bigint,
               ARRAY(SELECT attname::text
                       FROM unnest(indkey::int2[]) WITH ORDINALITY AS part (number, place)
                       JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = part.number
                      ORDER BY place)
          FROM pg_class LEFT JOIN pg_index ON indrelid = pg_class.oid AND indisprimary
         WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        """
    ).fetchall()
    return {name: _Shape(key=key, pages=pages) for name, pages, key in rows}


def _people(connection: Connection, table: Table, shape: _Shape) -> set[UUID]:
    newest = sql.SQL("(SELECT {person} FROM {table} ORDER BY {key} LIMIT {newest})")
    by_chance = sql.SQL("(SELECT {person} FROM {table} TABLESAMPLE SYSTEM ({percent}) LIMIT {by_chance})")
    terms = {
        "person": sql.Identifier(str(table.subject)),
        "table": sql.Identifier(table.name),
        "key": sql.SQL(", ").join(sql.SQL("{} DESC").format(sql.Identifier(column)) for column in shape.key),
        "newest": _NEWEST,
        "percent": 100 * min(1.0, _PAGES / max(shape.pages, 1)),
        "by_chance": _BY_CHANCE,
    }
    parts = [part.format(**terms) for part in ((newest, by_chance) if shape.key else (by_chance,))]
    rows = connection.execute(sql.SQL(" UNION ").join(parts)).fetchall()
    return {user_id for (user_id,) in rows if user_id is not None}


def _gone(connection: Connection, fence: Fence, people: set[UUID], look: Look) -> set[UUID]:
    marks = {fence.mark(user_id): user_id for user_id in people}
    rows = connection.execute(
        "SELECT person FROM tombstones WHERE person = ANY(%s) AND gone_at < %s",
        [list(marks), look.clock.now() - _GRACE],
    ).fetchall()
    return {marks[bytes(mark)] for (mark,) in rows}

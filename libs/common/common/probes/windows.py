"""Parts of tables: the newest rows and some that chance chooses, never a whole one unless it is small.

tables(connection) -> [Stored]                every table of the service's schema, declared or not
rows(connection, stored, limit=…) -> [dict]   some of its rows, each once
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import DataError, sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.rows import dict_row
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader

from common.database import Connection

# Of each table so many pages (8 KiB) at its end and as many elsewhere, and so many rows from the end of its key.
PAGES: Final = 2
ROWS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A table as it lies in the database."""

    name: str
    # The table as it is declared: of a partition, that which it is a part of.
    of: str
    pages: int
    # In their order; none where it has no primary key.
    key: Sequence[str]


def tables(connection: Connection) -> list[Stored]:
    """Every table of the schema; of one that is partitioned, every part."""
    rows = connection.execute(
        """
        SELECT pg_class.relname, coalesce(whole.relname, pg_class.relname),
               pg_relation_size(pg_class.oid) / current_setting('block_size')::bigint,
               ARRAY(SELECT attname::text
                       FROM pg_index, unnest(indkey) WITH ORDINALITY AS part (number, place)
                       JOIN pg_attribute ON attnum = number AND attrelid = pg_class.oid
                      WHERE indrelid = pg_class.oid AND indisprimary ORDER BY place)
          FROM pg_class
          LEFT JOIN pg_inherits ON inhrelid = pg_class.oid AND pg_class.relispartition
          LEFT JOIN pg_class AS whole ON whole.oid = inhparent
         WHERE pg_class.relkind = 'r' AND pg_class.relnamespace = current_schema()::regnamespace
         ORDER BY pg_class.relname
        """
    ).fetchall()
    return [Stored(name=name, of=of, pages=pages, key=key) for name, of, pages, key in rows]


def rows(connection: Connection, stored: Stored, *, limit: int = ROWS) -> list[Mapping[str, Any]]:
    """Rows from the end of the primary key, from the last pages, and from pages that chance chooses."""
    seen: dict[str, Mapping[str, Any]] = {}
    with connection.cursor(row_factory=dict_row) as cursor:
        for kind, loader in _LOADERS.items():
            cursor.adapters.register_loader(kind, loader)
        for query in _queries(stored, limit):
            for row in cursor.execute(query):
                seen[row.pop("ctid")] = row
    return list(seen.values())


def _queries(stored: Stored, limit: int) -> Iterator[sql.Composed]:
    table, count = sql.Identifier(stored.name), sql.Literal(limit)
    if stored.key:
        order = sql.SQL(", ").join(sql.SQL("{} DESC").format(sql.Identifier(name)) for name in stored.key)
        # Two things may need the same page: the database's own name for a row tells them apart.
        yield sql.SQL("SELECT ctid::text, * FROM {} ORDER BY {} LIMIT {}").format(table, order, count)
    last = max(0, stored.pages - PAGES)
    for first in {last, random.randint(0, last)}:  # noqa: S311 - which part is read need not be a secret
        # All rows of a page, or those in its lower half would never be seen.
        yield sql.SQL("SELECT ctid::text, * FROM {} WHERE ctid >= {}::tid AND ctid < {}::tid").format(
            table, sql.Literal(f"({first},0)"), sql.Literal(f"({first + PAGES},0)")
        )


class _AsFarAsItGoes(Loader):
    """What Python has no moment for, as `infinity`, comes as Postgres writes it: one such row would blind a probe."""

    _exact: type[Loader]

    def load(self, data: Buffer) -> Any:
        try:
            return self._exact(self.oid).load(data)
        except DataError:
            return bytes(data).decode()


class _Day(_AsFarAsItGoes):
    _exact = DateLoader


class _LocalMoment(_AsFarAsItGoes):
    _exact = TimestampLoader


class _Moment(_AsFarAsItGoes):
    _exact = TimestamptzLoader


_LOADERS: Final = {"date": _Day, "timestamp": _LocalMoment, "timestamptz": _Moment}

"""Rows, out of one snapshot and back: COPY in text, compressed, a file for each table.

The schema itself is not copied. It is made anew by the migrations that had been applied, whose names and checksums go
with the rows: with roles, rights, triggers and functions as the code of that day made them.
"""

import tempfile
import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from common.migrations import COMMON, migrate, versions
from ops.backup.archive import Pieces
from ops.backup.failures import BackupFailed
from ops.embedded.site import PROJECT
from ops.services import SERVICES

# What makes sealed things readable, or pseudonyms people's: kept apart, and for a shorter time.
APART = frozenset({"person_keys", "pseudonym_keys", "visitor_keys"})
# What lets somebody in, or stands for a moment: a backup must not bring back what was ended since. Unlogged tables are
# left out as well: they hold counts of the last minute.
LEFT_OUT = frozenset(
    {
        *("gateway.sessions", "gateway.sign_in_steps", "gateway.passkey_challenges"),
        *("gateway.recoveries", "gateway.recovery_wishes"),
    }
)
_MIGRATIONS = "migrations"
_LEVEL = 6
_LOCK_TRIES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One table in a backup."""

    table: str
    columns: Sequence[str]
    rows: int

    @property
    def apart(self) -> bool:
        """Whether it is one of keys."""
        return self.table.partition(".")[2] in APART

    def told(self) -> dict[str, object]:
        """For a manifest."""
        return asdict(self)


@contextmanager
def outboxes_at_rest(url: str) -> Generator[None]:
    """While the block lasts, no event is recorded anywhere and none leaves its outbox. Keep it short.

    Raises BackupFailed. Whoever holds an outbox and waits for somebody who waits for us goes first: we ask again, well
    before Postgres would end one of them for a deadlock.
    """
    wanted = sql.SQL(", ").join(sql.Identifier(service, "outbox") for service in SERVICES)
    with psycopg.connect(url) as connection:
        for _ in range(_LOCK_TRIES):
            try:
                connection.execute("SET LOCAL lock_timeout = '300ms'")
                connection.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(wanted))
            except psycopg.errors.LockNotAvailable:
                connection.rollback()
            else:
                break
        else:
            raise BackupFailed("The outboxes were never at rest together: too much is going on. Try again later.")
        yield


class Snapshot:
    """Every table of every service, of one moment."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self.moment: datetime = self._one(sql.SQL("SELECT now()"))

    @classmethod
    @contextmanager
    def of(cls, url: str) -> Generator["Snapshot"]:
        """While the block lasts, whatever others change meanwhile."""
        with psycopg.connect(url) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield cls(connection)

    def size(self) -> int:
        """How many bytes the database takes: more than its copy will."""
        return int(self._one(sql.SQL("SELECT pg_database_size(current_database())")))

    def migrations(self) -> dict[str, dict[str, str]]:
        """What had been applied to each schema: checksums by name."""
        return {service: dict(self._rows(service)) for service in SERVICES}

    def tables(self) -> list[Kept]:
        """What is to be copied, without the rows."""
        found = self._connection.execute(
            """
            SELECT nspname || '.' || relname,
                   array_agg(attname::text ORDER BY attnum)
              FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
              JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
             WHERE nspname = ANY(%s) AND relkind IN ('r', 'p') AND NOT relispartition
               AND relpersistence = 'p' AND relname <> %s
             GROUP BY 1 ORDER BY 1
            """,
            [list(SERVICES), _MIGRATIONS],
        ).fetchall()
        return [Kept(table=table, columns=columns, rows=0) for table, columns in found if table not in LEFT_OUT]

    def count(self, kept: Kept) -> Kept:
        """The same with how many rows it has."""
        query = sql.SQL("SELECT count(*) FROM {}").format(_name(kept.table))
        (rows,) = self._connection.execute(query).fetchone() or (0,)
        return Kept(table=kept.table, columns=kept.columns, rows=rows)

    def read(self, kept: Kept) -> Pieces:
        """The rows as a file."""
        return Pieces(self._compressed(kept))

    def _compressed(self, kept: Kept) -> Iterator[bytes]:
        # By way of a query: a table in partitions is copied as one, and falls into those that are there on its return.
        statement = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(_columns(kept), _name(kept.table))
        press = zlib.compressobj(_LEVEL)
        with self._connection.cursor().copy(statement) as copy:
            for rows in copy:
                if piece := press.compress(bytes(rows)):
                    yield piece
        yield press.flush()

    def _one(self, query: sql.SQL) -> Any:
        row = self._connection.execute(query).fetchone()
        return row[0] if row else None

    def _rows(self, service: str) -> list[tuple[str, str]]:
        query = sql.SQL("SELECT name, checksum FROM {}").format(sql.Identifier(service, _MIGRATIONS))
        return self._connection.execute(query).fetchall()


def migrate_to(owners: Mapping[str, str], applied: Mapping[str, Mapping[str, str]]) -> None:
    """Bring empty schemas to where they were; raises BackupFailed where this release knows another way there."""
    for service, known in applied.items():
        folder = PROJECT / "services" / service / service / "migrations"
        ours = versions(folder)
        strange = sorted(name for name, checksum in known.items() if ours.get(name) != checksum)
        if strange:
            raise BackupFailed(
                f"The backup has migrations of {service} that this release does not know ({', '.join(strange)}): "
                "restore with the release that made it, or a later one."
            )
        with _only(folder, known) as (common, own):
            migrate(owners[service], own, common=common)


@contextmanager
def _only(folder: Path, names: Iterable[str]) -> Generator[tuple[Path, Path]]:
    """Two folders with just these files: those of all services, and the service's own."""
    with tempfile.TemporaryDirectory() as made:
        common, own = Path(made) / "common", Path(made) / "own"
        common.mkdir()
        own.mkdir()
        for name in names:
            source, target = (COMMON, common) if name.startswith("common/") else (folder, own)
            file = name.removeprefix("common/")
            (target / file).write_text((source / file).read_text())
        yield common, own


class Refill:
    """One transaction that empties every table and fills those that were kept."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    @classmethod
    @contextmanager
    def of(cls, url: str) -> Generator["Refill"]:
        """Committed when the block ends well. Triggers and references wait, as they do for pg_restore."""
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = replica")
            yield cls(connection)

    def empty(self) -> None:
        """Also of what migrations put into tables: the rows of then come back."""
        tables = self.connection.execute(
            """
            SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE nspname = ANY(%s) AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> %s
            """,
            [list(SERVICES), _MIGRATIONS],
        ).fetchall()
        names = sql.SQL(", ").join(sql.Identifier(*table) for table in tables)
        self.connection.execute(sql.SQL("TRUNCATE {}").format(names))

    def fill(self, kept: Kept, pieces: Iterable[bytes]) -> None:
        """Every row of a table again. Raises BackupFailed where it is not as many as were kept."""
        self._copy(_name(kept.table), kept, pieces)

    def fill_keys(self, kept: Kept, pieces: Iterable[bytes], *, until: datetime) -> None:
        """Keys of people, but those of who came later than the rows that are restored."""
        incoming, table = sql.Identifier("incoming"), _name(kept.table)
        self.connection.execute(sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {})").format(incoming, table))
        self._copy(incoming, kept, pieces)
        if "created_at" in kept.columns:
            self.connection.execute("DELETE FROM incoming WHERE created_at > %s", [until])
        names = {"table": table, "columns": _columns(kept)}
        self.connection.execute(
            sql.SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM incoming").format(**names)
        )
        self.connection.execute("DROP TABLE incoming")

    def go_on_counting(self) -> None:
        """Numbers that a table gives by itself begin after those it has."""
        columns = self.connection.execute(
            """
            SELECT table_schema, table_name, column_name FROM information_schema.columns
             WHERE table_schema = ANY(%s) AND is_identity = 'YES'
            """,
            [list(SERVICES)],
        ).fetchall()
        for schema, table, column in columns:
            self.connection.execute(
                sql.SQL(
                    "SELECT setval(pg_get_serial_sequence({}, {}), coalesce(max({}), 0) + 1, false) FROM {}"
                ).format(
                    sql.Literal(f"{schema}.{table}"),
                    sql.Literal(column),
                    sql.Identifier(column),
                    sql.Identifier(schema, table),
                )
            )

    def _copy(self, table: sql.Identifier, kept: Kept, pieces: Iterable[bytes]) -> None:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, _columns(kept))
        press = zlib.decompressobj()
        with self.connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for piece in pieces:
                    copy.write(press.decompress(piece))
                copy.write(press.flush())
            if cursor.rowcount != kept.rows:
                raise BackupFailed(f"{kept.table} has {cursor.rowcount} rows in the backup and had {kept.rows}.")


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split(".", 1))


def _columns(kept: Kept) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, kept.columns))

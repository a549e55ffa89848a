"""Promise S2, looked at while the service runs: what is declared as sealed is, and under a key that there is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from common.database import Connection
from common.inventory import Delete, Inventory, Table
from common.probes import Finding, Look, Probe

# About so many rows of each table are looked at, chosen by chance.
_SOME: Final = 500
# The shortest wrapped key.
_SHORTEST: Final = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Values that were looked at, and what was found: not sealed, under no living key, under the keyring itself."""

    looked_at: int = 0
    plain: int = 0
    keyless: int = 0
    keyring: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            looked_at=self.looked_at + other.looked_at,
            plain=self.plain + other.plain,
            keyless=self.keyless + other.keyless,
            keyring=self.keyring + other.keyring,
        )


def sealed_values(inventory: Inventory) -> Probe:
    """Look at some values of every column that is declared to hold ciphertext or wrapped keys."""

    def check(look: Look) -> Finding:
        with look.read() as connection:
            return _found(connection, inventory)

    return Probe(promise="S2", name="sealed under people's keys", check=check)


def _found(connection: Connection, inventory: Inventory) -> Finding:
    columns = list(_columns(inventory))
    counts = {f"{table.name}.{column}": _look_at(connection, table, column) for table, column in columns}
    seen = sum(counts.values(), Counted())
    wrong = sorted(place for place, count in counts.items() if count.plain or count.keyless)
    sentence = (
        f"Of {len(columns)} columns that have to be encrypted, {seen.looked_at} values were looked at by chance: "
        f"{seen.plain} were not, and {seen.keyless} were under no living key of their owner's."
    )
    return Finding.of(
        sentence,
        broken=bool(wrong),
        looked_at=seen.looked_at,
        plain=seen.plain,
        keyless=seen.keyless,
        # Not wrong: the law wants some read for longer than their owner's key lives, and older ones are still moved.
        under_the_keyring=seen.keyring,
        which=", ".join(wrong[:5]),
    )


def _columns(inventory: Inventory) -> Iterator[tuple[Table, str]]:
    for table in inventory.tables:
        for name in table.columns:
            column = table.column(name)
            if column.sealed or column.key_of is not None:
                yield table, name


def _look_at(connection: Connection, table: Table, column: str) -> Counted:
    """A part of the table as it lies on disk, all of it while it is small; keys and values are of one moment."""
    query = sql.SQL(
        """
        SELECT count(*),
               count(*) FILTER (WHERE length(value) < %(shortest)s OR form NOT IN ('01', '02')),
               count(*) FILTER (WHERE form = '02' AND %(has_to_live)s AND NOT EXISTS (
                                SELECT 1 FROM person_keys WHERE id = named AND (owner IS NULL OR user_id = owner))),
               count(*) FILTER (WHERE form = '01')
          FROM (SELECT {column} AS value, {owner} AS owner,
                       encode(substring({column} from 1 for 1), 'hex') AS form,
                       CASE WHEN length({column}) >= %(shortest)s
                            THEN encode(substring({column} from 2 for 16), 'hex')::uuid END AS named
                  FROM {table} TABLESAMPLE SYSTEM (%(share)s)
                 WHERE {column} IS NOT NULL LIMIT %(most)s) AS sample
        """
    ).format(
        table=sql.Identifier(table.name),
        column=sql.Identifier(column),
        owner=sql.Identifier(table.subject) if isinstance(table.subject, str) else sql.SQL("NULL::uuid"),
    )
    values = {
        "shortest": _SHORTEST,
        # What outlives its owner's account may outlive her key.
        "has_to_live": isinstance(table.erase, Delete),
        "share": min(100.0, 100.0 * _SOME / max(_rows_of(connection, table.name), 1)),
        "most": 2 * _SOME,
    }
    looked_at, plain, keyless, keyring = connection.execute(query, values).fetchone() or (0, 0, 0, 0)
    return Counted(looked_at=looked_at, plain=plain, keyless=keyless, keyring=keyring)


def _rows_of(connection: Connection, table: str) -> float:
    """About how many rows there are; -1 while the server has never counted."""
    row = connection.execute(
        "SELECT reltuples FROM pg_class WHERE relname = %s AND relnamespace = current_schema()::regnamespace", [table]
    ).fetchone()
    return float(row[0]) if row else -1.0

"""Tombstones: one for everybody who asked to be forgotten, in the order in which they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from common.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """Who left, by mark; `number` is the order.

    `aliases` are the pseudonyms under which a service that knows no user ids knew her; the journal alone has them.
    """

    number: int
    person: bytes
    request_id: UUID
    fenced_at: datetime
    aliases: Sequence[bytes] = ()


class Tombstones:
    """One service's tombstones in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, person: bytes, request_id: UUID, *, at: datetime) -> bool:
        """Fence somebody; False where that was done before. Numbers are given to one at a time."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('tombstones'), hashtext(current_schema()))")
        return bool(
            self._connection.execute(
                """
                INSERT INTO tombstones (number, person, request_id, fenced_at)
                SELECT coalesce(max(number), 0) + 1, %s, %s, %s FROM tombstones
                ON CONFLICT (person) DO NOTHING
                """,
                [person, request_id, at],
            ).rowcount
        )

    def restore(self, stone: Tombstone) -> bool:
        """Put one back that the journal knows and this database lost; False where it is there."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO tombstones (number, person, request_id, fenced_at, journaled_at)
                VALUES (%(number)s, %(person)s, %(request_id)s, %(fenced_at)s, %(fenced_at)s)
                ON CONFLICT DO NOTHING
                """,
                {
                    "number": stone.number,
                    "person": stone.person,
                    "request_id": stone.request_id,
                    "fenced_at": stone.fenced_at,
                },
            ).rowcount
        )

    def newest(self) -> int:
        """The number of the latest that stands outside this database too; 0 where there is none."""
        row = self._connection.execute(
            "SELECT coalesce(max(number), 0) FROM tombstones WHERE journaled_at IS NOT NULL"
        ).fetchone()
        return int(row[0]) if row else 0

    def give_way(self, last: int) -> None:
        """Number those that stand nowhere else anew, after the journal's last: it has their numbers already."""
        self._connection.execute(
            """
            UPDATE tombstones SET number = number + greatest(%s, (SELECT max(number) FROM tombstones))
             WHERE journaled_at IS NULL
            """,
            [last],
        )

    def of(self, person: bytes) -> Tombstone | None:
        """Somebody's tombstone."""
        with self._connection.cursor(row_factory=class_row(Tombstone)) as cursor:
            return cursor.execute(
                "SELECT number, person, request_id, fenced_at FROM tombstones WHERE person = %s", [person]
            ).fetchone()

    def is_journaled(self, person: bytes) -> bool:
        """Whether it stands outside this database too."""
        row = self._connection.execute(
            "SELECT journaled_at IS NOT NULL FROM tombstones WHERE person = %s", [person]
        ).fetchone()
        return bool(row and row[0])

    def mark_journaled(self, person: bytes, *, at: datetime) -> None:
        """It stands outside this database too."""
        self._connection.execute("UPDATE tombstones SET journaled_at = %s WHERE person = %s", [at, person])

    def close(self, person: bytes, *, at: datetime) -> None:
        """From here on nothing is written about this person: waits for whoever is writing, then shuts the door."""
        self._connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(encode(%s, 'hex'), hashtext(current_schema())))", [person]
        )
        self._connection.execute(
            "UPDATE tombstones SET gone_at = coalesce(gone_at, %s) WHERE person = %s", [at, person]
        )

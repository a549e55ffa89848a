"""The rows of lots, in literal SQL, inside one transaction. Whoever changes one has locked its account."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row, tuple_row

from billing.domain.lots import Lot, LotKind, Part
from common.database import Connection


class Lots:
    """What is left of every grant."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, lot: Lot) -> bool:
        """Keep a new lot; False when its source has one already."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO lots (id, user_id, kind, source, credits, free, held, owed, touched, extended,
                                  granted_at, expires_at)
                VALUES (%(id)s, %(user_id)s, %(kind)s, %(source)s, %(credits)s, %(credits)s, 0, 0, false, false,
                        %(granted_at)s, %(expires_at)s)
                ON CONFLICT (source) DO NOTHING
                """,
                {
                    "id": lot.id,
                    "user_id": lot.user_id,
                    "kind": lot.kind,
                    "source": lot.source,
                    "credits": lot.credits,
                    "granted_at": lot.granted_at,
                    "expires_at": lot.expires_at,
                },
            ).rowcount
        )

    def open(self, user_id: UUID) -> list[Lot]:
        """The lots of a person that have something in them."""
        with self._connection.cursor(row_factory=kwargs_row(read_lot)) as cursor:
            return cursor.execute(OPEN, [user_id]).fetchall()

    def of_source(self, source: str) -> Lot | None:
        """The lot of a source, spent or not."""
        with self._connection.cursor(row_factory=kwargs_row(read_lot)) as cursor:
            return cursor.execute(
                """
                SELECT id, user_id, kind, source, credits, free, held, owed, granted_at, expires_at, frozen_at,
                       extended
                  FROM lots WHERE source = %s
                """,
                [source],
            ).fetchone()

    def untouched(self, source: str) -> bool:
        """Whether the lot is as whole as when it came."""
        row = self._connection.execute("SELECT NOT touched FROM lots WHERE source = %s", [source]).fetchone()
        return bool(row and row[0])

    def add_freeze(self, lot_id: UUID, cause: str, since: datetime) -> bool:
        """Note why a lot waits; False when it waits for that already."""
        return bool(
            self._connection.execute(
                "INSERT INTO freezes (lot_id, cause, since) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                [lot_id, cause, since],
            ).rowcount
        )

    def end_freeze(self, lot_id: UUID, cause: str) -> bool:
        """A cause is gone; whether it was the last one."""
        gone = self._connection.execute("DELETE FROM freezes WHERE lot_id = %s AND cause = %s", [lot_id, cause])
        left = self._connection.execute("SELECT 1 FROM freezes WHERE lot_id = %s LIMIT 1", [lot_id]).fetchone()
        return bool(gone.rowcount) and left is None

    def owners_of_ended(self, now: datetime, limit: int) -> list[UUID]:
        """People who have credits whose time is over; at most so many."""
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(
                """
                SELECT DISTINCT user_id
                  FROM (SELECT user_id FROM lots
                         WHERE expires_at <= %s AND closed_at IS NULL AND frozen_at IS NULL AND free > 0
                         ORDER BY expires_at LIMIT %s) AS ended
                 ORDER BY user_id
                """,
                [now, limit],
            ).fetchall()
        return [user_id for (user_id,) in rows]


OPEN = """
    SELECT id, user_id, kind, source, credits, free, held, owed, granted_at, expires_at, frozen_at, extended
      FROM lots WHERE user_id = %s AND closed_at IS NULL
    """


def read_lot(*, kind: str, **columns: Any) -> Lot:
    """A lot out of its row."""
    return Lot(kind=LotKind(kind), **columns)


def read_part(*, drawn: int, **columns: Any) -> Part:
    """A part of a hold out of its row."""
    return Part(credits=drawn, lot=read_lot(**columns))

"""What operators have to be told, and whether they were."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from gateway.domain.alarms import Alarm, AlarmKind


class Alarms:
    """One row for each promise found broken, and for each rate that is unusual or no longer is."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, about: str, detail: str, *, noticed_at: datetime, kind: AlarmKind = AlarmKind.PROMISE) -> None:
        """Have operators told of a promise or a rate."""
        self._connection.execute(
            "INSERT INTO alarms (id, promise, detail, noticed_at, kind) VALUES (%s, %s, %s, %s, %s)",
            [self._clock.new_id(), about, detail, noticed_at, kind],
        )

    def untold(self, *, limit: int) -> list[Alarm]:
        """Those nobody was told of, the oldest first."""
        with self._connection.cursor(row_factory=class_row(Alarm)) as cursor:
            return cursor.execute(
                """
                SELECT id, promise AS about, detail, noticed_at, kind FROM alarms
                 WHERE told_at IS NULL ORDER BY id LIMIT %s
                """,
                [limit],
            ).fetchall()

    def mark_told(self, ids: Sequence[UUID]) -> None:
        """Somebody was told of these."""
        self._connection.execute(
            "UPDATE alarms SET told_at = %s WHERE id = ANY(%s) AND told_at IS NULL", [self._clock.now(), list(ids)]
        )

"""How often something was noticed in each hour, and how much of it was told: literal SQL, inside one transaction."""

from collections.abc import Iterable

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from gateway.domain.signals import Counted


class Signals:
    """One row for an hour and what was noticed in it; nobody stands in it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, noticed: Iterable[Counted]) -> None:
        """Count on. In one order, so that two processes do not wait for each other."""
        for each in sorted(noticed, key=lambda counted: (counted.hour, counted.signal)):
            self._connection.execute(
                """
                INSERT INTO signals AS known (hour, signal, count, since) VALUES (%s, %s, %s, %s)
                ON CONFLICT (hour, signal) DO UPDATE
               SET count = known.count + excluded.count,
                   since = CASE WHEN known.told = known.count THEN excluded.since ELSE known.since END
                """,
                [each.hour, each.signal, each.count, self._clock.now()],
            )

    def take_untold(self, *, limit: int) -> list[Counted]:
        """What grew since it was last told, what waits longest first; it counts as told once this transaction ends."""
        with self._connection.cursor(row_factory=class_row(Counted)) as cursor:
            return cursor.execute(
                """
                UPDATE signals SET told = count
                 WHERE (hour, signal) IN (SELECT hour, signal FROM signals WHERE told < count
                                           ORDER BY since LIMIT %s FOR UPDATE SKIP LOCKED)
             RETURNING hour, signal, count
                """,
                [limit],
            ).fetchall()

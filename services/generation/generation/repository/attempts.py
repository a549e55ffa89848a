"""What was tried for each job, how long it took, and what may still lie in the store of it."""

from datetime import datetime
from uuid import UUID

from common.clock import Clock
from common.database import Connection
from generation.domain import Figurine

DELIVERED = "delivered"


class Attempts:
    """One row per attempt of a job."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def start(self, figurine: Figurine) -> None:
        """Record that an attempt began."""
        self._connection.execute(
            "INSERT INTO attempts (figurine_id, attempt, started_at) VALUES (%s, %s, %s)",
            [figurine.id, figurine.attempt, self._clock.now()],
        )

    def end(self, figurine: Figurine, outcome: str, *, rendering_ms: int | None = None) -> None:
        """Record how the attempt ended; objects of a delivered one stay, all others are swept."""
        self._connection.execute(
            """
            UPDATE attempts
               SET ended_at = %(now)s, outcome = %(outcome)s, rendering_ms = %(ms)s, swept = %(delivered)s
             WHERE figurine_id = %(id)s AND attempt = %(attempt)s AND ended_at IS NULL
            """,
            {
                "now": self._clock.now(),
                "outcome": outcome,
                "ms": rendering_ms,
                "delivered": outcome == DELIVERED,
                "id": figurine.id,
                "attempt": figurine.attempt,
            },
        )

    def unswept(self, *, ended_before: datetime, limit: int) -> list[tuple[UUID, int]]:
        """Attempts that ended before that time and whose objects, if any, are nobody's."""
        return self._connection.execute(
            "SELECT figurine_id, attempt FROM attempts WHERE NOT swept AND ended_at < %s ORDER BY ended_at LIMIT %s",
            [ended_before, limit],
        ).fetchall()

    def mark_swept(self, figurine_id: UUID, attempt: int) -> None:
        """Nothing of this attempt is left in the store."""
        self._connection.execute(
            "UPDATE attempts SET swept = true WHERE figurine_id = %s AND attempt = %s", [figurine_id, attempt]
        )

    def recent_durations(self, *, limit: int = 20) -> list[int]:
        """How long the latest deliveries took, in milliseconds."""
        rows = self._connection.execute(
            "SELECT rendering_ms FROM attempts WHERE outcome = 'delivered' ORDER BY ended_at DESC LIMIT %s", [limit]
        ).fetchall()
        return [milliseconds for (milliseconds,) in rows]

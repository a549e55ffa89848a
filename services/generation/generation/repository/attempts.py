"""What was tried for each job, how long it took, and what may still lie in the store of it."""

from datetime import datetime
from uuid import UUID

from common.clock import Clock
from common.database import Connection
from generation.domain import Figurine

DELIVERED = "delivered"
UNKNOWN = "unknown"
CONSENT_WITHDRAWN = "consent_withdrawn"
# Of a batch whose orders the partner refused all together: which of them it meant is found out one by one.
GROUP_REFUSED = "group_refused"
_SAMPLE = 20


class Attempts:
    """One row per attempt of a job."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def start(self, figurine: Figurine, *, batch_id: UUID | None = None, place: int | None = None) -> None:
        """Record that an attempt began; in a batch, with the number of its first picture there."""
        self._connection.execute(
            """
            INSERT INTO attempts (figurine_id, attempt, engine, started_at, batch_id, batch_place)
            VALUES (%s, %s, %s, %s, %s, %s)
            """,
            [figurine.id, figurine.attempt, figurine.engine, self._clock.now(), batch_id, place],
        )

    def end(self, figurine: Figurine, outcome: str, *, rendering_ms: int | None = None, unknown_calls: int = 0) -> None:
        """Record how the attempt ended; objects of a delivered one stay, all others are swept."""
        self._connection.execute(
            """
            UPDATE attempts
               SET ended_at = %(now)s, outcome = %(outcome)s, rendering_ms = %(ms)s, swept = %(delivered)s,
                   unknown_calls = unknown_calls + %(unknown)s
             WHERE figurine_id = %(id)s AND attempt = %(attempt)s AND ended_at IS NULL
            """,
            {
                "now": self._clock.now(),
                "outcome": outcome,
                "ms": rendering_ms,
                "unknown": unknown_calls,
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

    def note_unknown(self, figurine_id: UUID, calls: int) -> None:
        """Calls of the attempt under way that may have been received and were not answered."""
        self._connection.execute(
            """
            UPDATE attempts SET unknown_calls = unknown_calls + %s
             WHERE figurine_id = %s AND attempt = (SELECT attempt FROM figurines WHERE id = figurine_id)
            """,
            [calls, figurine_id],
        )

    def count_unknown(self, figurine_id: UUID) -> int:
        """How many attempts of a job ended without anybody knowing whether the engine took it."""
        row = self._connection.execute(
            "SELECT count(*) FROM attempts WHERE figurine_id = %s AND outcome = 'unknown'", [figurine_id]
        ).fetchone()
        return row[0] if row else 0

    def recent_durations(self, engine: str, style: str) -> list[int]:
        """How long this engine's latest deliveries took, in milliseconds: those in the style, else all of them."""
        rows = self._connection.execute(
            """
            SELECT rendering_ms, style = %(style)s
              FROM (SELECT figurine_id, rendering_ms, ended_at FROM attempts
                     WHERE outcome = 'delivered' AND engine = %(engine)s AND batch_id IS NULL
                     ORDER BY ended_at DESC LIMIT 200) latest
              JOIN figurines ON id = figurine_id
             ORDER BY ended_at DESC
            """,
            {"engine": engine, "style": style},
        ).fetchall()
        alike = [milliseconds for milliseconds, same_style in rows if same_style]
        return (alike or [milliseconds for milliseconds, _ in rows])[:_SAMPLE]

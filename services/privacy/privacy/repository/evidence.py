"""What was found about the promises."""

from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from common.clock import Clock
from common.database import Connection
from privacy.domain import Fact, Proof


class Evidence:
    """What was found about the promises, as it was found, until its period is over."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def file(self, promise: str, user_id: UUID, upload_id: UUID, *, kept: bool, fact: Fact) -> None:
        """Add a finding."""
        self._connection.execute(
            """
            INSERT INTO evidence (id, promise, user_id, upload_id, at, kept, fact)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            """,
            [self._clock.new_id(), promise, user_id, upload_id, self._clock.now(), kept, Jsonb(fact)],
        )

    def proofs(self, user_id: UUID, *, since: datetime, before: UUID | None, limit: int) -> list[Proof]:
        """The newest first, at most `limit`, those older than the proof `before`."""
        with self._connection.cursor(row_factory=class_row(Proof)) as cursor:
            return cursor.execute(
                """
                SELECT evidence.id, evidence.upload_id, evidence.kept, endings.ended_at,
                       (fact ->> 'uploaded_at')::timestamptz AS uploaded_at,
                       (fact ->> 'deleted_at')::timestamptz AS deleted_at,
                       (fact ->> 'held_seconds')::bigint AS held_seconds,
                       fact ->> 'reason' AS reason
                  FROM evidence
                  LEFT JOIN clocks USING (upload_id)
                  LEFT JOIN endings USING (figurine_id)
                 WHERE evidence.user_id = %(user_id)s AND promise IN ('K1', 'C2')
                   AND fact ? 'deleted_at' AND at >= %(since)s
                   AND (%(before)s::uuid IS NULL OR evidence.id < %(before)s)
                 ORDER BY evidence.id DESC
                 LIMIT %(limit)s
                """,
                {"user_id": user_id, "since": since, "before": before, "limit": limit},
            ).fetchall()

    def forget(self, *, kept: str, limit: int) -> int:
        """Have findings older than `kept`, an interval, deleted, at most `limit`; returns how many.

        The database refuses what is too young by its own clock; one here that runs ahead waits for it.
        """
        ((forgotten,),) = self._connection.execute(
            "SELECT forget_evidence(least(%(now)s - %(kept)s::interval, evidence_limit()), %(limit)s)",
            {"now": self._clock.now(), "kept": kept, "limit": limit},
        ).fetchall()
        return int(forgotten)

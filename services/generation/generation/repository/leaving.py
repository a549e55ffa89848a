"""Figurines their owners have deleted, until nothing of them is left in the store."""

from datetime import timedelta
from uuid import UUID

from common.clock import Clock
from common.database import Connection

# Long enough for a slow store, short enough that a crashed deletion is taken up soon.
DELETION_LEASE = timedelta(seconds=30)


class Leaving:
    """Deleted at once for everybody; destroyed as soon as the store can."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def begin(self, figurine_id: UUID) -> bool:
        """From now on nobody sees it; False when that was so before."""
        return bool(
            self._connection.execute(
                "UPDATE figurines SET deleted_at = %s WHERE id = %s AND deleted_at IS NULL",
                [self._clock.now(), figurine_id],
            ).rowcount
        )

    def claim(self, *, limit: int) -> list[UUID]:
        """Deleted figurines whose files are to be destroyed now; an unfinished one comes up again.

        One whose model is just being made waits for its maker, which may still be storing files.
        """
        now = self._clock.now()
        rows = self._connection.execute(
            """
            UPDATE figurines SET deletion_tried_at = %(now)s
             WHERE id IN (SELECT id FROM figurines
                           WHERE deleted_at IS NOT NULL AND gone_at IS NULL
                             AND (deletion_tried_at IS NULL OR deletion_tried_at < %(before)s)
                             AND NOT EXISTS (SELECT 1 FROM models WHERE figurine_id = figurines.id
                                                AND state = 'making' AND lease_until > %(now)s)
                           ORDER BY deleted_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
         RETURNING id
            """,
            {"now": now, "before": now - DELETION_LEASE, "limit": limit},
        ).fetchall()
        return [figurine_id for (figurine_id,) in rows]

    def end(self, figurine_id: UUID) -> UUID | None:
        """Nothing of it is left; returns whose it was, or None when that was recorded before."""
        row = self._connection.execute(
            "UPDATE figurines SET gone_at = %s WHERE id = %s AND gone_at IS NULL RETURNING user_id",
            [self._clock.now(), figurine_id],
        ).fetchone()
        if row is None:
            return None
        self._connection.execute("DELETE FROM models WHERE figurine_id = %s", [figurine_id])
        self._connection.execute("DELETE FROM pictures WHERE figurine_id = %s", [figurine_id])
        return row[0]

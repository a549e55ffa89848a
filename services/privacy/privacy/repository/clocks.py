"""The clock of every upload, and the end of every figurine."""

from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from privacy.domain import Retention, RetentionClock


class Clocks:
    """One row per upload: held since, due by, gone at."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def start(
        self, upload_id: UUID, figurine_id: UUID, user_id: UUID, *, uploaded_at: datetime, due_at: datetime
    ) -> None:
        """Start the clock of an upload, once."""
        self._connection.execute(
            """
            INSERT INTO clocks (upload_id, figurine_id, user_id, uploaded_at, due_at)
            VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (upload_id) DO NOTHING
            """,
            [upload_id, figurine_id, user_id, uploaded_at, due_at],
        )

    def find(self, upload_id: UUID) -> RetentionClock | None:
        """The clock of an upload, locked until the transaction ends."""
        with self._connection.cursor(row_factory=class_row(RetentionClock)) as cursor:
            return cursor.execute(
                """
                SELECT upload_id, user_id, uploaded_at, due_at, deleted_at
                  FROM clocks WHERE upload_id = %s FOR UPDATE
                """,
                [upload_id],
            ).fetchone()

    def stop(self, upload_id: UUID, *, deleted_at: datetime) -> None:
        """The upload is gone."""
        self._connection.execute("UPDATE clocks SET deleted_at = %s WHERE upload_id = %s", [deleted_at, upload_id])

    def take_unreported(self, *, limit: int) -> list[RetentionClock]:
        """Uploads held past their deadline that nobody has reported; they count as reported now."""
        with self._connection.cursor(row_factory=class_row(RetentionClock)) as cursor:
            return cursor.execute(
                """
                UPDATE clocks SET overdue_reported_at = %(now)s
                 WHERE upload_id IN (SELECT upload_id FROM clocks
                                      WHERE deleted_at IS NULL AND overdue_reported_at IS NULL AND due_at < %(now)s
                                      ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
             RETURNING upload_id, user_id, uploaded_at, due_at, deleted_at
                """,
                {"now": self._clock.now(), "limit": limit},
            ).fetchall()

    def retention(self) -> Retention:
        """Uploads held now, those past their deadline, the age of the oldest, the last deletion not forgotten."""
        with self._connection.cursor(row_factory=class_row(Retention)) as cursor:
            return cursor.execute(
                """
                SELECT count(*) AS open,
                       count(*) FILTER (WHERE due_at < %(now)s) AS overdue,
                       coalesce(greatest(extract(epoch FROM %(now)s - min(uploaded_at)), 0), 0)::bigint
                           AS oldest_seconds,
                       (SELECT max(deleted_at) FROM clocks) AS last_deletion_at
                  FROM clocks WHERE deleted_at IS NULL
                """,
                {"now": self._clock.now()},
            ).fetchall()[0]


class Endings:
    """When figurines were generated or failed, whether their upload has been heard of or not.

    An event of its own row, so that it needs no other to have come before it.
    """

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, figurine_id: UUID, user_id: UUID, *, ended_at: datetime) -> None:
        """Remember the end of a figurine; of two the earlier one, whichever is told first."""
        self._connection.execute(
            """
            INSERT INTO endings (figurine_id, user_id, ended_at)
            VALUES (%s, %s, %s)
            ON CONFLICT (figurine_id) DO UPDATE SET ended_at = least(endings.ended_at, excluded.ended_at)
            """,
            [figurine_id, user_id, ended_at],
        )

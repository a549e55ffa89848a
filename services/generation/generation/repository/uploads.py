"""The photos that are held, until when, and how they went."""

from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from generation.domain import EXPIRY_MARGIN, Upload, UploadKeys

# Long enough for a slow store, short enough that a crashed deletion is taken up soon.
DELETION_LEASE = timedelta(seconds=30)


class Uploads:
    """One row per uploaded photo: held, then deleting, then deleted for ever."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(
        self,
        upload_id: UUID,
        figurine_id: UUID,
        user_id: UUID,
        *,
        uploaded_at: datetime,
        delete_by: datetime,
        keys: UploadKeys,
        words_only: bool = False,
    ) -> bool:
        """Record that a photo is held, once, or only the words of an order without one; False when that is known."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO uploads
                    (id, figurine_id, user_id, state, uploaded_at, delete_by, words_only, photo_key, words_key)
                VALUES (%s, %s, %s, 'held', %s, %s, %s, %s, %s)
                ON CONFLICT (id) DO NOTHING
                """,
                [upload_id, figurine_id, user_id, uploaded_at, delete_by, words_only, keys.photo, keys.words],
            ).rowcount
        )

    def keys(self, upload_id: UUID) -> UploadKeys:
        """What opens it, for its owner; nothing once it is deleted."""
        with self._connection.cursor(row_factory=class_row(UploadKeys)) as cursor:
            found = cursor.execute(
                "SELECT photo_key AS photo, words_key AS words FROM uploads WHERE id = %s", [upload_id]
            ).fetchone()
        return found or UploadKeys()

    def dismiss(self, figurine_id: UUID, reason: str) -> None:
        """The photo of this figurine is no longer needed and may go at once."""
        self._connection.execute(
            """
            UPDATE uploads SET state = 'deleting', reason = %s, next_try_at = %s
             WHERE figurine_id = %s AND state = 'held'
            """,
            [reason, self._clock.now(), figurine_id],
        )

    def due(self, *, before: datetime, limit: int) -> list[Upload]:
        """Photos still held whose deadline comes before that time."""
        with self._connection.cursor(row_factory=class_row(Upload)) as cursor:
            return cursor.execute(
                """
                SELECT id, figurine_id, user_id, state, uploaded_at, delete_by, words_only
                  FROM uploads WHERE state = 'held' AND delete_by <= %s
                 ORDER BY delete_by LIMIT %s
                """,
                [before, limit],
            ).fetchall()

    def claim_deletions(self, *, limit: int) -> list[Upload]:
        """Photos to delete from the store now; an unfinished deletion comes up again.

        One that is still to be saved waits for its copy, but not beyond the margin before its deadline.
        """
        now = self._clock.now()
        with self._connection.cursor(row_factory=class_row(Upload)) as cursor:
            return cursor.execute(
                """
                UPDATE uploads SET next_try_at = %(again)s
                 WHERE id IN (SELECT id FROM uploads
                               WHERE state = 'deleting' AND next_try_at <= %(now)s
                                 AND (delete_by <= %(pressing)s OR NOT EXISTS
                                      (SELECT 1 FROM saved_photos WHERE upload_id = uploads.id AND state = 'asked'))
                               ORDER BY next_try_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
             RETURNING id, figurine_id, user_id, state, uploaded_at, delete_by, words_only
                """,
                {"again": now + DELETION_LEASE, "now": now, "pressing": now + EXPIRY_MARGIN, "limit": limit},
            ).fetchall()

    def mark_deleted(self, upload_id: UUID) -> str | None:
        """The photo is gone; returns why it went, or None when that was recorded before."""
        row = self._connection.execute(
            """
            UPDATE uploads SET state = 'deleted', deleted_at = %s, photo_key = NULL, words_key = NULL
             WHERE id = %s AND state = 'deleting' RETURNING reason
            """,
            [self._clock.now(), upload_id],
        ).fetchone()
        return row[0] if row else None

    def held_for(self, user_id: UUID) -> list[Upload]:
        """What is still held of this person's photos; where only words came, there is none."""
        with self._connection.cursor(row_factory=class_row(Upload)) as cursor:
            return cursor.execute(
                """
                SELECT id, figurine_id, user_id, state, uploaded_at, delete_by, words_only
                  FROM uploads WHERE user_id = %s AND state <> 'deleted' AND NOT words_only ORDER BY uploaded_at DESC
                """,
                [user_id],
            ).fetchall()

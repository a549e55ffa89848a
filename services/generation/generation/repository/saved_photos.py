"""The photos their owners chose to save: asked for, then saved, then leaving until nothing of them is left."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from generation.domain import AskedPhoto, SavedPhoto

# Long enough for a slow store, short enough that what a crash interrupted is taken up soon.
LEASE = timedelta(seconds=30)


class SavedPhotos:
    """One row per photo, before its copy and until after it: the store never holds one that no row names."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def ask(self, upload_id: UUID, user_id: UUID, *, limit: int) -> bool:
        """Have an upload saved; False when this person has as many already. Two at once may be one too many."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO saved_photos (id, user_id, upload_id, state, asked_at, next_try_at)
                SELECT %(id)s, %(user)s, %(upload)s, 'asked', %(now)s, %(now)s
                 WHERE (SELECT count(*) FROM saved_photos WHERE user_id = %(user)s AND state <> 'leaving') < %(limit)s
                ON CONFLICT (upload_id) DO NOTHING
                """,
                {
                    "id": self._clock.new_id(),
                    "user": user_id,
                    "upload": upload_id,
                    "now": self._clock.now(),
                    "limit": limit,
                },
            ).rowcount
        )

    def claim_asked(self, *, limit: int) -> list[AskedPhoto]:
        """Photos to copy now; one whose copying broke off comes up again."""
        return self._claim("asked", limit)

    def claim_leaving(self, *, limit: int) -> list[AskedPhoto]:
        """Photos to destroy now; one whose destruction broke off comes up again."""
        return self._claim("leaving", limit)

    def keep(self, photo_id: UUID, *, width: int, height: int, length: int) -> bool:
        """The copy is stored; False when it is kept already, or nobody wants it any more."""
        return bool(
            self._connection.execute(
                """
                UPDATE saved_photos SET state = 'saved', width = %s, height = %s, bytes = %s, saved_at = %s
                 WHERE id = %s AND state = 'asked'
                """,
                [width, height, length, self._clock.now(), photo_id],
            ).rowcount
        )

    def drop(self, photo_id: UUID) -> bool:
        """It will not be saved after all; False when it was, or was dropped before."""
        return bool(
            self._connection.execute("DELETE FROM saved_photos WHERE id = %s AND state = 'asked'", [photo_id]).rowcount
        )

    def dismiss(self, photo_id: UUID, *, owner: UUID) -> bool:
        """From now on nobody sees it; False when there is none, or it is somebody else's."""
        return bool(
            self._connection.execute(
                """
                UPDATE saved_photos SET state = 'leaving', next_try_at = %s
                 WHERE id = %s AND user_id = %s AND state = 'saved'
                """,
                [self._clock.now(), photo_id, owner],
            ).rowcount
        )

    def dismiss_all(self, owner: UUID) -> int:
        """From now on nobody sees any of this person's, and what is not copied yet never will be; returns how many."""
        self._connection.execute("DELETE FROM saved_photos WHERE user_id = %s AND state = 'asked'", [owner])
        return self._connection.execute(
            "UPDATE saved_photos SET state = 'leaving', next_try_at = %s WHERE user_id = %s AND state = 'saved'",
            [self._clock.now(), owner],
        ).rowcount

    def end(self, photo_id: UUID) -> SavedPhoto | None:
        """Nothing of it is left in the store; what it was, or None when that was recorded before."""
        with self._connection.cursor(row_factory=class_row(SavedPhoto)) as cursor:
            return cursor.execute(
                """
                DELETE FROM saved_photos WHERE id = %s AND state = 'leaving'
             RETURNING id, user_id, width, height, bytes, saved_at
                """,
                [photo_id],
            ).fetchone()

    def find(self, photo_id: UUID, *, owner: UUID) -> SavedPhoto | None:
        """One saved photo, if it is there and the owner's."""
        return next(iter(self._saved(owner, photo_id)), None)

    def of(self, owner: UUID) -> list[SavedPhoto]:
        """Everything this person has saved, the newest first."""
        return self._saved(owner, None)

    def known(self, photo_ids: Iterable[UUID]) -> set[UUID]:
        """Which of these have a row, whatever its state."""
        rows = self._connection.execute("SELECT id FROM saved_photos WHERE id = ANY(%s)", [list(photo_ids)]).fetchall()
        return {photo_id for (photo_id,) in rows}

    def is_kept(self, photo_id: UUID) -> bool:
        """Whether it is saved."""
        return (
            self._connection.execute(
                "SELECT 1 FROM saved_photos WHERE id = %s AND state = 'saved'", [photo_id]
            ).fetchone()
            is not None
        )

    def _saved(self, owner: UUID, photo_id: UUID | None) -> list[SavedPhoto]:
        with self._connection.cursor(row_factory=class_row(SavedPhoto)) as cursor:
            return cursor.execute(
                """
                SELECT id, user_id, width, height, bytes, saved_at
                  FROM saved_photos
                 WHERE user_id = %(owner)s AND state = 'saved' AND (%(id)s::uuid IS NULL OR id = %(id)s)
                 ORDER BY id DESC
                """,
                {"owner": owner, "id": photo_id},
            ).fetchall()

    def _claim(self, state: str, limit: int) -> list[AskedPhoto]:
        now: datetime = self._clock.now()
        with self._connection.cursor(row_factory=class_row(AskedPhoto)) as cursor:
            return cursor.execute(
                """
                UPDATE saved_photos SET next_try_at = %(again)s
                 WHERE id IN (SELECT id FROM saved_photos WHERE state = %(state)s AND next_try_at <= %(now)s
                               ORDER BY next_try_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
             RETURNING id, user_id, upload_id
                """,
                {"again": now + LEASE, "state": state, "now": now, "limit": limit},
            ).fetchall()

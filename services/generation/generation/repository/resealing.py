"""How far the files of before people had keys have been looked at, and whose they are."""

from collections.abc import Iterable
from uuid import UUID

from common.clock import Clock
from common.database import Connection

FIRST = UUID(int=0)


class Resealing:
    """One row per bucket: what was looked at last, and when the end was reached."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def at(self, bucket: str) -> UUID | None:
        """After which id to go on; None when all have been looked at."""
        row = self._connection.execute(
            "SELECT after FROM resealing WHERE bucket = %s AND ended_at IS NULL", [bucket]
        ).fetchone()
        return row[0] if row else None

    def go_on(self, bucket: str, after: UUID) -> None:
        """Everything up to this id has been looked at. Who is slower does not turn back who is faster."""
        self._connection.execute(
            "UPDATE resealing SET after = %(after)s WHERE bucket = %(bucket)s AND after < %(after)s",
            {"after": after, "bucket": bucket},
        )

    def end(self, bucket: str) -> None:
        """Everything has been looked at."""
        self._connection.execute(
            "UPDATE resealing SET after = %s, ended_at = %s WHERE bucket = %s", [FIRST, self._clock.now(), bucket]
        )

    def begin_again(self) -> None:
        """Look at everything once more: an older process may have stored something since."""
        self._connection.execute("UPDATE resealing SET after = %s, ended_at = NULL", [FIRST])

    def figurines(self, *, after: UUID, limit: int) -> dict[UUID, UUID]:
        """Figurines that have files, and whose they are, in order."""
        rows = self._connection.execute(
            """
            SELECT id, user_id FROM figurines
             WHERE id > %s AND deleted_at IS NULL AND EXISTS (SELECT 1 FROM pictures WHERE figurine_id = figurines.id)
             ORDER BY id LIMIT %s
            """,
            [after, limit],
        ).fetchall()
        return dict(rows)

    def photos(self, *, after: UUID, limit: int) -> dict[UUID, UUID]:
        """Saved photos, and whose they are, in order."""
        rows = self._connection.execute(
            "SELECT id, user_id FROM saved_photos WHERE id > %s AND state = 'saved' ORDER BY id LIMIT %s",
            [after, limit],
        ).fetchall()
        return dict(rows)

    def figurines_that_stay(self, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these have not been deleted."""
        rows = self._connection.execute(
            "SELECT id FROM figurines WHERE id = ANY(%s) AND deleted_at IS NULL", [list(ids)]
        ).fetchall()
        return {id for (id,) in rows}

    def photos_that_stay(self, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these have not been deleted."""
        rows = self._connection.execute(
            "SELECT id FROM saved_photos WHERE id = ANY(%s) AND state = 'saved'", [list(ids)]
        ).fetchall()
        return {id for (id,) in rows}

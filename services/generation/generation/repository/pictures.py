"""Which pictures a figurine has, and where they lie."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from psycopg.rows import class_row

from common.database import Connection
from generation.domain import MAX_TURNS, Figurine, StoredPicture


class Pictures:
    """One row per delivered picture."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, figurine_id: UUID, pictures: Sequence[StoredPicture]) -> None:
        """Record delivered pictures."""
        with self._connection.cursor() as cursor:
            cursor.executemany(
                """
                INSERT INTO pictures (figurine_id, n, prefix, media_type, width, height, engine, model, source_type,
                                      signed_at, original_type, memo)
                VALUES (%(figurine_id)s, %(n)s, %(prefix)s, %(media_type)s, %(width)s, %(height)s, %(engine)s,
                        %(model)s, %(source_type)s, %(signed_at)s, %(original_type)s, %(memo)s)
                """,
                [{"figurine_id": figurine_id, **asdict(picture)} for picture in pictures],
            )

    def find(self, figurine_id: UUID, n: int, *, owner: UUID) -> StoredPicture | None:
        """One picture, if it exists and is the owner's."""
        with self._connection.cursor(row_factory=class_row(StoredPicture)) as cursor:
            return cursor.execute(
                """
                SELECT n, prefix, media_type, width, height, engine, model, source_type, signed_at, original_type,
                       memo
                  FROM pictures
                 WHERE figurine_id = %s AND n = %s
                   AND EXISTS (SELECT 1 FROM figurines WHERE id = figurine_id AND user_id = %s AND deleted_at IS NULL)
                """,
                [figurine_id, n, owner],
            ).fetchone()

    def history(self, version: Figurine) -> list[StoredPicture]:
        """The pictures a version goes on from, the latest last; none when its parent's is gone or has no memo.

        Back to the one that was painted from a photo, or to one that was deleted: what came before that is gone too.
        """
        with self._connection.cursor(row_factory=class_row(StoredPicture)) as cursor:
            return cursor.execute(
                """
                WITH RECURSIVE earlier AS (
                    SELECT f.parent_id, f.parent_picture, f.goes_on, 1 AS step, p.*
                      FROM figurines f JOIN pictures p ON p.figurine_id = f.id AND p.n = %(picture)s AND p.memo
                     WHERE f.id = %(parent)s AND f.user_id = %(user_id)s AND f.deleted_at IS NULL
                     UNION ALL
                    SELECT f.parent_id, f.parent_picture, f.goes_on, later.step + 1, p.*
                      FROM earlier later
                      JOIN figurines f ON f.id = later.parent_id AND f.user_id = %(user_id)s AND f.deleted_at IS NULL
                      JOIN pictures p ON p.figurine_id = f.id AND p.n = later.parent_picture AND p.memo
                     WHERE later.goes_on AND later.step < %(most)s)
                SELECT n, prefix, media_type, width, height, engine, model, source_type, signed_at, original_type,
                       memo
                  FROM earlier ORDER BY step DESC
                """,
                {
                    "parent": version.parent_id,
                    "picture": version.parent_picture,
                    "user_id": version.user_id,
                    "most": MAX_TURNS,
                },
            ).fetchall()

    def of(self, figurine_id: UUID) -> list[StoredPicture]:
        """Every picture of a figurine, in order."""
        with self._connection.cursor(row_factory=class_row(StoredPicture)) as cursor:
            return cursor.execute(
                """
                SELECT n, prefix, media_type, width, height, engine, model, source_type, signed_at, original_type,
                       memo
                  FROM pictures WHERE figurine_id = %s ORDER BY n
                """,
                [figurine_id],
            ).fetchall()

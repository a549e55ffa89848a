"""Which pictures a figurine has, and where they lie."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from psycopg.rows import class_row

from common.database import Connection
from generation.domain import StoredPicture


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
                                      signed_at, original_type)
                VALUES (%(figurine_id)s, %(n)s, %(prefix)s, %(media_type)s, %(width)s, %(height)s, %(engine)s,
                        %(model)s, %(source_type)s, %(signed_at)s, %(original_type)s)
                """,
                [{"figurine_id": figurine_id, **asdict(picture)} for picture in pictures],
            )

    def find(self, figurine_id: UUID, n: int, *, owner: UUID) -> StoredPicture | None:
        """One picture, if it exists and is the owner's."""
        with self._connection.cursor(row_factory=class_row(StoredPicture)) as cursor:
            return cursor.execute(
                """
                SELECT n, prefix, media_type, width, height, engine, model, source_type, signed_at, original_type
                  FROM pictures
                 WHERE figurine_id = %s AND n = %s
                   AND EXISTS (SELECT 1 FROM figurines WHERE id = figurine_id AND user_id = %s AND deleted_at IS NULL)
                """,
                [figurine_id, n, owner],
            ).fetchone()

    def of(self, figurine_id: UUID) -> list[StoredPicture]:
        """Every picture of a figurine, in order."""
        with self._connection.cursor(row_factory=class_row(StoredPicture)) as cursor:
            return cursor.execute(
                """
                SELECT n, prefix, media_type, width, height, engine, model, source_type, signed_at, original_type
                  FROM pictures WHERE figurine_id = %s ORDER BY n
                """,
                [figurine_id],
            ).fetchall()

"""Links that are given out, and what owners think of their figurines."""

from typing import Any
from uuid import UUID

from psycopg.rows import class_row, kwargs_row

from common.database import Connection
from generation.domain.quality import Reason
from generation.domain.sharing import Rating, Share, SharedFigurine


class Shares:
    """At most one link per figurine."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, figurine_id: UUID) -> Share | None:
        """The link of a figurine."""
        with self._connection.cursor(row_factory=class_row(Share)) as cursor:
            return cursor.execute(
                "SELECT figurine_id, user_id, token, created_at FROM shares WHERE figurine_id = %s", [figurine_id]
            ).fetchone()

    def given_out(self, user_id: UUID) -> int:
        """How many links this person has given out; nobody else counts hers before the transaction ends."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"shares:{user_id}"])
        row = self._connection.execute("SELECT count(*) FROM shares WHERE user_id = %s", [user_id]).fetchone()
        return row[0] if row else 0

    def add(self, share: Share, *, digest: bytes) -> None:
        """Give out a link."""
        self._connection.execute(
            "INSERT INTO shares (figurine_id, user_id, token, token_digest, created_at) VALUES (%s, %s, %s, %s, %s)",
            [share.figurine_id, share.user_id, share.token, digest, share.created_at],
        )

    def remove(self, figurine_id: UUID) -> bool:
        """Take a link back; False when there was none."""
        return bool(self._connection.execute("DELETE FROM shares WHERE figurine_id = %s", [figurine_id]).rowcount)

    def remove_all(self, user_id: UUID) -> None:
        """Every link of a person leads nowhere from now on."""
        self._connection.execute("DELETE FROM shares WHERE user_id = %s", [user_id])

    def shown(self, digest: bytes) -> SharedFigurine | None:
        """The figurine a link leads to."""
        with self._connection.cursor(row_factory=kwargs_row(_shared)) as cursor:
            return cursor.execute(
                """
                SELECT figurines.id AS figurine_id, figurines.user_id, style, engine, finished_at,
                       (SELECT array_agg(ARRAY[n, width, height] ORDER BY n)
                          FROM pictures WHERE pictures.figurine_id = figurines.id) AS pictures
                  FROM shares JOIN figurines ON figurines.id = shares.figurine_id
                 WHERE token_digest = %s AND deleted_at IS NULL
                """,
                [digest],
            ).fetchone()


class Ratings:
    """At most one rating per figurine, its owner's latest."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, rating: Rating) -> None:
        """Remember what the owner thinks now."""
        self._connection.execute(
            """
            INSERT INTO ratings (figurine_id, user_id, stars, reasons, comment, rated_at)
            VALUES (%(figurine_id)s, %(user_id)s, %(stars)s, %(reasons)s, %(comment)s, %(rated_at)s)
            ON CONFLICT (figurine_id) DO UPDATE
               SET stars = excluded.stars, reasons = excluded.reasons, comment = excluded.comment,
                   rated_at = excluded.rated_at
            """,
            {
                "figurine_id": rating.figurine_id,
                "user_id": rating.user_id,
                "stars": rating.stars,
                "reasons": [str(reason) for reason in rating.reasons],
                "comment": rating.comment,
                "rated_at": rating.rated_at,
            },
        )

    def find(self, figurine_id: UUID) -> Rating | None:
        """What the owner thinks of a figurine."""
        with self._connection.cursor(row_factory=kwargs_row(_rating)) as cursor:
            return cursor.execute(
                "SELECT figurine_id, user_id, stars, reasons, comment, rated_at FROM ratings WHERE figurine_id = %s",
                [figurine_id],
            ).fetchone()

    def remove(self, figurine_id: UUID) -> bool:
        """Forget it; False when there was none."""
        return bool(self._connection.execute("DELETE FROM ratings WHERE figurine_id = %s", [figurine_id]).rowcount)


def _shared(*, pictures: list[list[int]] | None, **columns: Any) -> SharedFigurine:
    found = pictures or []
    sizes = tuple((width, height) for _, width, height in found)
    return SharedFigurine(pictures=tuple(n for n, *_ in found), sizes=sizes, **columns)


def _rating(*, reasons: list[str], **columns: Any) -> Rating:
    return Rating(reasons=tuple(Reason(reason) for reason in reasons), **columns)

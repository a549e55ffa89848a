"""What partners were given."""

from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from privacy.domain import Disclosure


class Disclosures:
    """One row for each time something was given away."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(
        self, user_id: UUID, figurine_id: UUID, *, partner: str, kind: str, purpose: str, disclosed_at: datetime
    ) -> None:
        """File a disclosure, once, also when it is told again under another event's id."""
        self._connection.execute(
            """
            INSERT INTO disclosures (id, user_id, figurine_id, partner, kind, purpose, disclosed_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (figurine_id, partner, kind, disclosed_at) DO NOTHING
            """,
            [self._clock.new_id(), user_id, figurine_id, partner, kind, purpose, disclosed_at],
        )

    def page(self, user_id: UUID, *, before: UUID | None, limit: int) -> list[Disclosure]:
        """The newest first, at most `limit`, those older than the person's own disclosure `before`."""
        with self._connection.cursor(row_factory=class_row(Disclosure)) as cursor:
            return cursor.execute(
                """
                SELECT id, figurine_id, partner, kind, purpose, disclosed_at
                  FROM disclosures
                 WHERE user_id = %(user_id)s
                   AND (%(before)s::uuid IS NULL
                        OR (disclosed_at, id) < (SELECT disclosed_at, id FROM disclosures
                                                  WHERE id = %(before)s AND user_id = %(user_id)s))
                 ORDER BY disclosed_at DESC, id DESC
                 LIMIT %(limit)s
                """,
                {"user_id": user_id, "before": before, "limit": limit},
            ).fetchall()

"""What partners were given."""

from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.contracts.generation import PartnerDisclosed
from common.database import Connection
from privacy.domain import Disclosure


class Disclosures:
    """One row for each time something was given away."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, event: PartnerDisclosed) -> None:
        """File a disclosure, once, also when it is told again under another event's id."""
        self._connection.execute(
            """
            INSERT INTO disclosures (id, user_id, figurine_id, partner, kind, purpose, disclosed_at, call_id, tier,
                                     expires_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT DO NOTHING
            """,
            [
                self._clock.new_id(),
                event.user_id,
                event.figurine_id,
                event.partner,
                event.kind,
                event.purpose,
                event.disclosed_at,
                event.disclosure_id,
                event.tier,
                event.expires_at,
            ],
        )

    def page(self, user_id: UUID, *, before: UUID | None, limit: int) -> list[Disclosure]:
        """The newest first, at most `limit`, those older than the person's own disclosure `before`."""
        with self._connection.cursor(row_factory=class_row(Disclosure)) as cursor:
            return cursor.execute(
                """
                SELECT id, figurine_id, partner, kind, purpose, disclosed_at, tier, expires_at
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

"""Who has left, and what of their payments is not over yet: in literal SQL, inside one transaction."""

from uuid import UUID

from common.clock import Clock
from common.database import Connection


class Departures:
    """People whose payments are at an end, or are being brought there."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def begin(self, user_id: UUID) -> None:
        """From now on nothing is sold to this person; waits for whoever is just buying in her name."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_fence(user_id)])
        self._connection.execute(
            "INSERT INTO departures (user_id, asked_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [user_id, self._clock.now()],
        )

    def is_closed(self, user_id: UUID) -> bool:
        """Whether this person has left; if not, she cannot leave before this transaction ends."""
        self._connection.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [_fence(user_id)])
        return self.has_left(user_id)

    def has_left(self, user_id: UUID) -> bool:
        """Whether this person has left."""
        row = self._connection.execute("SELECT 1 FROM departures WHERE user_id = %s", [user_id]).fetchone()
        return row is not None

    def are_over(self, user_id: UUID) -> bool:
        """Whether no order can be paid, no plan goes on, and no provider keeps a customer for this person."""
        row = self._connection.execute(
            """
            SELECT NOT EXISTS (SELECT FROM orders WHERE user_id = %(user_id)s AND state IN ('new', 'open'))
               AND NOT EXISTS (SELECT FROM subscriptions WHERE user_id = %(user_id)s AND state <> 'canceled')
               AND NOT EXISTS (SELECT FROM customers WHERE user_id = %(user_id)s)
            """,
            {"user_id": user_id},
        ).fetchone()
        return bool(row and row[0])


def _fence(user_id: UUID) -> str:
    return f"departure:{user_id}"

"""How often an address, a key, or a page full of pictures asks: one moment each, shared by all processes."""

from datetime import timedelta

from common.clock import Clock
from common.database import Connection
from gateway.domain.allowances import Budget, RateLimited

MINUTE = timedelta(minutes=1)
# By so much two clocks may differ. A moment further away was written by one that ran ahead, and locks nobody out.
SKEW = timedelta(seconds=5)


class DoorRates:
    """When the requests of a sender would be due, were they spread over the minute (GCRA), as with `Rates`."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def take(self, of: str, sender: bytes, rate: int) -> Budget:
        """Count a request. Raises RateLimited, and then nothing is counted."""
        now = self._clock.now()
        row = self._connection.execute(
            """
            INSERT INTO door_rates AS sent (sender, due_at) VALUES (%(sender)s, %(now)s + %(every)s)
            ON CONFLICT (sender) DO UPDATE
               SET due_at = CASE WHEN sent.due_at > %(beyond)s THEN %(now)s
                                 ELSE greatest(sent.due_at, %(now)s) END + %(every)s
             WHERE sent.due_at > %(beyond)s
                OR greatest(sent.due_at, %(now)s) + %(every)s <= %(now)s + interval '1 minute'
         RETURNING due_at
            """,
            {"sender": sender, "now": now, "every": MINUTE / rate, "beyond": now + MINUTE + SKEW},
        ).fetchone()
        if row is None:
            raise self._refusal(of, sender, rate)
        ahead = row[0] - now
        left = int((MINUTE - ahead) / MINUTE * rate + 1e-6)
        return Budget(rate=rate, left=left, whole_in=_seconds(ahead), of=of)

    def forget(self) -> int:
        """Drop what counts for nobody any more."""
        return self._connection.execute("DELETE FROM door_rates WHERE due_at <= %s", [self._clock.now()]).rowcount

    def _refusal(self, of: str, sender: bytes, rate: int) -> RateLimited:
        now = self._clock.now()
        row = self._connection.execute("SELECT due_at FROM door_rates WHERE sender = %s", [sender]).fetchone()
        due_at = row[0] if row else now
        budget = Budget(rate=rate, left=0, whole_in=_seconds(due_at - now), of=of)
        return RateLimited(retry_after_seconds=_seconds(due_at + MINUTE / rate - MINUTE - now), budget=budget)


def _seconds(time: timedelta) -> int:
    """Whole seconds, rounded up, and one at least."""
    return max(1, -int(-time.total_seconds() // 1))

"""How much was tried lately, by keyed digests: in literal SQL, inside one transaction."""

from datetime import timedelta

from common.clock import Clock
from common.database import Connection
from gateway.domain.tries import Limit

_NO_WAIT = timedelta()


class Tries:
    """One moment for each who tries: when the tries would be due, were they spread evenly. All processes share it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def take(self, limit: Limit) -> timedelta:
        """Count a try; how long to wait where there were too many, and then this one is not counted."""
        now = self._clock.now()
        values = {"who": limit.who, "now": now, "every": limit.every, "all": limit.every * limit.at_once}
        taken = self._connection.execute(
            """
            INSERT INTO tries AS tried (who, due_at) VALUES (%(who)s, %(now)s + %(every)s)
            ON CONFLICT (who) DO UPDATE SET due_at = greatest(tried.due_at, %(now)s) + %(every)s
             WHERE greatest(tried.due_at, %(now)s) + %(every)s <= %(now)s + %(all)s
            """,
            values,
        ).rowcount
        if taken:
            return _NO_WAIT
        row = self._connection.execute("SELECT due_at FROM tries WHERE who = %s", [limit.who]).fetchone()
        wait = (row[0] if row else now) - now - limit.every * (limit.at_once - 1)
        return max(wait, timedelta(seconds=1))

    def give_back(self, limit: Limit) -> None:
        """That try was none: it was right."""
        self._connection.execute("UPDATE tries SET due_at = due_at - %s WHERE who = %s", [limit.every, limit.who])

    def forgive(self, limit: Limit) -> None:
        """Nothing counts any more."""
        self._connection.execute("DELETE FROM tries WHERE who = %s", [limit.who])

"""How much use may be counted for whom: one moment for each, in literal SQL, inside one transaction."""

from collections.abc import Sequence

from common.clock import Clock
from common.database import Connection
from gateway.domain.usage import Budget, TooMuchUsage


class UsageRates:
    """When the seconds that somebody was active would be over, had she spent them one after the other."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def take(self, budgets: Sequence[Budget]) -> None:
        """Count the seconds with all of these. Raises TooMuchUsage, and then nothing is to be kept of it.

        In one order, so that two who share an address do not wait for each other.
        """
        now = self._clock.now()
        for budget in sorted(budgets, key=lambda budget: budget.who):
            taken = self._connection.execute(
                """
                INSERT INTO usage_rates AS spent (who, due_at) VALUES (%(who)s, %(now)s + %(cost)s)
                ON CONFLICT (who) DO UPDATE SET due_at = greatest(spent.due_at, %(now)s) + %(cost)s
                 WHERE greatest(spent.due_at, %(now)s) + %(cost)s <= %(now)s + %(ahead)s
                """,
                {"who": budget.who, "now": now, "cost": budget.cost, "ahead": budget.ahead},
            ).rowcount
            if not taken:
                raise TooMuchUsage

    def forget(self) -> int:
        """Drop what counts for nobody any more."""
        return self._connection.execute("DELETE FROM usage_rates WHERE due_at <= %s", [self._clock.now()]).rowcount

"""What each person may do, and how much of this minute is left: in literal SQL, inside one transaction."""

from datetime import timedelta
from uuid import UUID

from common.clock import Clock
from common.contracts.allowances import FREE, Allowance
from common.contracts.billing import EntitlementsChanged
from common.database import Connection
from gateway.domain.allowances import EVERYBODY, Allowed, Budget, RateLimited

MINUTE = timedelta(minutes=1)


class Allowances:
    """One row for whoever was told of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, event: EntitlementsChanged) -> bool:
        """Keep the later word; False for an older one, or when the person is gone."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO allowances (account_id, version, plan, variants, resolution, shares, api_rate)
                SELECT id, %(version)s, %(plan)s, %(variants)s, %(resolution)s, %(shares)s, %(api_rate)s
                  FROM accounts WHERE id = %(account_id)s
                ON CONFLICT (account_id) DO UPDATE
                   SET version = excluded.version, plan = excluded.plan, variants = excluded.variants,
                       resolution = excluded.resolution, shares = excluded.shares, api_rate = excluded.api_rate
                 WHERE allowances.version < excluded.version
                """,
                {
                    "account_id": event.user_id,
                    "version": event.entitlements_version,
                    "plan": event.price_id or "",
                    "variants": event.variants,
                    "resolution": event.resolution,
                    "shares": event.shares,
                    "api_rate": event.api_rate,
                },
            ).rowcount
        )

    def of(self, account_id: UUID) -> Allowed:
        """What this person may do; of whom nothing was told, what everybody may."""
        row = self._connection.execute(
            "SELECT version, plan, variants, resolution, shares, api_rate FROM allowances WHERE account_id = %s",
            [account_id],
        ).fetchone()
        if row is None:
            return EVERYBODY
        version, plan, variants, resolution, shares, api_rate = row
        what = Allowance(variants=variants, resolution=resolution, shares=shares, api_rate=api_rate)
        return Allowed(version=version, what=what, plan=plan)


class Rates:
    """One moment for each person: when the requests she has sent would be due, were they spread over the minute.

    All processes share it. Who has been idle may send a whole minute's requests at once.
    """

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def take(self, account_id: UUID) -> Budget:
        """Count a request. Raises RateLimited, and then nothing is counted."""
        now = self._clock.now()
        row = self._connection.execute(
            """
            INSERT INTO request_rates AS sent (account_id, due_at, api_rate)
            SELECT %(account_id)s, %(now)s + interval '1 minute' / rate.api_rate, rate.api_rate
              FROM (SELECT coalesce((SELECT api_rate FROM allowances WHERE account_id = %(account_id)s), %(free)s))
                   AS rate (api_rate)
            ON CONFLICT (account_id) DO UPDATE
               SET due_at = greatest(sent.due_at, %(now)s) + (excluded.due_at - %(now)s), api_rate = excluded.api_rate
             WHERE greatest(sent.due_at, %(now)s) + (excluded.due_at - %(now)s) <= %(now)s + interval '1 minute'
         RETURNING due_at, api_rate
            """,
            {"account_id": account_id, "now": now, "free": FREE.api_rate},
        ).fetchone()
        if row is None:
            raise RateLimited(account_id)
        due_at, rate = row
        ahead = due_at - now
        return Budget(rate=rate, left=int((MINUTE - ahead) / MINUTE * rate + 1e-6), whole_in=_seconds(ahead))

    def state(self, account_id: UUID) -> tuple[Budget, int]:
        """The budget of somebody who was refused, and in how many seconds there is room for one more request."""
        now = self._clock.now()
        row = self._connection.execute(
            "SELECT due_at, api_rate FROM request_rates WHERE account_id = %s", [account_id]
        ).fetchone()
        due_at, rate = row or (now, FREE.api_rate)
        again = due_at + MINUTE / rate - MINUTE
        return Budget(rate=rate, left=0, whole_in=_seconds(due_at - now)), _seconds(again - now)

    def forget(self) -> int:
        """Drop what counts for nobody any more."""
        return self._connection.execute("DELETE FROM request_rates WHERE due_at <= %s", [self._clock.now()]).rowcount


def _seconds(time: timedelta) -> int:
    """Whole seconds, rounded up, and one at least."""
    return max(1, -int(-time.total_seconds() // 1))

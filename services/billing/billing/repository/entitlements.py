"""What was told of each person's plan last, in literal SQL, inside one transaction."""

from datetime import timedelta
from uuid import UUID

from common.clock import Clock
from common.contracts.allowances import FREE, Allowance
from common.database import Connection

# How long what was told is left alone; a new version of the catalogue changes it by itself.
AGAIN = timedelta(hours=1)


class Entitlements:
    """One row for whoever has or had a plan; it can be computed anew at any time."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def lock(self, user_id: UUID) -> None:
        """Nobody else tells of this person before the transaction ends. Of somebody new, what everybody may do."""
        now = self._clock.now()
        self._connection.execute(
            """
            INSERT INTO entitlements (user_id, version, variants, resolution, shares, api_rate, changed_at, check_at)
            VALUES (%(user_id)s, 0, %(variants)s, %(resolution)s, %(shares)s, %(api_rate)s, %(now)s, %(again)s)
            ON CONFLICT (user_id) DO UPDATE SET check_at = excluded.check_at
            """,
            {**_columns(FREE), "user_id": user_id, "now": now, "again": now + AGAIN},
        )

    def change(self, user_id: UUID, price_id: str | None, allowed: Allowance) -> int | None:
        """Note what a person may do now; the number of this change, or None when it was so before."""
        row = self._connection.execute(
            """
            UPDATE entitlements
               SET version = version + 1, price_id = %(price_id)s, variants = %(variants)s,
                   resolution = %(resolution)s, shares = %(shares)s, api_rate = %(api_rate)s, changed_at = %(now)s
             WHERE user_id = %(user_id)s
               AND (price_id, variants, resolution, shares, api_rate)
                   IS DISTINCT FROM (%(price_id)s::text, %(variants)s, %(resolution)s, %(shares)s, %(api_rate)s)
         RETURNING version
            """,
            {**_columns(allowed), "user_id": user_id, "price_id": price_id, "now": self._clock.now()},
        ).fetchone()
        return None if row is None else row[0]

    def claim_due(self) -> UUID | None:
        """Somebody who was not looked at for a while."""
        row = self._connection.execute(
            """
            UPDATE entitlements SET check_at = %(again)s
             WHERE user_id = (SELECT user_id FROM entitlements WHERE check_at <= %(now)s
                               ORDER BY check_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING user_id
            """,
            {"now": self._clock.now(), "again": self._clock.now() + AGAIN},
        ).fetchone()
        return None if row is None else row[0]


def _columns(allowed: Allowance) -> dict[str, int]:
    return {name: getattr(allowed, name) for name in Allowance.__slots__}

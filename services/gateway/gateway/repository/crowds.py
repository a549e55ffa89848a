"""From where accounts were opened, and where many were opened together."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from common.sealing import Sealer, blind_index
from gateway.domain.crowds import Crowd, Opened, neighbourhood_of


class Crowds:
    """An address is sealed under its person's key; neighbours are known by a keyed digest alone."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer, index_key: bytes) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer
        self._index_key = index_key

    def note(self, account_id: UUID, address: str) -> None:
        """Write down from where an account is opened."""
        self._connection.execute(
            "INSERT INTO account_origins (account_id, neighbourhood, address, at) VALUES (%s, %s, %s, %s)",
            [
                account_id,
                # Addresses of mail are found by digests under the same key; none of those has a space.
                blind_index(self._index_key, f"neighbourhood {neighbourhood_of(address)}"),
                self._sealer.seal(address.encode(), owner=str(account_id), purpose="account_origins.address"),
                self._clock.now(),
            ],
        )

    def notice(self, day: date, *, more_than: int) -> list[Crowd]:
        """Write down the crowds of a day that were not noticed yet; each is told once."""
        start = datetime.combine(day, time(), UTC)
        crowded = self._connection.execute(
            """
            SELECT neighbourhood, count(*) FROM account_origins
             WHERE at >= %(start)s AND at < %(end)s
               AND NOT EXISTS (SELECT FROM crowds
                                WHERE crowds.day = %(day)s AND crowds.neighbourhood = account_origins.neighbourhood)
             GROUP BY neighbourhood HAVING count(*) > %(more_than)s
            """,
            {"start": start, "end": start + timedelta(days=1), "day": day, "more_than": more_than},
        ).fetchall()
        noticed = (self._add(day, neighbourhood, accounts) for neighbourhood, accounts in crowded)
        return [crowd for crowd in noticed if crowd]

    def _add(self, day: date, neighbourhood: bytes, accounts: int) -> Crowd | None:
        with self._connection.cursor(row_factory=class_row(Crowd)) as cursor:
            return cursor.execute(
                """
                INSERT INTO crowds (id, neighbourhood, day, accounts, noticed_at) VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (day, neighbourhood) DO NOTHING RETURNING id, day, accounts, noticed_at
                """,
                [self._clock.new_id(), neighbourhood, day, accounts, self._clock.now()],
            ).fetchone()

    def end(self, *, before: date) -> list[Crowd]:
        """The crowds of days that are over; each is told once."""
        with self._connection.cursor(row_factory=class_row(Crowd)) as cursor:
            return cursor.execute(
                """
                UPDATE crowds SET ended_at = %s WHERE ended_at IS NULL AND day < %s
             RETURNING id, day, accounts, noticed_at
                """,
                [self._clock.now(), before],
            ).fetchall()

    def of(self, crowd_id: UUID, *, limit: int) -> Sequence[Opened]:
        """The accounts of a crowd that are there still, and from where they were opened."""
        rows = self._connection.execute(
            """
            SELECT account_id, address, at FROM account_origins JOIN crowds USING (neighbourhood)
             WHERE crowds.id = %s AND at >= day::timestamp AT TIME ZONE 'UTC'
               AND at < (day + 1)::timestamp AT TIME ZONE 'UTC'
             ORDER BY at, account_id LIMIT %s
            """,
            [crowd_id, limit],
        ).fetchall()
        return [
            Opened(
                account_id=account_id,
                address=self._sealer.open(address, owner=str(account_id), purpose="account_origins.address").decode(),
                at=at,
            )
            for account_id, address, at in rows
        ]

"""Who says that she has read which version of the policy."""

from uuid import UUID

from common.clock import Clock
from common.database import Connection


class Acknowledgements:
    """Who says that she has read which version: one row each, never changed."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, account_id: UUID, version: str, *, how: str) -> None:
        """She has read it; the first time counts."""
        self._connection.execute(
            """
            INSERT INTO policy_acknowledgements (account_id, version, acknowledged_at, how)
            VALUES (%s, %s, %s, %s) ON CONFLICT (account_id, version) DO NOTHING
            """,
            [account_id, version, self._clock.now(), how],
        )

    def latest(self, account_id: UUID) -> str | None:
        """The newest version she has read, at sign-up or since; None where there is no such account."""
        row = self._connection.execute(
            """
            SELECT greatest(policy_version COLLATE "C", (SELECT max(version COLLATE "C") FROM policy_acknowledgements
                                                          WHERE account_id = accounts.id))
              FROM accounts WHERE id = %s
            """,
            [account_id],
        ).fetchone()
        return row[0] if row else None

"""Ways to sign in with a provider; whom the provider means is found by a keyed digest."""

import hmac
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from gateway.domain.providers import Arrival, Identity


class Identities:
    """One row for each account at a provider that opens an account here."""

    def __init__(self, connection: Connection, clock: Clock, index_key: bytes) -> None:
        self._connection = connection
        self._clock = clock
        self._index_key = index_key

    def of(self, account_id: UUID) -> list[Identity]:
        """All that somebody has, the oldest first."""
        with self._connection.cursor(row_factory=class_row(Identity)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, provider, linked_at, last_used_at FROM identities
                 WHERE account_id = %s ORDER BY linked_at, id
                """,
                [account_id],
            ).fetchall()

    def find(self, arrival: Arrival) -> Identity | None:
        """Whose account this is."""
        with self._connection.cursor(row_factory=class_row(Identity)) as cursor:
            return cursor.execute(
                "SELECT id, account_id, provider, linked_at, last_used_at FROM identities WHERE subject_index = %s",
                [self._index_of(arrival)],
            ).fetchone()

    def add(self, account_id: UUID, arrival: Arrival) -> bool:
        """Let it open this account; False when it opens one already. Of several at once the first to commit counts."""
        now = self._clock.now()
        return bool(
            self._connection.execute(
                """
                INSERT INTO identities (id, account_id, provider, subject_index, linked_at, last_used_at)
                VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (subject_index) DO NOTHING
                """,
                [self._clock.new_id(), account_id, arrival.provider, self._index_of(arrival), now, now],
            ).rowcount
        )

    def use(self, identity_id: UUID) -> None:
        """Somebody has just signed in with it."""
        self._connection.execute(
            "UPDATE identities SET last_used_at = %s WHERE id = %s", [self._clock.now(), identity_id]
        )

    def drop(self, account_id: UUID, identity_id: UUID) -> None:
        """It opens the account no more."""
        self._connection.execute("DELETE FROM identities WHERE id = %s AND account_id = %s", [identity_id, account_id])

    def drop_all(self, account_id: UUID) -> None:
        """No provider opens the account any more."""
        self._connection.execute("DELETE FROM identities WHERE account_id = %s", [account_id])

    def _index_of(self, arrival: Arrival) -> bytes:
        # A subject is compared as it is, capitals and all (OpenID Connect Core 1.0, section 2).
        said = f"identity\n{arrival.issuer}\n{arrival.subject}"
        return hmac.digest(self._index_key, said.encode(), "sha256")

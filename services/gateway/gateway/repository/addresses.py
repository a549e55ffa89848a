"""Addresses that wait for their confirmation."""

from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from common.clock import Clock
from common.database import Connection
from common.sealing import Sealer
from gateway.domain.corrections import CHANGE_LIFETIME, PendingAddress


class Addresses:
    """At most one row per person: a second change takes the first one's place."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer

    def put(self, account_id: UUID, email: str, *, asked_from: bytes, session_id: UUID) -> UUID:
        """Remember what is wanted, instead of what was wanted before; returns the id of the change."""
        now, change_id = self._clock.now(), self._clock.new_id()
        self._connection.execute(
            """
            INSERT INTO pending_addresses (account_id, id, email, asked_from, session_id, asked_at, expires_at)
            VALUES (%(account_id)s, %(id)s, %(email)s, %(asked_from)s, %(session_id)s, %(now)s, %(expires_at)s)
            ON CONFLICT (account_id) DO UPDATE
               SET id = excluded.id, email = excluded.email, asked_from = excluded.asked_from,
                   session_id = excluded.session_id, asked_at = excluded.asked_at, expires_at = excluded.expires_at
            """,
            {
                "account_id": account_id,
                "id": change_id,
                "email": self._sealer.seal(email.encode(), owner=str(account_id), purpose="pending_addresses.email"),
                "asked_from": asked_from,
                "session_id": session_id,
                "now": now,
                "expires_at": now + CHANGE_LIFETIME,
            },
        )
        return change_id

    def find(self, account_id: UUID) -> PendingAddress | None:
        """What the person waits for, while it can still be confirmed."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, email, asked_from, session_id, asked_at, expires_at
                  FROM pending_addresses WHERE account_id = %s AND expires_at > %s
                """,
                [account_id, self._clock.now()],
            ).fetchone()

    def take(self, account_id: UUID, change_id: UUID) -> PendingAddress | None:
        """Take it out: it is confirmed or stopped, once. None when it is not this one that waits, or not any more."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                DELETE FROM pending_addresses WHERE account_id = %s AND id = %s AND expires_at > %s
             RETURNING id, account_id, email, asked_from, session_id, asked_at, expires_at
                """,
                [account_id, change_id, self._clock.now()],
            ).fetchone()

    def drop(self, account_id: UUID) -> bool:
        """Forget it; whether there was one."""
        return bool(
            self._connection.execute("DELETE FROM pending_addresses WHERE account_id = %s", [account_id]).rowcount
        )

    def renew(self, change_id: UUID) -> None:
        """Its day begins only now: the mail with its link goes out."""
        self._connection.execute(
            "UPDATE pending_addresses SET expires_at = %s WHERE id = %s",
            [self._clock.now() + CHANGE_LIFETIME, change_id],
        )

    def _opened(self, *, account_id: UUID, email: bytes, **columns: Any) -> PendingAddress:
        opened = self._sealer.open(email, owner=str(account_id), purpose="pending_addresses.email")
        return PendingAddress(account_id=account_id, email=opened.decode(), **columns)

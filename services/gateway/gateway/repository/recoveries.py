"""Passwords that are to be set anew: who typed in which address, and the one link of each person that works."""

from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection, notify
from gateway.domain.recovery import RECOVERY_LIFETIME, Recovery


class Recoveries:
    """At most one link per person, and nothing here from which one could be made."""

    def __init__(self, connection: Connection, clock: Clock, channel: str) -> None:
        self._connection = connection
        self._clock = clock
        self._channel = channel

    def wish(self, email_index: bytes) -> None:
        """Somebody typed in this address; whether anybody has it is looked at after this commits."""
        self._connection.execute(
            """
            INSERT INTO recovery_wishes (email_index, asked_at) VALUES (%s, %s)
            ON CONFLICT (email_index) DO UPDATE SET asked_at = excluded.asked_at
            """,
            [email_index, self._clock.now()],
        )
        notify(self._connection, self._channel)

    def next_wish(self) -> bytes | None:
        """Take out the oldest one."""
        row = self._connection.execute(
            """
            DELETE FROM recovery_wishes
             WHERE email_index = (SELECT email_index FROM recovery_wishes
                                   ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING email_index
            """
        ).fetchone()
        return bytes(row[0]) if row else None

    def put(self, account_id: UUID) -> UUID:
        """A new link, in the place of the one before; returns its id."""
        now, recovery_id = self._clock.now(), self._clock.new_id()
        self._connection.execute(
            """
            INSERT INTO recoveries (account_id, id, asked_at, expires_at) VALUES (%s, %s, %s, %s)
            ON CONFLICT (account_id) DO UPDATE
               SET id = excluded.id, asked_at = excluded.asked_at, expires_at = excluded.expires_at
            """,
            [account_id, recovery_id, now, now + RECOVERY_LIFETIME],
        )
        return recovery_id

    def find(self, account_id: UUID, recovery_id: UUID) -> Recovery | None:
        """The link, while it works."""
        with self._connection.cursor(row_factory=class_row(Recovery)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, asked_at, expires_at FROM recoveries
                 WHERE account_id = %s AND id = %s AND expires_at > %s
                """,
                [account_id, recovery_id, self._clock.now()],
            ).fetchone()

    def renew(self, recovery_id: UUID) -> None:
        """Its hour begins only now: the mail goes out."""
        self._connection.execute(
            "UPDATE recoveries SET expires_at = %s WHERE id = %s", [self._clock.now() + RECOVERY_LIFETIME, recovery_id]
        )

    def take(self, account_id: UUID, recovery_id: UUID) -> bool:
        """Use it up; False when it is not this one that works, or not any more."""
        return bool(
            self._connection.execute(
                "DELETE FROM recoveries WHERE account_id = %s AND id = %s AND expires_at > %s",
                [account_id, recovery_id, self._clock.now()],
            ).rowcount
        )

    def drop(self, account_id: UUID) -> None:
        """No link works any more."""
        self._connection.execute("DELETE FROM recoveries WHERE account_id = %s", [account_id])

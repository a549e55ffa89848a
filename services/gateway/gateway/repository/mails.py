"""Mails to send and what became of them: ids and templates, never addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from common.clock import Clock
from common.database import Connection, notify

# A mail is tried for about two days: 1 min, 2 min, 4 min …
MAX_ATTEMPTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail that waits to be sent."""

    id: UUID
    # None: a letter about a question of somebody without an account.
    account_id: UUID | None
    template: str
    attempts: int
    # The numbers and dates in it, and the document of billing's that goes along.
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    attachment: UUID | None = None
    ticket_id: UUID | None = None
    # When the try before this one began, if nobody knows what became of it.
    unsettled_since: datetime | None = None


class Mails:
    """One row per mail: waiting, then sent or refused."""

    def __init__(self, connection: Connection, clock: Clock, channel: str) -> None:
        self._connection = connection
        self._clock = clock
        self._channel = channel

    def add(
        self,
        account_id: UUID | None,
        template: str,
        *,
        parameters: Mapping[str, str] | None = None,
        attachment: UUID | None = None,
        ticket_id: UUID | None = None,
        mail_id: UUID | None = None,
    ) -> None:
        """Ask for a mail; it is written and sent after this commits."""
        now, given = self._clock.now(), Jsonb(dict(parameters or {}))
        self._connection.execute(
            """
            INSERT INTO mails (id, account_id, template, parameters, attachment, ticket_id, state, created_at,
                               next_try_at)
            VALUES (%s, %s, %s, %s, %s, %s, 'waiting', %s, %s)
            """,
            [mail_id or self._clock.new_id(), account_id, template, given, attachment, ticket_id, now, now],
        )
        notify(self._connection, self._channel)

    def waits(self, account_id: UUID, template: str, *, since: datetime) -> bool | None:
        """Whether such a letter of hers still waits, younger than that; None where there is none at all."""
        row = self._connection.execute(
            """
            SELECT bool_or(state = 'waiting' AND created_at > %s) FROM mails WHERE account_id = %s AND template = %s
            """,
            [since, account_id, template],
        ).fetchone()
        return row[0] if row else None

    def claim(self) -> Mail | None:
        """The next mail to try; it comes up again, ever later, unless its fate is recorded.

        Letters to everybody wait for those that somebody waits for.
        """
        now = self._clock.now()
        with self._connection.cursor(row_factory=class_row(Mail)) as cursor:
            return cursor.execute(
                """
                WITH due AS (
                    SELECT id, calling_since FROM mails WHERE state = 'waiting' AND next_try_at <= %(now)s
                     ORDER BY template IN ('policy', 'news'), next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                UPDATE mails
                   SET attempts = attempts + 1, next_try_at = %(now)s + interval '1 minute' * (2 ^ attempts),
                       calling_since = %(now)s
                  FROM due WHERE mails.id = due.id
             RETURNING mails.id, account_id, template, attempts, parameters, attachment, ticket_id,
                       due.calling_since AS unsettled_since
                """,
                {"now": now},
            ).fetchone()

    def settle(self, mail_id: UUID) -> None:
        """It is known what became of this try."""
        self._connection.execute("UPDATE mails SET calling_since = NULL WHERE id = %s", [mail_id])

    def drop(self, mail_id: UUID) -> None:
        """It is not sent after all."""
        self._connection.execute("DELETE FROM mails WHERE id = %s AND state = 'waiting'", [mail_id])

    def mark_sent(self, mail_id: UUID) -> None:
        """The mail server took it."""
        self._connection.execute(
            "UPDATE mails SET state = 'sent', sent_at = %s WHERE id = %s", [self._clock.now(), mail_id]
        )

    def mark_refused(self, mail_id: UUID) -> None:
        """It cannot be delivered, or was tried long enough."""
        self._connection.execute("UPDATE mails SET state = 'refused' WHERE id = %s", [mail_id])

    def asked_since(self, account_id: UUID, template: str, since: datetime) -> int:
        """How many mails of this kind were asked for since then."""
        row = self._connection.execute(
            "SELECT count(*) FROM mails WHERE account_id = %s AND template = %s AND created_at > %s",
            [account_id, template, since],
        ).fetchone()
        return int(row[0]) if row else 0

    def call_off(self, account_id: UUID, templates: Sequence[str]) -> None:
        """Send none of these that still wait: what they would say is no longer so."""
        self._connection.execute(
            "UPDATE mails SET state = 'refused' WHERE account_id = %s AND template = ANY(%s) AND state = 'waiting'",
            [account_id, list(templates)],
        )

"""Around tickets: how often somebody may write, how long people wait, and who of the studio looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from gateway.domain.tickets import Access, Ticket, TooManyMessages


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """So many messages at once, and one more after each `every`."""

    sender: bytes
    at_once: int
    every: timedelta


class ContactRates:
    """One moment for each sender: when her messages would be due, were they spread evenly. All processes share it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def take(self, allowed: Sequence[Allowed]) -> None:
        """Count a message with every one of these senders. Raises TooManyMessages, and then nothing is counted.

        In one order, so that two who share two senders do not wait for each other.
        """
        for each in sorted(allowed, key=lambda allowed: allowed.sender):
            self._take(each)

    def _take(self, allowed: Allowed) -> None:
        now = self._clock.now()
        taken = self._connection.execute(
            """
            INSERT INTO contact_rates AS sent (sender, due_at) VALUES (%(sender)s, %(now)s + %(every)s)
            ON CONFLICT (sender) DO UPDATE SET due_at = greatest(sent.due_at, %(now)s) + %(every)s
             WHERE greatest(sent.due_at, %(now)s) + %(every)s <= %(now)s + %(all)s
            """,
            {"sender": allowed.sender, "now": now, "every": allowed.every, "all": allowed.every * allowed.at_once},
        ).rowcount
        if taken:
            return
        row = self._connection.execute(
            "SELECT due_at FROM contact_rates WHERE sender = %s", [allowed.sender]
        ).fetchone()
        wait = (row[0] if row else now) - now - allowed.every * (allowed.at_once - 1)
        raise TooManyMessages(retry_after_seconds=max(1, -int(-wait.total_seconds() // 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many wait for an answer and since when, and since when the oldest waits for its acknowledgement."""

    unanswered: int
    oldest_unanswered: datetime | None
    oldest_unacknowledged: datetime | None


class AnswerTimes:
    """Read from the rows themselves, so that no restart forgets them; by indexes, however many tickets there are."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def waiting(self) -> Waiting:
        """Who waits right now."""
        with self._connection.cursor(row_factory=class_row(Waiting)) as cursor:
            found = cursor.execute(
                """
                SELECT count(*) AS unanswered, min(waiting_since) AS oldest_unanswered,
                       (SELECT min(opened_at) FROM tickets
                         WHERE acknowledged_at IS NULL AND unreachable_at IS NULL) AS oldest_unacknowledged
                  FROM tickets WHERE waiting_since IS NOT NULL
                """
            ).fetchone()
        return found or Waiting(unanswered=0, oldest_unanswered=None, oldest_unacknowledged=None)

    def first_answers(self, *, limit: int) -> list[float]:
        """Seconds to the first answer, of tickets that were not counted yet; each is told once."""
        rows = self._connection.execute(
            """
            UPDATE tickets SET counted = true
             WHERE id IN (SELECT id FROM tickets WHERE first_answered_at IS NOT NULL AND NOT counted
                           LIMIT %s FOR UPDATE SKIP LOCKED)
         RETURNING extract(epoch FROM first_answered_at - opened_at)::float8
            """,
            [limit],
        ).fetchall()
        return [seconds for (seconds,) in rows]

    def usual(self, *, within: timedelta, at_least: int) -> timedelta | None:
        """The median time to the first answer of late; None where too few were answered to say."""
        row = self._connection.execute(
            """
            SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY first_answered_at - opened_at)
              FROM (SELECT first_answered_at, opened_at FROM tickets WHERE first_answered_at >= %s
                     ORDER BY first_answered_at DESC LIMIT 1000) AS late
            """,
            [self._clock.now() - within],
        ).fetchone()
        count, median = row or (0, None)
        return median if count >= at_least else None


class AccessLog:
    """Lines are added and never changed; the database refuses it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, ticket: Ticket, *, operator: str, what: str, reason: str, act_id: UUID) -> None:
        """Write down that somebody of the studio looks, in the transaction that lets her.

        `act_id` is the line of the audit trail.
        """
        now = self._clock.now()
        self._connection.execute(
            """
            INSERT INTO access_log (id, account_id, ticket_id, operator, what, reason, at, act_id)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [self._clock.new_id(), ticket.account_id, ticket.id, operator, what, reason, now, act_id],
        )

    def add_of(self, account_id: UUID, *, operator: str, what: str, reason: str, act_id: UUID) -> None:
        """Write down that somebody looks at what is in no ticket; `act_id` likewise."""
        self._connection.execute(
            """
            INSERT INTO access_log (id, account_id, operator, what, reason, at, act_id)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            """,
            [self._clock.new_id(), account_id, operator, what, reason, self._clock.now(), act_id],
        )

    def of(self, account_id: UUID, *, limit: int, before: UUID | None = None) -> list[Access]:
        """Who looked at what of a person's, the latest first."""
        with self._connection.cursor(row_factory=class_row(Access)) as cursor:
            return cursor.execute(
                """
                SELECT id, operator, what, reason, at FROM access_log
                 WHERE account_id = %(account_id)s AND (%(before)s::uuid IS NULL OR id < %(before)s)
                 ORDER BY id DESC LIMIT %(limit)s
                """,
                {"account_id": account_id, "before": before, "limit": limit},
            ).fetchall()

    def of_ticket(self, ticket_id: UUID, *, limit: int) -> list[Access]:
        """Who looked at a ticket, the latest first."""
        with self._connection.cursor(row_factory=class_row(Access)) as cursor:
            return cursor.execute(
                "SELECT id, operator, what, reason, at FROM access_log WHERE ticket_id = %s ORDER BY id DESC LIMIT %s",
                [ticket_id, limit],
            ).fetchall()

    def drop_ticket(self, ticket_id: UUID) -> None:
        """Who looked at a ticket of nobody's is forgotten with it."""
        self._connection.execute("DELETE FROM access_log WHERE ticket_id = %s AND account_id IS NULL", [ticket_id])

"""Refunds and disputes, in literal SQL, inside one transaction."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from billing.domain.payments import DisputeState, Refund, RefundState
from common.clock import Clock
from common.database import Connection, notify

REFUNDS = "billing.refunds"


class Refunds:
    """Money that goes back, by our wish or by somebody else's."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def to_repeat(self) -> tuple[UUID, str] | None:
        """An order the studio still owes its money, as its last refund failed a while ago, and what for.

        An hour after the first failure, then ever later.
        """
        return self._connection.execute(
            """
            SELECT order_id, max(reason) FROM refunds JOIN orders ON orders.id = order_id
             WHERE order_id IN (SELECT order_id FROM refunds WHERE asked_by = 'studio' AND refunds.state = 'failed')
               AND amount_refunded < amount_paid
               AND NOT EXISTS (SELECT FROM disputes WHERE disputes.order_id = orders.id AND disputes.state <> 'won')
             GROUP BY order_id
            HAVING bool_and(refunds.state = 'failed' AND asked_by = 'studio')
               AND max(refunds.ended_at) + interval '1 hour' * (4 ^ least(count(*) - 1, 4)) <= %s
             ORDER BY max(refunds.ended_at) LIMIT 1
            """,
            [self._clock.now()],
        ).fetchone()

    def add(self, refund: Refund, provider: str, *, wait: timedelta) -> bool:
        """Record a refund; it is tried again after `wait` unless its fate is recorded. False when it is known."""
        notify(self._connection, REFUNDS)
        return bool(
            self._connection.execute(
                """
                INSERT INTO refunds (id, order_id, provider, amount, credits, reason, asked_by, state, reference,
                                     next_try_at, created_at)
                VALUES (%(id)s, %(order_id)s, %(provider)s, %(amount)s, %(credits)s, %(reason)s, %(asked_by)s,
                        %(state)s, %(reference)s, %(next_try_at)s, %(created_at)s)
                ON CONFLICT DO NOTHING
                """,
                {
                    "id": refund.id,
                    "order_id": refund.order_id,
                    "provider": provider,
                    "amount": refund.amount,
                    "credits": refund.credits,
                    "reason": refund.reason,
                    "asked_by": refund.asked_by,
                    "state": refund.state,
                    "reference": refund.reference,
                    "next_try_at": refund.created_at + wait,
                    "created_at": refund.created_at,
                },
            ).rowcount
        )

    def find(self, refund_id: UUID | None, provider: str, reference: str | None) -> Refund | None:
        """A refund by our id or by the provider's reference, locked."""
        with self._connection.cursor(row_factory=kwargs_row(_refund)) as cursor:
            return cursor.execute(
                _SELECT + "WHERE id = %s OR (provider = %s AND reference = %s) FOR UPDATE",
                [refund_id, provider, reference],
            ).fetchone()

    def of_order(self, order_id: UUID) -> list[Refund]:
        """The refunds of an order, the oldest first."""
        with self._connection.cursor(row_factory=kwargs_row(_refund)) as cursor:
            return cursor.execute(_SELECT + "WHERE order_id = %s ORDER BY created_at, id", [order_id]).fetchall()

    def record(self, refund: Refund, state: RefundState, reference: str | None) -> bool:
        """What became of it; False when that was known, or more."""
        ended = state in {RefundState.SUCCEEDED, RefundState.FAILED}
        return bool(
            self._connection.execute(
                """
                UPDATE refunds SET state = %s, reference = coalesce(%s, reference), ended_at = %s
                 WHERE id = %s AND state = %s
                """,
                [state, reference, self._clock.now() if ended else None, refund.id, refund.state],
            ).rowcount
        )

    def claim(self) -> Refund | None:
        """The next refund whose fate is open, to ask about; it comes up again, ever later."""
        with self._connection.cursor(row_factory=kwargs_row(_refund)) as cursor:
            return cursor.execute(
                """
                UPDATE refunds
                   SET attempts = attempts + 1,
                       next_try_at = %(now)s + least(interval '6 hours', interval '1 minute' * (2 ^ least(attempts, 9)))
                 WHERE id = (SELECT id FROM refunds WHERE state IN ('asked', 'pending') AND next_try_at <= %(now)s
                              ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING id, order_id, amount, credits, reason, state, reference, created_at, asked_by
                """,
                {"now": self._clock.now()},
            ).fetchone()


class Disputes:
    """Payments that somebody contests at a bank."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def state_of(self, provider: str, reference: str) -> DisputeState | None:
        """How it stands, as far as we know; the row is locked."""
        row = self._connection.execute(
            "SELECT state FROM disputes WHERE provider = %s AND reference = %s FOR UPDATE", [provider, reference]
        ).fetchone()
        return None if row is None else DisputeState(row[0])

    def add(self, provider: str, reference: str, order_id: UUID, amount: int) -> bool:
        """Record an open dispute; False when it is known."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO disputes (provider, reference, order_id, amount, state, created_at)
                VALUES (%s, %s, %s, %s, 'open', %s) ON CONFLICT DO NOTHING
                """,
                [provider, reference, order_id, amount, self._clock.now()],
            ).rowcount
        )

    def end(self, provider: str, reference: str, state: DisputeState, *, credits: int) -> bool:
        """It is decided, and so many credits were taken back; False when that was known."""
        return bool(
            self._connection.execute(
                """
                UPDATE disputes SET state = %s, credits = %s, ended_at = %s
                 WHERE provider = %s AND reference = %s AND state = 'open'
                """,
                [state, credits, self._clock.now(), provider, reference],
            ).rowcount
        )

    def contested(self, order_id: UUID) -> bool:
        """Whether a dispute about this order is open or lost."""
        return (
            self._connection.execute(
                "SELECT 1 FROM disputes WHERE order_id = %s AND state <> 'won'", [order_id]
            ).fetchone()
            is not None
        )


_SELECT = "SELECT id, order_id, amount, credits, reason, state, reference, created_at, asked_by FROM refunds "


def _refund(*, state: str, **columns: Any) -> Refund:
    return Refund(state=RefundState(state), **columns)

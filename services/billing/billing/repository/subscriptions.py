"""Customers and subscriptions, in literal SQL, inside one transaction."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from billing.domain.subscriptions import Subscription, SubscriptionState
from common.clock import Clock
from common.database import Connection


class Customers:
    """What the providers call the people who pay them."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def find(self, user_id: UUID, provider: str) -> str | None:
        """The provider's reference of this person."""
        row = self._connection.execute(
            "SELECT reference FROM customers WHERE user_id = %s AND provider = %s", [user_id, provider]
        ).fetchone()
        return None if row is None else row[0]

    def add(self, user_id: UUID, provider: str, reference: str) -> None:
        """Keep it; the first one stays."""
        self._connection.execute(
            "INSERT INTO customers (user_id, provider, reference, created_at) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            [user_id, provider, reference, self._clock.now()],
        )

    def forget(self, user_id: UUID, provider: str) -> None:
        """The provider does not know this reference any more."""
        self._connection.execute("DELETE FROM customers WHERE user_id = %s AND provider = %s", [user_id, provider])


class SubscriptionRows:
    """Plans people have, as their provider said last."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def lock(self, provider: str, reference: str) -> Subscription | None:
        """A subscription by the provider's reference, locked."""
        with self._connection.cursor(row_factory=kwargs_row(_subscription)) as cursor:
            return cursor.execute(
                _SELECT + "WHERE provider = %s AND reference = %s FOR UPDATE", [provider, reference]
            ).fetchone()

    def current(self, user_id: UUID) -> Subscription | None:
        """The person's plan: the one that lives, or else the one that ended last."""
        with self._connection.cursor(row_factory=kwargs_row(_subscription)) as cursor:
            return cursor.execute(
                _SELECT
                + """
                WHERE user_id = %s
                ORDER BY state = 'canceled', array_position(ARRAY['active', 'past_due', 'paused'], state), id DESC
                LIMIT 1
                """,
                [user_id],
            ).fetchone()

    def add(self, subscription: Subscription) -> bool:
        """Record a subscription; False when it is known."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO subscriptions (id, user_id, provider, reference, price_id, state, cancel_at_period_end,
                                           created_at, seen_at)
                VALUES (%s, %s, %s, %s, %s, 'pending', false, %s, %s) ON CONFLICT DO NOTHING
                """,
                [
                    subscription.id,
                    subscription.user_id,
                    subscription.provider,
                    subscription.reference,
                    subscription.price_id,
                    subscription.created_at,
                    subscription.seen_at,
                ],
            ).rowcount
        )

    def update(self, subscription: Subscription) -> None:
        """How it stands now."""
        self._connection.execute(
            """
            UPDATE subscriptions
               SET price_id = %(price_id)s, paid_price_id = %(paid_price_id)s, state = %(state)s,
                   cancel_at_period_end = %(cancel)s, period_start = %(period_start)s, period_end = %(period_end)s,
                   past_due_since = %(past_due_since)s, seen_at = %(seen_at)s, ended_at = %(ended_at)s,
                   version = version + 1
             WHERE id = %(id)s
            """,
            {
                "id": subscription.id,
                "price_id": subscription.price_id,
                "paid_price_id": subscription.paid_price_id,
                "state": subscription.state,
                "cancel": subscription.cancel_at_period_end,
                "period_start": subscription.period_start,
                "period_end": subscription.period_end,
                "past_due_since": subscription.past_due_since,
                "seen_at": subscription.seen_at,
                "ended_at": subscription.ended_at,
            },
        )

    def count_up(self, subscription_id: UUID) -> None:
        """A wish was answered: the next one is another."""
        self._connection.execute("UPDATE subscriptions SET version = version + 1 WHERE id = %s", [subscription_id])

    def to_check(self, provider: str, *, again_after: timedelta, limit: int) -> list[str]:
        """References of living subscriptions not looked at lately, and of those whose period has ended."""
        now = self._clock.now()
        rows = self._connection.execute(
            """
            SELECT reference FROM subscriptions
             WHERE provider = %(provider)s AND state <> 'canceled'
               AND (seen_at <= %(again)s OR (period_end <= %(now)s AND seen_at <= period_end + interval '2 hours'))
             ORDER BY seen_at LIMIT %(limit)s
            """,
            {"provider": provider, "again": now - again_after, "now": now, "limit": limit},
        ).fetchall()
        return [reference for (reference,) in rows]


_SELECT = """
    SELECT id, user_id, provider, reference, price_id, paid_price_id, state, cancel_at_period_end, period_start,
           period_end, past_due_since, version, created_at, seen_at, ended_at
      FROM subscriptions
    """


def _subscription(*, state: str, **columns: Any) -> Subscription:
    return Subscription(state=SubscriptionState(state), **columns)

"""Customers and subscriptions, in literal SQL, inside one transaction."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, kwargs_row

from billing.domain.subscriptions import Subscription, SubscriptionState
from common.clock import Clock
from common.database import Connection, notify

ENDS = "billing.plan_ends"
LEAVING = "billing.leaving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What a provider calls a person."""

    user_id: UUID
    provider: str
    reference: str


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
        """Keep it; the first one stays. Of somebody who has left meanwhile, it is deleted again."""
        self._connection.execute(
            """
            INSERT INTO customers (user_id, provider, reference, created_at, delete_try_at)
            VALUES (%(user_id)s, %(provider)s, %(reference)s, %(now)s,
                    (SELECT %(now)s FROM departures WHERE user_id = %(user_id)s))
            ON CONFLICT DO NOTHING
            """,
            {"user_id": user_id, "provider": provider, "reference": reference, "now": self._clock.now()},
        )

    def forget(self, user_id: UUID, provider: str) -> None:
        """The provider does not know this reference any more."""
        self._connection.execute("DELETE FROM customers WHERE user_id = %s AND provider = %s", [user_id, provider])

    def ask_delete(self, user_id: UUID) -> None:
        """The providers are to forget this person; the job that sees to it is woken when this commits."""
        self._connection.execute(
            "UPDATE customers SET delete_try_at = coalesce(delete_try_at, %s) WHERE user_id = %s",
            [self._clock.now(), user_id],
        )
        notify(self._connection, LEAVING)

    def claim_leaving(self) -> Customer | None:
        """The next one to be deleted at the provider, once no order or plan needs it; it comes up again, ever later."""
        with self._connection.cursor(row_factory=class_row(Customer)) as cursor:
            return cursor.execute(
                """
                UPDATE customers
                   SET delete_attempts = delete_attempts + 1,
                       delete_try_at = %(now)s
                           + least(interval '6 hours', interval '1 minute' * (2 ^ least(delete_attempts, 9)))
                 WHERE (user_id, provider) = (
                       SELECT user_id, provider FROM customers AS leaving
                        WHERE delete_try_at <= %(now)s
                          AND NOT EXISTS (SELECT FROM orders WHERE orders.user_id = leaving.user_id
                                             AND orders.provider = leaving.provider AND state IN ('new', 'open'))
                          AND NOT EXISTS (SELECT FROM subscriptions WHERE subscriptions.user_id = leaving.user_id
                                             AND subscriptions.provider = leaving.provider AND state <> 'canceled')
                        ORDER BY delete_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING user_id, provider, reference
                """,
                {"now": self._clock.now()},
            ).fetchone()

    def drop(self, customer: Customer) -> None:
        """The provider has deleted it."""
        self._connection.execute(
            "DELETE FROM customers WHERE user_id = %s AND provider = %s AND reference = %s",
            [customer.user_id, customer.provider, customer.reference],
        )


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

    def state_of(self, provider: str, reference: str) -> SubscriptionState | None:
        """How a plan stands, as far as we know."""
        row = self._connection.execute(
            "SELECT state FROM subscriptions WHERE provider = %s AND reference = %s", [provider, reference]
        ).fetchone()
        return None if row is None else SubscriptionState(row[0])

    def current(self, user_id: UUID) -> Subscription | None:
        """The person's plan: the one that lives, or else the one that ended last. Never one that is a second."""
        with self._connection.cursor(row_factory=kwargs_row(_subscription)) as cursor:
            return cursor.execute(
                _SELECT
                + """
                WHERE user_id = %s AND end_because IS NULL
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

    def other_living(self, user_id: UUID, reference: str) -> Subscription | None:
        """Another plan of this person than that one, which lives as far as we know."""
        with self._connection.cursor(row_factory=kwargs_row(_subscription)) as cursor:
            return cursor.execute(
                _SELECT
                + """
                WHERE user_id = %s AND reference <> %s AND end_because IS NULL AND state NOT IN ('pending', 'canceled')
                """,
                [user_id, reference],
            ).fetchone()

    def another_lives(self, subscription: Subscription) -> bool:
        """Whether the person has another plan; her account is locked, so that two cannot both be the second."""
        return (
            self._connection.execute(
                """
                SELECT 1 FROM subscriptions
                 WHERE user_id = %s AND id <> %s AND end_because IS NULL AND state NOT IN ('pending', 'canceled')
                """,
                [subscription.user_id, subscription.id],
            ).fetchone()
            is not None
        )

    def ask_end(self, subscription_id: UUID, because: str) -> None:
        """Record that a plan is to end; the job that sees to it is woken when this commits."""
        self._connection.execute(
            "UPDATE subscriptions SET end_because = %s, end_try_at = %s WHERE id = %s AND end_because IS NULL",
            [because, self._clock.now(), subscription_id],
        )
        notify(self._connection, ENDS)

    def ask_end_of_all(self, user_id: UUID, because: str) -> None:
        """The same for whatever plan of this person has not ended."""
        self._connection.execute(
            """
            UPDATE subscriptions SET end_because = %s, end_try_at = %s
             WHERE user_id = %s AND state <> 'canceled' AND end_because IS NULL
            """,
            [because, self._clock.now(), user_id],
        )
        notify(self._connection, ENDS)

    def claim_end(self) -> Subscription | None:
        """The next plan that is to end and has not, as far as we know; it comes up again, ever later."""
        with self._connection.cursor(row_factory=kwargs_row(_subscription)) as cursor:
            return cursor.execute(
                """
                UPDATE subscriptions
                   SET end_attempts = end_attempts + 1,
                       end_try_at = %(now)s
                                    + least(interval '6 hours', interval '1 minute' * (2 ^ least(end_attempts, 9)))
                 WHERE id = (SELECT id FROM subscriptions
                              WHERE end_because IS NOT NULL AND state <> 'canceled' AND end_try_at <= %(now)s
                              ORDER BY end_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING id, user_id, provider, reference, price_id, paid_price_id, state, cancel_at_period_end,
                       period_start, period_end, past_due_since, version, created_at, seen_at, ended_at, end_because
                """,
                {"now": self._clock.now()},
            ).fetchone()

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
           period_end, past_due_since, version, created_at, seen_at, ended_at, end_because
      FROM subscriptions
    """


def _subscription(*, state: str, **columns: Any) -> Subscription:
    return Subscription(state=SubscriptionState(state), **columns)

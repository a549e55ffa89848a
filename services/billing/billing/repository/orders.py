"""Orders' rows, in literal SQL, inside one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from billing.domain.payments import Order, OrderKind, OrderState, PaymentSeen
from common.clock import Clock
from common.database import Connection, notify

GIVEN_UP = "billing.given_up"


class Orders:
    """What people buy, and what was paid for it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, order: Order, *, request_key: bytes | None = None) -> bool:
        """Record an order; False when its bill or its request was recorded already."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO orders (id, user_id, provider, kind, price_id, catalogue_version, credits, list_amount,
                                    amount, currency, state, coupon, request_key, bill, subscription_id, period_start,
                                    period_end, created_at)
                VALUES (%(id)s, %(user_id)s, %(provider)s, %(kind)s, %(price_id)s, %(catalogue_version)s, %(credits)s,
                        %(list_amount)s, %(amount)s, %(currency)s, 'new', %(coupon)s, %(request_key)s, %(bill)s,
                        %(subscription_id)s, %(period_start)s, %(period_end)s, %(created_at)s)
                ON CONFLICT DO NOTHING
                """,
                {
                    "id": order.id,
                    "user_id": order.user_id,
                    "provider": order.provider,
                    "kind": order.kind,
                    "price_id": order.price_id,
                    "catalogue_version": order.catalogue_version,
                    "credits": order.credits,
                    "list_amount": order.list_amount,
                    "amount": order.amount,
                    "currency": order.currency,
                    "coupon": order.coupon,
                    "request_key": request_key,
                    "bill": order.bill,
                    "subscription_id": order.subscription_id,
                    "period_start": order.period_start,
                    "period_end": order.period_end,
                    "created_at": order.created_at,
                },
            ).rowcount
        )

    def find(self, order_id: UUID) -> Order | None:
        """An order."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(_SELECT + "WHERE id = %s", [order_id]).fetchone()

    def of_document(self, series: str, year: int, seq: int) -> Order | None:
        """The order an invoice, a receipt or a credit note is about, by the document's number."""
        row = self._connection.execute(
            "SELECT order_id FROM invoices WHERE series = %s AND year = %s AND seq = %s", [series, year, seq]
        ).fetchone()
        return self.find(row[0]) if row else None

    def called(self, name: str, providers: Sequence[str]) -> Order | None:
        """The order these providers call so: by the money that came for it, or by the way to pay it."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(
                _SELECT
                + "WHERE provider = ANY(%(providers)s) AND (payment = %(name)s OR reference = %(name)s) LIMIT 1",
                {"providers": list(providers), "name": name},
            ).fetchone()

    def lock(self, order_id: UUID) -> Order | None:
        """An order, locked until the transaction ends."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(_SELECT + "WHERE id = %s FOR UPDATE", [order_id]).fetchone()

    def of_request(self, user_id: UUID, request_key: bytes) -> Order | None:
        """The order this request made before."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(
                _SELECT + "WHERE user_id = %s AND request_key = %s", [user_id, request_key]
            ).fetchone()

    def of_payment(self, seen: PaymentSeen) -> Order | None:
        """The order a payment is for, locked: by our id, or by either of the provider's references."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(
                _SELECT
                + """
                WHERE provider = %(provider)s
                  AND (id = %(order_id)s OR reference = %(reference)s OR payment = %(payment)s)
                ORDER BY (payment IS NOT DISTINCT FROM %(payment)s) DESC LIMIT 1 FOR UPDATE
                """,
                {
                    "provider": seen.provider,
                    "order_id": seen.order_id,
                    "reference": seen.reference,
                    "payment": seen.payment,
                },
            ).fetchone()

    def has_bill(self, provider: str, bill: str) -> bool:
        """Whether a bill was recorded before."""
        return (
            self._connection.execute(
                "SELECT 1 FROM orders WHERE provider = %s AND bill = %s", [provider, bill]
            ).fetchone()
            is not None
        )

    def of_subscription(self, subscription_id: UUID) -> list[Order]:
        """The paid orders of a subscription, the oldest period first."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(
                _SELECT + "WHERE subscription_id = %s AND state = 'paid' ORDER BY period_start, id", [subscription_id]
            ).fetchall()

    def of_person(self, user_id: UUID, *, before: UUID | None, limit: int) -> list[Order]:
        """A person's orders, the newest first."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(
                _SELECT
                + """
                WHERE user_id = %(user_id)s AND (%(before)s::uuid IS NULL OR id < %(before)s)
                ORDER BY id DESC LIMIT %(limit)s
                """,
                {"user_id": user_id, "before": before, "limit": limit},
            ).fetchall()

    def open_of_kind(self, user_id: UUID, kind: OrderKind) -> list[Order]:
        """A person's orders of this kind that can still be paid."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(
                _SELECT + "WHERE user_id = %s AND kind = %s AND state IN ('new', 'open')", [user_id, kind]
            ).fetchall()

    def mark_open(self, order_id: UUID, *, reference: str, url: str | None, expires_at: datetime | None) -> bool:
        """The provider knows of it; False when its fate was settled meanwhile."""
        return bool(
            self._connection.execute(
                """
                UPDATE orders SET state = 'open', reference = %s, url = %s, expires_at = %s
                 WHERE id = %s AND state IN ('new', 'open')
                """,
                [reference, url, expires_at, order_id],
            ).rowcount
        )

    def mark_paid(self, order: Order) -> bool:
        """The money is there, for good; False when that was known."""
        return bool(
            self._connection.execute(
                """
                UPDATE orders
                   SET state = 'paid', url = NULL, paid_at = %(paid_at)s, amount_paid = %(amount_paid)s,
                       reference = coalesce(reference, %(reference)s), payment = coalesce(payment, %(payment)s),
                       bill = coalesce(bill, %(bill)s), lot = %(lot)s, credits = %(credits)s,
                       subscription_id = coalesce(subscription_id, %(subscription_id)s),
                       period_start = %(period_start)s, period_end = %(period_end)s, ended_at = NULL
                 WHERE id = %(id)s AND state <> 'paid'
                """,
                {
                    "id": order.id,
                    "paid_at": order.paid_at,
                    "amount_paid": order.amount_paid,
                    "reference": order.reference,
                    "payment": order.payment,
                    "bill": order.bill,
                    "lot": order.lot,
                    "credits": order.credits,
                    "subscription_id": order.subscription_id,
                    "period_start": order.period_start,
                    "period_end": order.period_end,
                },
            ).rowcount
        )

    def mark_ended(self, order_id: UUID, state: OrderState) -> bool:
        """It will not be paid, as far as anybody knows; False when its fate was settled meanwhile."""
        return bool(
            self._connection.execute(
                "UPDATE orders SET state = %s, url = NULL, ended_at = %s WHERE id = %s AND state IN ('new', 'open')",
                [state, self._clock.now(), order_id],
            ).rowcount
        )

    def ask_give_up(self, order_id: UUID) -> None:
        """Its owner wants nothing more of it; the job that sees to it is woken when this commits."""
        self._connection.execute(
            """
            UPDATE orders SET give_up_try_at = coalesce(give_up_try_at, %s)
             WHERE id = %s AND state IN ('new', 'open')
            """,
            [self._clock.now(), order_id],
        )
        notify(self._connection, GIVEN_UP)

    def give_up_all(self, user_id: UUID) -> None:
        """The same for whatever this person has not paid."""
        self._connection.execute(
            """
            UPDATE orders SET give_up_try_at = %s
             WHERE user_id = %s AND state IN ('new', 'open') AND give_up_try_at IS NULL
            """,
            [self._clock.now(), user_id],
        )
        notify(self._connection, GIVEN_UP)

    def claim_given_up(self) -> Order | None:
        """The next order that is given up and still open, as far as we know; it comes up again, ever later."""
        row = self._connection.execute(
            """
            UPDATE orders
               SET give_up_attempts = give_up_attempts + 1,
                   give_up_try_at = %(now)s
                       + least(interval '6 hours', interval '1 minute' * (2 ^ least(give_up_attempts, 9)))
             WHERE id = (SELECT id FROM orders WHERE give_up_try_at <= %(now)s AND state IN ('new', 'open')
                          ORDER BY give_up_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id
            """,
            {"now": self._clock.now()},
        ).fetchone()
        return None if row is None else self.find(row[0])

    def add_refunded(self, order_id: UUID, amount: int) -> None:
        """So much of the money goes back (or, below zero, stays after all); never more than was paid."""
        self._connection.execute(
            "UPDATE orders SET amount_refunded = amount_refunded + %s WHERE id = %s", [amount, order_id]
        )

    def to_check(self, provider: str, *, older_than: timedelta, again_after: timedelta, limit: int) -> Sequence[UUID]:
        """Orders that wait for their payment and were not looked at lately; counts as looking."""
        now = self._clock.now()
        rows = self._connection.execute(
            """
            UPDATE orders SET checked_at = %(now)s
             WHERE id IN (SELECT id FROM orders
                           WHERE provider = %(provider)s AND state IN ('new', 'open') AND created_at <= %(before)s
                             AND (checked_at IS NULL OR checked_at <= %(again)s)
                           ORDER BY created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
         RETURNING id
            """,
            {
                "provider": provider,
                "now": now,
                "before": now - older_than,
                "again": now - again_after,
                "limit": limit,
            },
        ).fetchall()
        return [order_id for (order_id,) in rows]


_SELECT = """
    SELECT id, user_id, provider, kind, price_id, catalogue_version, credits, list_amount, amount, currency, state,
           coupon, reference, url, payment, bill, subscription_id, period_start, period_end, lot, amount_paid,
           amount_refunded, created_at, expires_at, paid_at, ended_at, give_up_try_at IS NOT NULL AS given_up
      FROM orders
    """


def _order(*, kind: str, state: str, **columns: Any) -> Order:
    return Order(kind=OrderKind(kind), state=OrderState(state), **columns)

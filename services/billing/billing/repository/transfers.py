"""Orders paid by bank transfer, and the movements of the bank account, in literal SQL."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, kwargs_row

from billing.domain.transfers import TransferOrder, TransferRefund, TransferState
from common.clock import Clock
from common.database import Connection

_SELECT = """
    SELECT order_id, user_id, invoice_id, number, amount, currency, state, received, returned, refunded, reminders,
           remind_at, expires_at, opened_at, paid_at, changed_at
      FROM transfer_orders
    """


class Transfers:
    """What people were asked to transfer, and what became of it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def open(self, order: TransferOrder) -> bool:
        """Begin to wait for money; False when that was done for this order before."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO transfer_orders (order_id, user_id, invoice_id, number, amount, currency, state, remind_at,
                                             expires_at, opened_at, changed_at)
                VALUES (%(order_id)s, %(user_id)s, %(invoice_id)s, %(number)s, %(amount)s, %(currency)s, %(state)s,
                        %(remind_at)s, %(expires_at)s, %(opened_at)s, %(changed_at)s)
                ON CONFLICT (order_id) DO NOTHING
                """,
                {name: getattr(order, name) for name in TransferOrder.__slots__},
            ).rowcount
        )

    def of_order(self, order_id: UUID) -> TransferOrder | None:
        """By the order."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(_SELECT + "WHERE order_id = %s", [order_id]).fetchone()

    def of_invoice(self, invoice_id: UUID) -> TransferOrder | None:
        """By its invoice."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(_SELECT + "WHERE invoice_id = %s", [invoice_id]).fetchone()

    def find(self, number: str) -> TransferOrder | None:
        """By the number of its invoice."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(_SELECT + "WHERE number = %s", [number]).fetchone()

    def lock(self, number: str) -> TransferOrder | None:
        """By the number of its invoice, locked until the transaction ends."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(_SELECT + "WHERE number = %s FOR UPDATE", [number]).fetchone()

    def next_due(self) -> TransferOrder | None:
        """One whose reminder or end is due, locked; None when there is none that nobody else has in hand."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(
                _SELECT
                + """
                WHERE state = 'open' AND least(remind_at, expires_at) <= %s
                ORDER BY least(remind_at, expires_at) LIMIT 1 FOR UPDATE SKIP LOCKED
                """,
                [self._clock.now()],
            ).fetchone()

    def unsettled(self) -> list[TransferOrder]:
        """Those that wait for money, and those whose owner is owed some; the oldest first."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(
                _SELECT
                + """
                WHERE state = 'open' OR received - returned > CASE state WHEN 'paid' THEN amount - refunded ELSE 0 END
                ORDER BY opened_at, order_id
                """
            ).fetchall()

    def changed_since(self, since: datetime) -> list[TransferOrder]:
        """Those about which anything changed since then, the oldest change first."""
        with self._connection.cursor(row_factory=kwargs_row(_order)) as cursor:
            return cursor.execute(_SELECT + "WHERE changed_at >= %s ORDER BY changed_at, order_id", [since]).fetchall()

    def update(self, order: TransferOrder) -> None:
        """Record how a locked order stands now."""
        self._connection.execute(
            """
            UPDATE transfer_orders
               SET state = %(state)s, received = %(received)s, returned = %(returned)s, refunded = %(refunded)s,
                   reminders = %(reminders)s, remind_at = %(remind_at)s, paid_at = %(paid_at)s, changed_at = %(now)s
             WHERE order_id = %(order_id)s
            """,
            {**{name: getattr(order, name) for name in TransferOrder.__slots__}, "now": self._clock.now()},
        )

    def book(self, order: TransferOrder, amount: int, *, booked_on: date, reference: str) -> bool:
        """Write a movement down; False when the bank's reference was booked before."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO transfers (id, order_id, user_id, amount, booked_on, reference, recorded_at)
                VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (reference) DO NOTHING
                """,
                [
                    self._clock.new_id(),
                    order.order_id,
                    order.user_id,
                    amount,
                    booked_on,
                    reference,
                    self._clock.now(),
                ],
            ).rowcount
        )

    def is_booked(self, order: TransferOrder, amount: int, *, booked_on: date, reference: str) -> bool:
        """Whether just this movement is written down."""
        row = self._connection.execute(
            "SELECT 1 FROM transfers WHERE reference = %s AND order_id = %s AND amount = %s AND booked_on = %s",
            [reference, order.order_id, amount, booked_on],
        ).fetchone()
        return row is not None

    def ask_refund(self, order: TransferOrder, refund_id: UUID, amount: int) -> bool:
        """Remember that part of the price is to go back; False when that was asked for before."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO transfer_refunds (refund_id, order_id, user_id, amount, asked_at)
                VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
                """,
                [refund_id, order.order_id, order.user_id, amount, self._clock.now()],
            ).rowcount
        )

    def settle_refunds(self, order_id: UUID) -> None:
        """All that was owed for the order has been sent."""
        self._connection.execute(
            "UPDATE transfer_refunds SET settled_at = %s WHERE order_id = %s AND settled_at IS NULL",
            [self._clock.now(), order_id],
        )

    def refunds(self, order_id: UUID) -> list[TransferRefund]:
        """What of the price goes back, the oldest first."""
        with self._connection.cursor(row_factory=class_row(TransferRefund)) as cursor:
            return cursor.execute(
                """
                SELECT refund_id, amount, settled_at FROM transfer_refunds
                 WHERE order_id = %s ORDER BY asked_at, refund_id
                """,
                [order_id],
            ).fetchall()


def _order(*, state: str, **columns: Any) -> TransferOrder:
    return TransferOrder(state=TransferState(state), **columns)

"""The laws of payments, as queries for what breaks them; each answers with the offenders' ids."""

from datetime import timedelta

from billing.domain.laws import Violations
from common.clock import Clock
from common.database import Connection

# What was paid lately is looked at every minute; the books of all services are compared elsewhere.
LATELY = timedelta(hours=25)


class PaymentLaws:
    """Whether what was paid, granted and sent back agree."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def broken(self) -> Violations:
        """A paid order has its credits, once; no more goes back than was paid, and exactly what refunds say.

        What one proposed and another one approved is what went back.
        """
        since = self._clock.now() - LATELY
        ungranted = self._connection.execute(
            """
            SELECT id::text FROM orders
             WHERE paid_at >= %s AND credits > 0
               AND NOT EXISTS (SELECT FROM lots WHERE lots.source = orders.lot)
            """,
            [since],
        ).fetchall()
        refunds = self._connection.execute(
            """
            SELECT bought.id::text
              FROM orders AS bought
              JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS back FROM refunds
                             WHERE order_id = bought.id AND state <> 'failed') AS refunds ON true
              JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS lost FROM disputes
                             WHERE order_id = bought.id AND state = 'lost') AS disputes ON true
             WHERE bought.paid_at >= %s AND amount_refunded NOT BETWEEN back AND back + lost
            """,
            [since],
        ).fetchall()
        alone = self._connection.execute(
            """
            SELECT proposal.id::text
              FROM refund_proposals AS proposal LEFT JOIN refunds AS refund ON refund.id = refund_id
             WHERE decided_at >= %s AND proposal.state = 'approved'
               AND (proposed_by = decided_by OR (refund.order_id, refund.amount)
                    IS DISTINCT FROM (proposal.order_id, proposal.amount))
            """,
            [since],
        ).fetchall()
        return {
            "paid_without_credits": [order for (order,) in ungranted],
            "refunds_differ_from_order": [order for (order,) in refunds],
            "refund_differs_from_what_two_agreed": [proposal for (proposal,) in alone],
        }

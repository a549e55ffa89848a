"""The rows of proposed refunds, in literal SQL, inside one transaction."""

from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from billing.domain.proposals import Proposal, ProposalState
from common.clock import Clock
from common.database import Connection


class Proposals:
    """Refunds that were proposed, and what became of them."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, proposal: Proposal, request_key: bytes) -> bool:
        """Keep a proposal; False when another one waits for the order, or the request is known."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO refund_proposals
                       (id, order_id, amount, reason, state, request_key, proposed_by, proposed_at)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
                """,
                [
                    proposal.id,
                    proposal.order_id,
                    proposal.amount,
                    proposal.reason,
                    proposal.state,
                    request_key,
                    proposal.proposed_by,
                    proposal.proposed_at,
                ],
            ).rowcount
        )

    def of_request(self, request_key: bytes) -> Proposal | None:
        """What this request proposed before."""
        with self._connection.cursor(row_factory=kwargs_row(_proposal)) as cursor:
            return cursor.execute(_SELECT + "WHERE request_key = %s", [request_key]).fetchone()

    def lock(self, proposal_id: UUID) -> Proposal | None:
        """One of them, which nobody else decides until the transaction ends."""
        with self._connection.cursor(row_factory=kwargs_row(_proposal)) as cursor:
            return cursor.execute(_SELECT + "WHERE id = %s FOR NO KEY UPDATE", [proposal_id]).fetchone()

    def find(self, proposal_id: UUID) -> Proposal | None:
        """One of them."""
        with self._connection.cursor(row_factory=kwargs_row(_proposal)) as cursor:
            return cursor.execute(_SELECT + "WHERE id = %s", [proposal_id]).fetchone()

    def waiting(self) -> list[Proposal]:
        """Those that wait for a second person, the oldest first."""
        with self._connection.cursor(row_factory=kwargs_row(_proposal)) as cursor:
            return cursor.execute(_SELECT + "WHERE state = 'proposed' ORDER BY proposed_at, id").fetchall()

    def decided(self, *, limit: int) -> list[Proposal]:
        """The latest that were decided, the latest first."""
        with self._connection.cursor(row_factory=kwargs_row(_proposal)) as cursor:
            return cursor.execute(_SELECT + "WHERE state <> 'proposed' ORDER BY id DESC LIMIT %s", [limit]).fetchall()

    def of_order(self, order_id: UUID) -> list[Proposal]:
        """Those about one order, the oldest first."""
        with self._connection.cursor(row_factory=kwargs_row(_proposal)) as cursor:
            return cursor.execute(_SELECT + "WHERE order_id = %s ORDER BY proposed_at, id", [order_id]).fetchall()

    def decide(self, proposal: Proposal, state: ProposalState, operator: UUID, *, refund_id: UUID | None) -> None:
        """A proposal is decided, once."""
        self._connection.execute(
            """
            UPDATE refund_proposals SET state = %s, decided_by = %s, decided_at = %s, refund_id = %s
             WHERE id = %s AND state = 'proposed'
            """,
            [state, operator, self._clock.now(), refund_id, proposal.id],
        )


_SELECT = """
    SELECT id, order_id, amount, reason, state, proposed_by, proposed_at, decided_by, decided_at, refund_id
      FROM refund_proposals
    """


def _proposal(*, state: str, **columns: Any) -> Proposal:
    return Proposal(state=ProposalState(state), **columns)

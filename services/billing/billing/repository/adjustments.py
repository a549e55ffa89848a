"""The rows of adjustments, in literal SQL, inside one transaction."""

from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from billing.domain.adjustments import Adjustment, AdjustmentState
from common.clock import Clock
from common.database import Connection


class Adjustments:
    """What operators proposed, and what became of it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def propose(self, user_id: UUID, credits: int, reason: str, operator: str) -> UUID:
        """Keep a proposal; its id."""
        adjustment_id = self._clock.new_id()
        self._connection.execute(
            """
            INSERT INTO adjustments (id, user_id, credits, reason, state, proposed_by, proposed_at)
            VALUES (%s, %s, %s, %s, 'proposed', %s, %s)
            """,
            [adjustment_id, user_id, credits, reason, operator, self._clock.now()],
        )
        return adjustment_id

    def lock(self, adjustment_id: UUID) -> Adjustment | None:
        """One of them, which nobody else decides until the transaction ends."""
        with self._connection.cursor(row_factory=kwargs_row(_adjustment)) as cursor:
            return cursor.execute(
                """
                SELECT id, user_id, credits, reason, state, proposed_by, proposed_at, decided_by
                  FROM adjustments WHERE id = %s FOR NO KEY UPDATE
                """,
                [adjustment_id],
            ).fetchone()

    def pending(self) -> list[Adjustment]:
        """Those that wait for a second person, the oldest first."""
        with self._connection.cursor(row_factory=kwargs_row(_adjustment)) as cursor:
            return cursor.execute(
                """
                SELECT id, user_id, credits, reason, state, proposed_by, proposed_at, decided_by
                  FROM adjustments WHERE state = 'proposed' ORDER BY proposed_at, id
                """
            ).fetchall()

    def decide(self, adjustment: Adjustment, state: AdjustmentState, operator: str) -> None:
        """A proposal is decided, once."""
        self._connection.execute(
            """
            UPDATE adjustments SET state = %s, decided_by = %s, decided_at = %s WHERE id = %s AND state = 'proposed'
            """,
            [state, operator, self._clock.now(), adjustment.id],
        )


def _adjustment(*, state: str, **columns: Any) -> Adjustment:
    return Adjustment(state=AdjustmentState(state), **columns)

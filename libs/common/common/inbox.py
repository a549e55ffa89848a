"""At-least-once becomes once: an event is remembered in the transaction of its effect."""

from collections.abc import Sequence
from uuid import UUID

from common.arrays import array_of
from common.database import Connection


def first_times(connection: Connection, event_ids: Sequence[UUID]) -> set[UUID]:
    """Remember these events and return those never seen before.

    A second transaction that brings the same event waits for the first to end.
    """
    # Sorted, so that two consumers with overlapping batches cannot deadlock.
    rows = connection.execute(
        """
        INSERT INTO inbox (event_id)
        SELECT unnest(%(ids)s::uuid[])
            ON CONFLICT DO NOTHING
     RETURNING event_id
        """,
        {"ids": array_of(sorted(set(event_ids)))},
    ).fetchall()
    return {event_id for (event_id,) in rows}

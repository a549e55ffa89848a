"""Orders that can wait, and the groups in which a partner has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, kwargs_row

from common.clock import Clock
from common.database import Connection
from generation.domain import TO_PARTNERS
from generation.domain.batches import LEASE, Batch, BatchState
from generation.repository.attempts import GROUP_REFUSED

# Of one look at the queue: more than any group holds.
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An order that waits to be handed over, locked; `alone` when it was once in a group that was refused whole."""

    id: UUID
    user_id: UUID
    alone: bool
    consented: Sequence[str]
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A live order of a batch: which attempt it is there for, and the number of its first picture."""

    figurine_id: UUID
    attempt: int
    place: int


class Batches:
    """One row per group; which orders are in it, their attempts say."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def waiting(self) -> list[Waiting]:
        """Orders that may be handed over now, the oldest first; another machine's are passed over."""
        with self._connection.cursor(row_factory=class_row(Waiting)) as cursor:
            return cursor.execute(
                """
                SELECT id, user_id,
                       EXISTS (SELECT FROM attempts a WHERE a.figurine_id = f.id AND outcome = %(refused)s) AS alone,
                       ARRAY(SELECT purpose FROM consents c WHERE c.user_id = f.user_id AND granted) AS consented,
                       (SELECT max(changed_at) FROM consents c
                         WHERE c.user_id = f.user_id AND NOT granted AND purpose = ANY(%(to_partners)s)) AS withdrawn_at
                  FROM figurines f
                 WHERE state = 'queued' AND delivery = 'batch' AND (not_before IS NULL OR not_before <= %(now)s)
                 ORDER BY queued_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
                """,
                {
                    "refused": GROUP_REFUSED,
                    "to_partners": list(TO_PARTNERS),
                    "now": self._clock.now(),
                    "limit": _LOOKED_AT,
                },
            ).fetchall()

    def place(self, figurine_id: UUID) -> int | None:
        """How many orders were there first, this one counted; None when it does not wait to be handed over."""
        row = self._connection.execute(
            """
            SELECT count(*) FILTER (WHERE (f.queued_at, f.id) <= (mine.queued_at, mine.id))
              FROM figurines f, figurines mine
             WHERE mine.id = %s AND f.state = 'queued' AND f.delivery = 'batch'
            """,
            [figurine_id],
        ).fetchone()
        return (row[0] or None) if row else None

    def begin(self, engine: str) -> Batch:
        """A new group, in the hands of whoever began it for as long as the lease lasts."""
        batch = Batch(
            id=self._clock.new_id(),
            engine=engine,
            state=BatchState.PREPARING,
            name=None,
            begun_at=self._clock.now(),
            sent_at=None,
            looks=0,
        )
        self._connection.execute(
            "INSERT INTO batches (id, engine, state, begun_at, next_look_at) VALUES (%s, %s, %s, %s, %s)",
            [batch.id, engine, batch.state, batch.begun_at, batch.begun_at + LEASE],
        )
        return batch

    def find(self, batch_id: UUID) -> Batch | None:
        """The group, locked until the transaction ends."""
        with self._connection.cursor(row_factory=kwargs_row(_batch)) as cursor:
            return cursor.execute(
                """
                SELECT id, engine, state, name, begun_at, sent_at, looks FROM batches WHERE id = %s FOR UPDATE
                """,
                [batch_id],
            ).fetchone()

    def claim(self) -> Batch | None:
        """Take the group that has waited longest for a look; whoever goes silent over it loses it after the lease."""
        now = self._clock.now()
        with self._connection.cursor(row_factory=kwargs_row(_batch)) as cursor:
            return cursor.execute(
                """
                UPDATE batches SET next_look_at = %(lost)s
                 WHERE id = (SELECT id FROM batches WHERE state <> 'ended' AND next_look_at <= %(now)s
                              ORDER BY next_look_at LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING id, engine, state, name, begun_at, sent_at, looks
                """,
                {"lost": now + LEASE, "now": now},
            ).fetchone()

    def move(self, batch: Batch, state: BatchState, *, name: str | None = None) -> bool:
        """Take a step of the state table; False when somebody else has taken one."""
        now = self._clock.now()
        return bool(
            self._connection.execute(
                """
                UPDATE batches
                   SET state = %(next)s, name = coalesce(%(name)s, name), looks = 0, next_look_at = %(now)s,
                       ended_at = CASE WHEN %(next)s = 'ended' THEN %(now)s::timestamptz END
                 WHERE id = %(id)s AND state = %(state)s
                """,
                {"next": state, "name": name, "now": now, "id": batch.id, "state": batch.state},
            ).rowcount
        )

    def send(self, batch: Batch) -> bool:
        """From now on it may have been received; False when somebody else has taken it from here."""
        now = self._clock.now()
        return bool(
            self._connection.execute(
                """
                UPDATE batches SET state = 'sending', sent_at = %s, next_look_at = %s
                 WHERE id = %s AND state = 'preparing'
                """,
                [now, now + LEASE, batch.id],
            ).rowcount
        )

    def look_again(self, batch: Batch, *, after: timedelta) -> None:
        """Nothing new; the next look comes later than this one did."""
        self._connection.execute(
            "UPDATE batches SET looks = looks + 1, next_look_at = %s WHERE id = %s AND state = %s",
            [self._clock.now() + after, batch.id, batch.state],
        )

    def members(self, batch_id: UUID) -> list[Member]:
        """The orders of a group that have not ended, in its order."""
        with self._connection.cursor(row_factory=class_row(Member)) as cursor:
            return cursor.execute(
                """
                SELECT f.id AS figurine_id, a.attempt, a.batch_place AS place
                  FROM attempts a JOIN figurines f ON f.id = a.figurine_id AND f.attempt = a.attempt
                 WHERE a.batch_id = %s AND f.state = 'rendering'
                 ORDER BY a.batch_place
                """,
                [batch_id],
            ).fetchall()

    def is_of_one(self, batch_id: UUID) -> bool:
        """Whether a group never had more than one order, so that nobody else's picture can be in it."""
        row = self._connection.execute("SELECT count(*) = 1 FROM attempts WHERE batch_id = %s", [batch_id]).fetchone()
        return row is not None and row[0]

    def handed_over(self, user_id: UUID) -> list[UUID]:
        """This person's orders that lie in a batch, locked."""
        rows = self._connection.execute(
            """
            SELECT id FROM figurines
             WHERE user_id = %s AND state = 'rendering' AND delivery = 'batch' ORDER BY id FOR UPDATE
            """,
            [user_id],
        ).fetchall()
        return [figurine_id for (figurine_id,) in rows]

    def overdue(self, *, ordered_before: datetime) -> list[UUID]:
        """Orders that were placed before that time and have neither ended nor been called off."""
        rows = self._connection.execute(
            """
            SELECT id FROM figurines
             WHERE delivery = 'batch' AND state IN ('queued', 'rendering') AND requested_at <= %s
             ORDER BY requested_at LIMIT 100
            """,
            [ordered_before],
        ).fetchall()
        return [figurine_id for (figurine_id,) in rows]

    def lengths(self) -> tuple[int, int]:
        """How many groups a partner has or may have, and for how many its copy is not known to be deleted."""
        row = self._connection.execute(
            """
            SELECT count(*) FILTER (WHERE state IN ('sending', 'running')),
                   count(*) FILTER (WHERE state IN ('missing', 'leaving'))
              FROM batches WHERE state <> 'ended'
            """
        ).fetchone()
        return row or (0, 0)


def _batch(*, state: str, **columns: Any) -> Batch:
    return Batch(state=BatchState(state), **columns)

"""The jobs: who waits, who is painted, who has ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from common.clock import Clock
from common.database import Connection
from common.tracing import current_traceparent
from generation.domain import FailureCode, Figurine, State


class Jobs:
    """One row per figurine; every step is guarded by the state it starts from."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def find(self, figurine_id: UUID) -> Figurine | None:
        """The job, locked until the transaction ends."""
        with self._connection.cursor(row_factory=kwargs_row(_figurine)) as cursor:
            return cursor.execute(
                """
                SELECT id, user_id, upload_id, style, variants, aspect_ratio, seed, unit_price, state, attempt,
                       failures, requested_at, deleted_at, engine, options, parent_id, parent_picture, goes_on,
                       delivery
                  FROM figurines WHERE id = %s FOR UPDATE
                """,
                [figurine_id],
            ).fetchone()

    def live(self, user_id: UUID) -> list[UUID]:
        """This person's jobs that have not ended, in the order in which they are locked."""
        rows = self._connection.execute(
            """
            SELECT id FROM figurines WHERE user_id = %s AND state IN ('priced', 'queued', 'rendering') ORDER BY id
            """,
            [user_id],
        ).fetchall()
        return [figurine_id for (figurine_id,) in rows]

    def add(self, figurine: Figurine) -> bool:
        """Write a new job; False when the figurine is known already."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO figurines (id, user_id, upload_id, style, variants, aspect_ratio, seed, unit_price, state,
                                       requested_at, options, parent_id, parent_picture, goes_on, delivery,
                                       traceparent)
                VALUES (%(id)s, %(user_id)s, %(upload_id)s, %(style)s, %(variants)s, %(aspect_ratio)s, %(seed)s,
                        %(unit_price)s, %(state)s, %(requested_at)s, %(options)s, %(parent_id)s, %(parent_picture)s,
                        %(goes_on)s, %(delivery)s, %(traceparent)s)
                ON CONFLICT (id) DO NOTHING
                """,
                {
                    "id": figurine.id,
                    "user_id": figurine.user_id,
                    "upload_id": figurine.upload_id,
                    "style": figurine.style,
                    "variants": figurine.variants,
                    "aspect_ratio": figurine.aspect_ratio,
                    "seed": figurine.seed,
                    "unit_price": figurine.unit_price,
                    "state": figurine.state,
                    "requested_at": figurine.requested_at,
                    "options": Jsonb(dict(figurine.options)),
                    "parent_id": figurine.parent_id,
                    "parent_picture": figurine.parent_picture,
                    "goes_on": figurine.goes_on,
                    "delivery": figurine.delivery,
                    "traceparent": current_traceparent(),
                },
            ).rowcount
        )

    def traceparent(self, figurine_id: UUID) -> str | None:
        """The trace the order came under: who paints it goes on under it, in another process and perhaps tomorrow."""
        row = self._connection.execute("SELECT traceparent FROM figurines WHERE id = %s", [figurine_id]).fetchone()
        return row[0] if row else None

    def states(self) -> Mapping[State, int]:
        """How many jobs that are not over stand in each state."""
        rows = self._connection.execute(
            """
            SELECT state, count(*) FROM figurines WHERE state IN ('priced', 'queued', 'rendering') GROUP BY state
            """
        ).fetchall()
        return {State(state): count for state, count in rows}

    def queue(self, figurine: Figurine, *, not_before: datetime | None = None, failed: bool = False) -> None:
        """Put the job in the queue, or back into it; `failed` counts against it. Its engine is chosen (anew) there."""
        self._connection.execute(
            """
            UPDATE figurines
               SET state = 'queued', queued_at = coalesce(queued_at, %(now)s), not_before = %(not_before)s,
                   failures = failures + %(failed)s, lease_until = NULL, engine = NULL
             WHERE id = %(id)s AND state = %(state)s
            """,
            {
                "now": self._clock.now(),
                "not_before": not_before,
                "failed": int(failed),
                "id": figurine.id,
                "state": figurine.state,
            },
        )

    def postpone(self, figurine_ids: Sequence[UUID], *, until: datetime) -> None:
        """Let waiting jobs wait until then, unless they pause already."""
        self._connection.execute(
            """
            UPDATE figurines SET not_before = %(until)s
             WHERE id = ANY(%(ids)s) AND state = 'queued' AND (not_before IS NULL OR not_before <= %(now)s)
            """,
            {"until": until, "ids": list(figurine_ids), "now": self._clock.now()},
        )

    def end(
        self, figurine: Figurine, state: State, *, code: FailureCode | None = None, engine: str | None = None
    ) -> None:
        """Write the terminal state."""
        self._connection.execute(
            """
            UPDATE figurines
               SET state = %(end)s, failure_code = %(code)s, engine = coalesce(%(engine)s, engine),
                   finished_at = %(now)s, lease_until = NULL
             WHERE id = %(id)s AND state = %(state)s
            """,
            {
                "end": state,
                "code": code,
                "engine": engine,
                "now": self._clock.now(),
                "id": figurine.id,
                "state": figurine.state,
            },
        )

    def claim(self, figurine_id: UUID, *, lease: timedelta) -> Figurine | None:
        """Take a waiting job, for as long as the lease lasts."""
        with self._connection.cursor(row_factory=kwargs_row(_figurine)) as cursor:
            return cursor.execute(
                """
                UPDATE figurines
                   SET state = 'rendering', attempt = attempt + 1, lease_until = %s
                 WHERE id = %s AND state = 'queued'
             RETURNING id, user_id, upload_id, style, variants, aspect_ratio, seed, unit_price, state, attempt,
                       failures, requested_at, deleted_at, engine, options, parent_id, parent_picture, goes_on,
                       delivery
                """,
                [self._clock.now() + lease, figurine_id],
            ).fetchone()

    def hand_over(self, figurine_id: UUID, *, engine: str) -> Figurine | None:
        """Take a waiting job into a batch: no lease runs out over it, the batch's own clock does."""
        with self._connection.cursor(row_factory=kwargs_row(_figurine)) as cursor:
            return cursor.execute(
                """
                UPDATE figurines
                   SET state = 'rendering', attempt = attempt + 1, engine = %s, lease_until = NULL
                 WHERE id = %s AND state = 'queued' AND delivery = 'batch'
             RETURNING id, user_id, upload_id, style, variants, aspect_ratio, seed, unit_price, state, attempt,
                       failures, requested_at, deleted_at, engine, options, delivery
                """,
                [engine, figurine_id],
            ).fetchone()

    def extend_lease(self, figurine: Figurine, *, lease: timedelta) -> bool:
        """Keep a claim alive; False when it was lost."""
        return bool(
            self._connection.execute(
                """
                UPDATE figurines SET lease_until = %s
                 WHERE id = %s AND state = 'rendering' AND attempt = %s
                """,
                [self._clock.now() + lease, figurine.id, figurine.attempt],
            ).rowcount
        )

    def expired_leases(self) -> list[Figurine]:
        """Claimed jobs whose renderer has gone silent, locked."""
        with self._connection.cursor(row_factory=kwargs_row(_figurine)) as cursor:
            return cursor.execute(
                """
                SELECT id, user_id, upload_id, style, variants, aspect_ratio, seed, unit_price, state, attempt,
                       failures, requested_at, deleted_at, engine, options, parent_id, parent_picture, goes_on,
                       delivery
                  FROM figurines
                 WHERE state = 'rendering' AND lease_until < %s
                   FOR UPDATE SKIP LOCKED LIMIT 50
                """,
                [self._clock.now()],
            ).fetchall()

    def unfinished_of(self, user_id: UUID) -> list[Figurine]:
        """A person's jobs that are not over, locked."""
        with self._connection.cursor(row_factory=kwargs_row(_figurine)) as cursor:
            return cursor.execute(
                """
                SELECT id, user_id, upload_id, style, variants, aspect_ratio, seed, unit_price, state, attempt,
                       failures, requested_at, deleted_at, engine, options, parent_id, parent_picture, goes_on,
                       delivery
                  FROM figurines
                 WHERE user_id = %s AND state IN ('priced', 'queued', 'rendering')
                 ORDER BY id FOR UPDATE
                """,
                [user_id],
            ).fetchall()

    def still_storing(self, user_id: UUID, *, patience: timedelta) -> bool:
        """Whether a painter, a maker of models or the keeper of photos may still put something of hers into the store.

        A painter whose job was cancelled is waited for until it has swept, or so long.
        """
        now = self._clock.now()
        row = self._connection.execute(
            """
            SELECT EXISTS (SELECT 1 FROM attempts JOIN figurines ON figurines.id = figurine_id
                            WHERE user_id = %(user)s AND NOT swept AND outcome = 'cancelled' AND ended_at > %(since)s
                              AND batch_id IS NULL)
                OR EXISTS (SELECT 1 FROM models JOIN figurines ON figurines.id = figurine_id
                            WHERE user_id = %(user)s AND models.state = 'making' AND models.lease_until > %(now)s)
                OR EXISTS (SELECT 1 FROM saved_photos
                            WHERE user_id = %(user)s AND state = 'asked' AND next_try_at > %(now)s)
            """,
            {"user": user_id, "now": now, "since": now - patience},
        ).fetchone()
        return bool(row and row[0])


def _figurine(*, state: str, deleted_at: datetime | None, **columns: Any) -> Figurine:
    return Figurine(state=State(state), deleted=deleted_at is not None, **columns)

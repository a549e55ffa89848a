"""The models: who waits for one, which are made, which are there."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from common.clock import Clock
from common.database import Connection
from generation.domain import MODEL_LEASE, Model, ModelFailure, ModelReport, ModelState


class Models:
    """One row per picture and height; every step is guarded by the state and the attempt it starts from."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def find(self, figurine_id: UUID, picture: int, height_mm: int) -> Model | None:
        """The model, whatever its state."""
        with self._connection.cursor(row_factory=kwargs_row(_model)) as cursor:
            return cursor.execute(
                """
                SELECT m.figurine_id, m.picture, m.height_mm, f.user_id AS owner, m.state, m.attempt, m.lapses,
                       m.failure_code, m.report, m.finished_at, p.prefix,
                       CASE WHEN f.engine = 'studio' THEN f.style ELSE '' END AS scene
                  FROM models m
                  JOIN figurines f ON f.id = m.figurine_id
                  JOIN pictures p ON p.figurine_id = m.figurine_id AND p.n = m.picture
                 WHERE m.figurine_id = %s AND m.picture = %s AND m.height_mm = %s
                """,
                [figurine_id, picture, height_mm],
            ).fetchone()

    def one_ask_at_a_time(self, user_id: UUID) -> None:
        """Let this person's other requests wait until this transaction ends: they count each other."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5))", [str(user_id)])

    def under_way(self, user_id: UUID) -> int:
        """How many models this person waits for."""
        row = self._connection.execute(
            """
            SELECT count(*) FROM models m JOIN figurines f ON f.id = m.figurine_id
             WHERE f.user_id = %s AND m.state IN ('asked', 'making')
            """,
            [user_id],
        ).fetchone()
        return row[0] if row else 0

    def ahead(self, model: Model) -> int:
        """How many models are made before this one."""
        row = self._connection.execute(
            """
            SELECT count(*) FROM models other, models mine
             WHERE mine.figurine_id = %s AND mine.picture = %s AND mine.height_mm = %s
               AND other.state IN ('asked', 'making') AND other.asked_at < mine.asked_at
            """,
            [model.figurine_id, model.picture, model.height_mm],
        ).fetchone()
        return row[0] if row else 0

    def ask(self, figurine_id: UUID, picture: int, height_mm: int) -> None:
        """Put a new model, or one that failed, among those to make; any other stays as it is."""
        self._connection.execute(
            """
            INSERT INTO models (figurine_id, picture, height_mm, state, asked_at)
            VALUES (%(figurine)s, %(picture)s, %(height)s, 'asked', %(now)s)
            ON CONFLICT (figurine_id, picture, height_mm) DO UPDATE
               SET state = 'asked', asked_at = %(now)s, lapses = 0, not_before = NULL, failure_code = NULL,
                   finished_at = NULL
             WHERE models.state = 'failed'
            """,
            {"figurine": figurine_id, "picture": picture, "height": height_mm, "now": self._clock.now()},
        )

    def claim(self) -> Model | None:
        """Take the model that has waited longest, or one whose maker went silent, for as long as a lease lasts."""
        now = self._clock.now()
        with self._connection.cursor(row_factory=kwargs_row(_model)) as cursor:
            return cursor.execute(
                """
                UPDATE models m
                   SET state = 'making', attempt = m.attempt + 1, lease_until = %(until)s,
                       lapses = m.lapses + (m.state = 'making')::int
                  FROM figurines f, pictures p
                 WHERE f.id = m.figurine_id AND p.figurine_id = m.figurine_id AND p.n = m.picture
                   AND (m.figurine_id, m.picture, m.height_mm) =
                       (SELECT figurine_id, picture, height_mm FROM models
                         WHERE ((state = 'asked' AND (not_before IS NULL OR not_before <= %(now)s))
                                OR (state = 'making' AND lease_until < %(now)s))
                           AND EXISTS (SELECT 1 FROM figurines
                                        WHERE figurines.id = models.figurine_id AND deleted_at IS NULL)
                         ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING m.figurine_id, m.picture, m.height_mm, f.user_id AS owner, m.state, m.attempt, m.lapses,
                       m.failure_code, m.report, m.finished_at, p.prefix,
                       CASE WHEN f.engine = 'studio' THEN f.style ELSE '' END AS scene
                """,
                {"now": now, "until": now + MODEL_LEASE},
            ).fetchone()

    def deliver(self, claim: Model, report: ModelReport) -> bool:
        """The files are stored; False when the claim was lost."""
        return self._settle(claim, ModelState.READY, report=Jsonb(asdict(report)))

    def fail(self, claim: Model, failure: ModelFailure) -> bool:
        """There is no model; False when the claim was lost."""
        return self._settle(claim, ModelState.FAILED, failure=failure)

    def postpone(self, claim: Model, *, not_before: datetime) -> None:
        """Back among those to make."""
        self._connection.execute(
            """
            UPDATE models SET state = 'asked', lease_until = NULL, not_before = %s
             WHERE figurine_id = %s AND picture = %s AND height_mm = %s AND state = 'making' AND attempt = %s
            """,
            [not_before, claim.figurine_id, claim.picture, claim.height_mm, claim.attempt],
        )

    def _settle(
        self, claim: Model, state: ModelState, *, report: Jsonb | None = None, failure: ModelFailure | None = None
    ) -> bool:
        return bool(
            self._connection.execute(
                """
                UPDATE models
                   SET state = %(state)s, report = %(report)s, failure_code = %(failure)s, finished_at = %(now)s,
                       lease_until = NULL
                 WHERE figurine_id = %(figurine)s AND picture = %(picture)s AND height_mm = %(height)s
                   AND state = 'making' AND attempt = %(attempt)s
                """,
                {
                    "state": state,
                    "report": report,
                    "failure": failure,
                    "now": self._clock.now(),
                    "figurine": claim.figurine_id,
                    "picture": claim.picture,
                    "height": claim.height_mm,
                    "attempt": claim.attempt,
                },
            ).rowcount
        )


def _model(*, state: str, failure_code: str | None, report: dict[str, Any] | None, **columns: Any) -> Model:
    return Model(
        state=ModelState(state),
        failure=ModelFailure(failure_code) if failure_code else None,
        report=ModelReport(**report) if report else None,
        **columns,
    )

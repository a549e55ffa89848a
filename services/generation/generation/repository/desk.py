"""What operators see and switch, in literal SQL, inside one transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from generation.domain import State
from generation.domain.desk import Delivered, Errors, Line, LiveJob, Telling, Tried


class Desk:
    """Looks over jobs and engines, and the switches of styles."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def lines(self) -> list[Line]:
        """The jobs that have not ended, counted, with the oldest of each."""
        with self._connection.cursor(row_factory=class_row(Line)) as cursor:
            return cursor.execute(
                """
                SELECT state, coalesce(engine, '') AS engine, delivery, count(*) AS jobs, min(requested_at) AS oldest
                  FROM figurines WHERE state IN ('priced', 'queued', 'rendering')
                 GROUP BY 1, 2, 3 ORDER BY array_position(ARRAY['priced', 'queued', 'rendering'], state), 2, 3
                """
            ).fetchall()

    def stuck(self, since: Mapping[tuple[State, str], datetime], *, limit: int) -> list[LiveJob]:
        """Those that are in a state for too long, the oldest first."""
        with self._connection.cursor(row_factory=class_row(LiveJob)) as cursor:
            return cursor.execute(
                """
                SELECT id, job.state, style, engine, job.delivery, attempt, failures, requested_at, not_before,
                       lease_until
                  FROM figurines AS job
                  JOIN unnest(%(states)s::text[], %(deliveries)s::text[], %(since)s::timestamptz[])
                       AS late (state, delivery, since)
                    ON job.state = late.state AND job.delivery = late.delivery AND requested_at < since
                 WHERE job.state IN ('priced', 'queued', 'rendering')
                 ORDER BY requested_at, id LIMIT %(limit)s
                """,
                {
                    "states": [state for state, _ in since],
                    "deliveries": [delivery for _, delivery in since],
                    "since": list(since.values()),
                    "limit": limit,
                },
            ).fetchall()

    def errors(self, *, since: datetime) -> list[Errors]:
        """How attempts that gave nothing ended since then, the most frequent first."""
        with self._connection.cursor(row_factory=class_row(Errors)) as cursor:
            return cursor.execute(
                """
                SELECT engine, outcome AS code, count(*) AS count, max(ended_at) AS latest
                  FROM attempts WHERE ended_at >= %s AND outcome IS NOT NULL AND outcome <> 'delivered'
                 GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
                """,
                [since],
            ).fetchall()

    def attempts(self, figurine_id: UUID) -> list[Tried]:
        """What was tried for one job, the first attempt first."""
        with self._connection.cursor(row_factory=class_row(Tried)) as cursor:
            return cursor.execute(
                """
                SELECT attempt, engine, started_at, ended_at, outcome, unknown_calls
                  FROM attempts WHERE figurine_id = %s ORDER BY attempt
                """,
                [figurine_id],
            ).fetchall()

    def delivered(self) -> list[Delivered]:
        """What each engine delivered within an hour."""
        with self._connection.cursor(row_factory=class_row(Delivered)) as cursor:
            return cursor.execute(
                """
                SELECT engine, count(*) AS count,
                       (percentile_disc(0.5) WITHIN GROUP (ORDER BY rendering_ms)) AS median_ms
                  FROM attempts WHERE outcome = 'delivered' AND ended_at >= %s GROUP BY engine
                """,
                [self._clock.now() - timedelta(hours=1)],
            ).fetchall()

    def tell(self, breakers: Mapping[str, str]) -> None:
        """How the circuit breakers of this worker's engines stand; of several workers the last word stays."""
        with self._connection.cursor() as cursor:
            cursor.executemany(
                """
                INSERT INTO engine_tellings (engine, breaker, told_at) VALUES (%s, %s, %s)
                ON CONFLICT (engine) DO UPDATE SET breaker = excluded.breaker, told_at = excluded.told_at
                """,
                [(engine, state, self._clock.now()) for engine, state in sorted(breakers.items())],
            )

    def tellings(self) -> list[Telling]:
        """What was told last of each engine."""
        with self._connection.cursor(row_factory=class_row(Telling)) as cursor:
            return cursor.execute(
                """
                SELECT engine, breaker, told_at, asked_at
                  FROM engine_tellings LEFT JOIN breaker_wishes USING (engine) ORDER BY engine
                """
            ).fetchall()

    def wish_try(self, engine: str) -> None:
        """Somebody wants an engine tried again at once, whatever its breakers say."""
        self._connection.execute(
            """
            INSERT INTO breaker_wishes (engine, wish_id, asked_at) VALUES (%s, %s, %s)
            ON CONFLICT (engine) DO UPDATE SET wish_id = excluded.wish_id, asked_at = excluded.asked_at
            """,
            [engine, self._clock.new_id(), self._clock.now()],
        )

    def breaker_wishes(self) -> dict[str, UUID]:
        """The latest wish for each engine that there was one for."""
        return dict(self._connection.execute("SELECT engine, wish_id FROM breaker_wishes").fetchall())

    def switched_off(self) -> dict[str, datetime]:
        """The styles that are not offered, and since when."""
        return dict(self._connection.execute("SELECT style, off_at FROM style_switches").fetchall())

    def switch(self, style: str, *, offered: bool) -> None:
        """Offer a style, or do not; to say it again changes nothing."""
        if offered:
            self._connection.execute("DELETE FROM style_switches WHERE style = %s", [style])
        else:
            self._connection.execute(
                "INSERT INTO style_switches (style, off_at) VALUES (%s, %s) ON CONFLICT (style) DO NOTHING",
                [style, self._clock.now()],
            )

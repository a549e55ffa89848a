"""The queue of each engine: persons take turns, and a turn is paid for in pictures.

Start-time fair queueing (Goyal, Vin, Cheng 1996): whoever joins begins at the turn that is being served, each job
moves its person on by the pictures it asks for, and the lowest turn goes next. So forty jobs of one person are forty
turns, and somebody with one job waits for one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from generation.domain import TO_PARTNERS, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A waiting job no engine was chosen for yet, and what its person has agreed to."""

    id: UUID
    user_id: UUID
    style: str
    goes_on: bool
    requested_at: datetime
    queued_at: datetime
    consented: Sequence[str]
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How many wait for an engine, and since when."""

    engine: str
    jobs: int
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Next:
    id: UUID
    user_id: UUID
    turn: int
    variants: int


class Queue:
    """Who is painted next. Only one transaction at a time moves it; `enter` waits for that."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def enter(self) -> None:
        """Be the only one until the transaction ends: limits are counted, and two who count both find room."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('generation.queue'))")

    def unassigned(self, *, limit: int) -> list[Unassigned]:
        """Waiting jobs without an engine, locked; those that pause come last."""
        with self._connection.cursor(row_factory=class_row(Unassigned)) as cursor:
            return cursor.execute(
                """
                SELECT id, user_id, style, goes_on, requested_at, queued_at,
                       ARRAY(SELECT purpose FROM consents c WHERE c.user_id = f.user_id AND granted) AS consented,
                       (SELECT max(changed_at) FROM consents c
                         WHERE c.user_id = f.user_id AND NOT granted AND purpose = ANY(%(to_partners)s)) AS withdrawn_at
                  FROM figurines f
                 WHERE state = 'queued' AND engine IS NULL AND delivery = 'now'
                 ORDER BY not_before NULLS FIRST, queued_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
                """,
                {"limit": limit, "to_partners": list(TO_PARTNERS)},
            ).fetchall()

    def assign(self, jobs: Sequence[Unassigned], engine: str) -> None:
        """Put these jobs into the lines of their persons before this engine."""
        self._connection.execute(
            "UPDATE figurines SET engine = %s WHERE id = ANY(%s)", [engine, [job.id for job in jobs]]
        )
        self._connection.execute(
            """
            INSERT INTO lines (user_id, engine, turn, since)
            SELECT user_id, %(engine)s, coalesce((SELECT turn FROM rounds WHERE engine = %(engine)s), 0), min(queued_at)
              FROM unnest(%(people)s::uuid[], %(times)s::timestamptz[]) AS coming (user_id, queued_at)
             GROUP BY user_id
                ON CONFLICT (user_id, engine) DO UPDATE SET turn = greatest(lines.turn, excluded.turn)
            """,
            {
                "engine": engine,
                "people": [job.user_id for job in jobs],
                "times": [job.queued_at for job in jobs],
            },
        )

    def painting(self, engine: str) -> int:
        """How many jobs this engine paints now, in the whole studio."""
        row = self._connection.execute(
            "SELECT count(*) FROM figurines WHERE state = 'rendering' AND engine = %s AND delivery = 'now'", [engine]
        ).fetchone()
        return row[0] if row else 0

    def next(self, engine: str, *, person_limit: int) -> UUID | None:
        """The job whose turn it is, locked; its person moves on. Who has enough painted already is passed over."""
        found = self._first_in_turn(engine, person_limit)
        if found is None:
            self._forget_empty_lines(engine, before=None)
            return None
        self._forget_empty_lines(engine, before=found.turn)
        self._connection.execute(
            """
            WITH served AS (
                INSERT INTO rounds (engine, turn) VALUES (%(engine)s, %(turn)s)
                    ON CONFLICT (engine) DO UPDATE SET turn = greatest(rounds.turn, excluded.turn)
             RETURNING turn)
            UPDATE lines SET turn = served.turn + %(variants)s
              FROM served WHERE user_id = %(user_id)s AND engine = %(engine)s
            """,
            {
                "engine": engine,
                "turn": found.turn,
                "variants": max(found.variants, 1),
                "user_id": found.user_id,
            },
        )
        return found.id

    def standing(self, figurine_id: UUID) -> Standing | None:
        """Where a job stands if nobody else comes; None when it waits for no engine."""
        with self._connection.cursor(row_factory=class_row(Standing)) as cursor:
            return cursor.execute(
                """
                WITH job AS (
                    SELECT id, engine, user_id, style, not_before FROM figurines
                     WHERE id = %s AND state = 'queued' AND engine IS NOT NULL),
                tags AS (
                    SELECT f.id, f.user_id, l.since, row_number() OVER own AS nth,
                           CASE row_number() OVER own WHEN 1 THEN l.turn
                           ELSE greatest(l.turn, (SELECT turn FROM rounds WHERE engine = f.engine))
                                + sum(f.variants) OVER own - f.variants END AS turn
                      FROM figurines f JOIN lines l USING (user_id, engine)
                     WHERE f.state = 'queued' AND f.engine = (SELECT engine FROM job)
                    WINDOW own AS (PARTITION BY f.user_id ORDER BY f.queued_at, f.id)),
                mine AS (SELECT turn, nth, since, user_id FROM tags WHERE id = (SELECT id FROM job))
                SELECT job.engine, job.style, job.not_before, mine.nth AS own_place,
                       (SELECT count(*) FROM tags
                         WHERE (tags.turn, tags.since, tags.user_id)
                            <= (mine.turn, mine.since, mine.user_id)) AS place,
                       (SELECT count(*) FROM figurines
                         WHERE state = 'rendering' AND engine = job.engine AND delivery = 'now') AS painting,
                       (SELECT count(*) FROM figurines
                         WHERE state = 'rendering' AND user_id = job.user_id AND delivery = 'now') AS own_painting
                  FROM job, mine
                """,
                [figurine_id],
            ).fetchone()

    def lengths(self) -> list[Length]:
        """How long the lines are."""
        with self._connection.cursor(row_factory=class_row(Length)) as cursor:
            return cursor.execute(
                """
                SELECT CASE delivery WHEN 'batch' THEN 'batch' ELSE coalesce(engine, 'none yet') END AS engine,
                       count(*) AS jobs, min(queued_at) AS oldest
                  FROM figurines WHERE state = 'queued' GROUP BY 1
                """
            ).fetchall()

    def reconsider(self, user_id: UUID) -> int:
        """Choose the engine of this person's waiting jobs anew, at the next look at the queue."""
        return self._connection.execute(
            "UPDATE figurines SET engine = NULL WHERE user_id = %s AND state = 'queued'", [user_id]
        ).rowcount

    def reconsider_stranded(self, *, available: Sequence[str]) -> int:
        """The same for jobs that wait for an engine the studio no longer has, or stand in no line."""
        return self._connection.execute(
            """
            UPDATE figurines f SET engine = NULL
             WHERE state = 'queued' AND engine IS NOT NULL
               AND (engine <> ALL(%s)
                    OR NOT EXISTS (SELECT 1 FROM lines l WHERE (l.user_id, l.engine) = (f.user_id, f.engine)))
            """,
            [list(available)],
        ).rowcount

    def _first_in_turn(self, engine: str, person_limit: int) -> _Next | None:
        with self._connection.cursor(row_factory=class_row(_Next)) as cursor:
            return cursor.execute(
                """
                SELECT job.id, line.user_id, line.turn, job.variants
                  FROM lines line
                 CROSS JOIN LATERAL (
                       SELECT id, variants FROM figurines
                        WHERE state = 'queued' AND engine = line.engine AND user_id = line.user_id
                          AND (not_before IS NULL OR not_before <= %(now)s)
                        ORDER BY queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) job
                 WHERE line.engine = %(engine)s
                   AND line.user_id <> ALL (ARRAY(
                       SELECT user_id FROM figurines WHERE state = 'rendering' AND delivery = 'now'
                        GROUP BY user_id HAVING count(*) >= %(person_limit)s))
                 ORDER BY line.turn, line.since, line.user_id LIMIT 1
                """,
                {"engine": engine, "person_limit": person_limit, "now": self._clock.now()},
            ).fetchone()

    def _forget_empty_lines(self, engine: str, *, before: int | None) -> None:
        """Persons who were passed over because nothing of theirs waits any more."""
        self._connection.execute(
            """
            DELETE FROM lines l
             WHERE engine = %(engine)s AND (%(before)s::bigint IS NULL OR turn < %(before)s)
               AND NOT EXISTS (SELECT 1 FROM figurines f
                                WHERE f.state = 'queued' AND (f.engine, f.user_id) = (l.engine, l.user_id))
            """,
            {"engine": engine, "before": before},
        )

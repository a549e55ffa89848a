"""What ratings and jobs say about styles and engines, counted in groups; no row of anybody leaves this file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import kwargs_row

from common.contracts.consents import PROCESSING
from common.database import Connection
from generation.domain.quality import QUALITY_CONSENT, EngineQuality, Reason, StyleQuality


class Quality:
    """Groups of at least so many people."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_styles(self, *, since: datetime, least_people: int) -> list[StyleQuality]:
        """What those think who agree now that their ratings are looked at."""
        with self._connection.cursor(row_factory=kwargs_row(_style)) as cursor:
            return cursor.execute(
                """
                WITH heard AS (
                    SELECT f.style, f.engine, r.user_id, r.stars, r.reasons
                      FROM ratings r
                      JOIN figurines f ON f.id = r.figurine_id
                      JOIN consents c ON c.user_id = r.user_id AND c.purpose = %(consent)s AND c.granted
                     WHERE r.rated_at >= %(since)s AND f.deleted_at IS NULL
                       AND NOT EXISTS (SELECT FROM consents p WHERE p.user_id = r.user_id
                                          AND p.purpose = %(processing)s AND NOT p.granted)),
                ticked AS (
                    SELECT style, engine, reason, count(*) AS times
                      FROM heard CROSS JOIN unnest(reasons) AS reason GROUP BY style, engine, reason)
                SELECT style, engine, count(DISTINCT user_id) AS people,
                       ARRAY[count(*) FILTER (WHERE stars = 1), count(*) FILTER (WHERE stars = 2),
                             count(*) FILTER (WHERE stars = 3), count(*) FILTER (WHERE stars = 4),
                             count(*) FILTER (WHERE stars = 5)] AS stars,
                       (SELECT jsonb_object_agg(reason, times) FROM ticked
                         WHERE (ticked.style, ticked.engine) = (heard.style, heard.engine)) AS reasons
                  FROM heard
                 GROUP BY style, engine HAVING count(DISTINCT user_id) >= %(least)s
                 ORDER BY style, engine
                """,
                {"consent": QUALITY_CONSENT, "processing": PROCESSING, "since": since, "least": least_people},
            ).fetchall()

    def of_engines(self, *, since: datetime, least_people: int) -> list[EngineQuality]:
        """What became of the jobs each engine had; those that were called off or never reached one are no matter."""
        with self._connection.cursor(row_factory=kwargs_row(_engine)) as cursor:
            return cursor.execute(
                """
                WITH ended AS (
                    SELECT engine, user_id, failure_code AS code, state = 'failed' AS failed FROM figurines
                     WHERE finished_at >= %(since)s AND engine IS NOT NULL
                       AND state IN ('succeeded', 'partly_succeeded', 'failed')),
                failures AS (SELECT engine, code, count(*) AS times FROM ended WHERE failed GROUP BY engine, code)
                SELECT engine, count(DISTINCT user_id) AS people, count(*) FILTER (WHERE NOT failed) AS delivered,
                       (SELECT jsonb_object_agg(code, times) FROM failures WHERE failures.engine = ended.engine)
                       AS failures
                  FROM ended
                 GROUP BY engine HAVING count(DISTINCT user_id) >= %(least)s
                 ORDER BY engine
                """,
                {"since": since, "least": least_people},
            ).fetchall()


def _style(*, stars: Sequence[int], reasons: Mapping[str, int] | None, **group: Any) -> StyleQuality:
    ticked = reasons or {}
    return StyleQuality(
        stars=dict(enumerate(stars, start=1)),
        reasons={reason: ticked[reason] for reason in Reason if reason in ticked},
        **group,
    )


def _engine(*, failures: Mapping[str, int] | None, **group: Any) -> EngineQuality:
    return EngineQuality(failures=dict(sorted((failures or {}).items())), **group)

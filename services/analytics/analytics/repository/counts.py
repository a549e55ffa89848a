"""The facts, and the counters that are kept in step with them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from psycopg.rows import class_row

from analytics.domain import DayCount, Fact, Made, SignUps, Span
from common.database import Connection


class Counts:
    """The ends of figurines, and the counters that are kept in step with them.

    Whoever counts holds one lock until the end of the transaction: two batches that met the
    same counters in different orders would wait for each other.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_figurine(self, fact: Fact) -> None:
        """Record the end of a figurine and count it; only its first end counts."""
        self._connection.execute(
            """
            WITH held AS MATERIALIZED (
                SELECT pg_advisory_xact_lock(hashtext('analytics.counts'))),
            fact AS (
                INSERT INTO facts
                       (figurine, subject, day, style, engine, outcome, pictures, rendering_ms, waiting_ms)
                SELECT %(figurine)s, %(subject)s, %(day)s, %(style)s, %(engine)s, %(outcome)s, %(pictures)s,
                       %(rendering_ms)s, %(waiting_ms)s
                  FROM held
                    ON CONFLICT (figurine) DO NOTHING
             RETURNING day, style, engine, outcome, pictures)
            INSERT INTO figurines_per_day AS counted (day, style, engine, outcome, figurines, pictures)
            SELECT day, style, engine, outcome, 1, pictures FROM fact
                ON CONFLICT (day, style, engine, outcome) DO UPDATE
               SET figurines = counted.figurines + 1, pictures = counted.pictures + excluded.pictures
            """,
            asdict(fact),
        )

    def add_sign_up(self, day: date) -> None:
        """Count an account; that no event is taken twice is the inbox's business."""
        self._connection.execute(
            """
            WITH held AS MATERIALIZED (
                SELECT pg_advisory_xact_lock(hashtext('analytics.counts')))
            INSERT INTO sign_ups_per_day AS counted (day, accounts)
            SELECT %s, 1 FROM held
                ON CONFLICT (day) DO UPDATE SET accounts = counted.accounts + 1
            """,
            [day],
        )

    def hold(self) -> None:
        """Let nobody else count until the transaction ends: what is heard now and what is counted now take turns."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('analytics.counts'))")

    def erase(self, subjects: Sequence[bytes], *, before: date | None = None) -> int:
        """Delete what is counted under these pseudonyms (before a day); the sums of everybody stay as they are."""
        return self._connection.execute(
            "DELETE FROM facts WHERE subject = ANY(%(subjects)s) AND (%(before)s::date IS NULL OR day < %(before)s)",
            {"subjects": list(subjects), "before": before},
        ).rowcount

    def made_by(self, subjects: Sequence[bytes]) -> list[Made]:
        """What was delivered to whoever has these pseudonyms, by day and style."""
        with self._connection.cursor(row_factory=class_row(Made)) as cursor:
            return cursor.execute(
                """
                SELECT day, style, count(*) AS figurines, sum(pictures) AS pictures
                  FROM facts WHERE subject = ANY(%s) AND pictures > 0
                 GROUP BY day, style ORDER BY day, style
                """,
                [list(subjects)],
            ).fetchall()

    def days(self, span: Span) -> list[DayCount]:
        """The counters of these days."""
        with self._connection.cursor(row_factory=class_row(DayCount)) as cursor:
            return cursor.execute(
                """
                SELECT day, style, engine, outcome, figurines, pictures
                  FROM figurines_per_day WHERE day BETWEEN %s AND %s
                 ORDER BY day, style, engine, outcome
                """,
                [span.first, span.last],
            ).fetchall()

    def sign_ups(self, span: Span) -> list[SignUps]:
        """The accounts opened on these days."""
        with self._connection.cursor(row_factory=class_row(SignUps)) as cursor:
            return cursor.execute(
                "SELECT day, accounts FROM sign_ups_per_day WHERE day BETWEEN %s AND %s ORDER BY day",
                [span.first, span.last],
            ).fetchall()

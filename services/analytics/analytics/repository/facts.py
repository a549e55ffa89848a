"""The facts, in partitions by month."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from operator import attrgetter
from typing import Final

from psycopg import sql
from psycopg.rows import class_row

from analytics.domain import NEAR, Fact, Kind, Made
from common.database import Connection

_ROW: Final = attrgetter(*(field.name for field in fields(Fact)))
_COLUMNS: Final = sql.SQL(", ").join(sql.Identifier(field.name) for field in fields(Fact))
_COPY: Final = sql.SQL("COPY facts ({}) FROM STDIN").format(_COLUMNS)

# Its own limit for each: by index in two or three months, however many there are.
_NEAR: Final = sql.SQL(
    """
    SELECT found.*
      FROM unnest(%(marks)s::bytea[], %(first)s::date[], %(last)s::date[]) AS looked (mark, first, last)
     CROSS JOIN LATERAL (SELECT {} FROM facts
                          WHERE facts.mark = looked.mark AND day BETWEEN looked.first AND looked.last
                          LIMIT 16) AS found
    """
).format(_COLUMNS)
_RATINGS: Final = sql.SQL("SELECT {} FROM facts WHERE kind = %s AND mark = ANY(%s)").format(_COLUMNS)
_AHEAD: Final = sql.SQL("SELECT {} FROM facts WHERE day > %s ORDER BY day LIMIT %s").format(_COLUMNS)


class Facts:
    """One row for each thing that happened; a partition a month.

    Whoever writes holds one lock until the end of the transaction: what is read before is still so then, and two
    batches that met the same rollups in different orders would wait for each other.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held = False

    def hold(self) -> None:
        """Let nobody else count until the transaction ends: what is heard now and what is counted now take turns."""
        if not self._held:
            self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('analytics.counts'))")
            self._held = True

    def near(self, marks: Sequence[bytes], days: Sequence[date]) -> list[Fact]:
        """What bears one of these marks and happened about the day beside it."""
        with self._connection.cursor(row_factory=class_row(Fact)) as cursor:
            return cursor.execute(
                _NEAR,
                {
                    "marks": list(marks),
                    "first": [day - NEAR if day - date.min > NEAR else date.min for day in days],
                    "last": [day + NEAR if date.max - day > NEAR else date.max for day in days],
                },
            ).fetchall()

    def ratings(self, marks: Sequence[bytes]) -> list[Fact]:
        """What was said of these figurines, whenever that was."""
        with self._connection.cursor(row_factory=class_row(Fact)) as cursor:
            return cursor.execute(_RATINGS, [Kind.RATING, list(marks)]).fetchall()

    def add(self, facts: Sequence[Fact]) -> None:
        """Write these, which are not there yet."""
        with self._connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for fact in facts:
                copy.write_row(_ROW(fact))

    def take_out(self, facts: Sequence[Fact]) -> None:
        """Delete exactly these."""
        self._connection.execute(
            """
            DELETE FROM facts USING unnest(%s::bytea[], %s::text[], %s::date[]) AS gone (mark, kind, day)
             WHERE (facts.mark, facts.kind, facts.day) = (gone.mark, gone.kind, gone.day)
            """,
            [[fact.mark for fact in facts], [fact.kind for fact in facts], [fact.day for fact in facts]],
        )

    def ahead_of(self, day: date, *, limit: int) -> list[Fact]:
        """What was counted on days after this one."""
        with self._connection.cursor(row_factory=class_row(Fact)) as cursor:
            return cursor.execute(_AHEAD, [day, limit]).fetchall()

    def erase(self, subjects: Sequence[bytes], *, before: date | None = None) -> int:
        """Delete what is kept under these pseudonyms (before a day); the sums of everybody stay as they are."""
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
                  FROM facts WHERE subject = ANY(%s) AND kind = 'figurine' AND pictures > 0
                 GROUP BY day, style ORDER BY day, style
                """,
                [list(subjects)],
            ).fetchall()

    def make_month(self, day: date) -> bool:
        """Make the partition of a day's month, and move what the net caught of it; False where it is there."""
        ((made,),) = self._connection.execute("SELECT make_month(%s)", [day]).fetchall()
        return bool(made)

    def months_in_the_net(self) -> list[date]:
        """Months of which something was caught by the default partition."""
        rows = self._connection.execute(
            "SELECT DISTINCT date_trunc('month', day)::date FROM facts_rest ORDER BY 1"
        ).fetchall()
        return [month for (month,) in rows]

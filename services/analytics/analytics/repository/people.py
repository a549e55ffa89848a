"""What is kept of a person beside facts, each under names that no fact bears or that change every month."""

from collections.abc import Mapping, Sequence
from datetime import date

from psycopg.rows import class_row

from analytics.domain import TimeSpent
from common.database import Connection


class Cohorts:
    """In which month people had their first figurine."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, members: Sequence[bytes]) -> dict[bytes, tuple[date, date]]:
        """The month of their first figurine, and a day in that of their last, of those who had one."""
        rows = self._connection.execute(
            "SELECT member, month, last_day FROM cohorts WHERE member = ANY(%s)", [list(members)]
        ).fetchall()
        return {bytes(member): (month, last_day) for member, month, last_day in rows}

    def keep(self, cohorts: Mapping[bytes, tuple[date, date]]) -> None:
        """Remember these."""
        self._connection.execute(
            """
            INSERT INTO cohorts (member, month, last_day)
            SELECT * FROM unnest(%s::bytea[], %s::date[], %s::date[])
                ON CONFLICT (member) DO UPDATE SET month = excluded.month, last_day = excluded.last_day
            """,
            [list(cohorts), [month for month, _ in cohorts.values()], [day for _, day in cohorts.values()]],
        )

    def erase(self, member: bytes, *, before: date | None = None) -> int:
        """Forget when somebody began (if she had none since a day)."""
        return self._connection.execute(
            "DELETE FROM cohorts WHERE member = %(member)s AND (%(before)s::date IS NULL OR last_day < %(before)s)",
            {"member": member, "before": before},
        ).rowcount


class TimesSpent:
    """How long people used the studio, by day."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, seconds: Mapping[tuple[bytes, date], int]) -> None:
        """So much more on these days."""
        self._connection.execute(
            """
            INSERT INTO time_spent AS kept (subject, day, seconds)
            SELECT * FROM unnest(%s::bytea[], %s::date[], %s::bigint[])
                ON CONFLICT (subject, day) DO UPDATE SET seconds = kept.seconds + excluded.seconds
            """,
            [[subject for subject, _ in seconds], [day for _, day in seconds], list(seconds.values())],
        )

    def of(self, subjects: Sequence[bytes]) -> list[TimeSpent]:
        """The seconds of whoever has these pseudonyms, by day."""
        with self._connection.cursor(row_factory=class_row(TimeSpent)) as cursor:
            return cursor.execute(
                """
                SELECT day, sum(seconds)::bigint AS seconds
                  FROM time_spent WHERE subject = ANY(%s) GROUP BY day ORDER BY day
                """,
                [list(subjects)],
            ).fetchall()

    def erase(self, subjects: Sequence[bytes], *, before: date | None = None) -> int:
        """Forget them (before a day)."""
        return self._connection.execute(
            """
            DELETE FROM time_spent
             WHERE subject = ANY(%(subjects)s) AND (%(before)s::date IS NULL OR day < %(before)s)
            """,
            {"subjects": list(subjects), "before": before},
        ).rowcount

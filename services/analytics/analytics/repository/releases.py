"""What was published of each month, and what it is made from."""

from collections.abc import Collection, Mapping
from datetime import date

from psycopg.rows import class_row

from analytics.domain.statistics import Group, Release
from common.clock import Clock
from common.database import Connection


class Releases:
    """A month is released once; nobody may change it afterwards."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def newest(self) -> date | None:
        """The newest month that is out."""
        row = self._connection.execute("SELECT max(month) FROM releases").fetchone()
        return row[0] if row else None

    def add(self, release: Release, figurines: Mapping[str, int]) -> bool:
        """Publish a month; False when it is out already."""
        added = self._connection.execute(
            """
            INSERT INTO releases (month, epsilon, at_most, k, released_at) VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (month) DO NOTHING
            """,
            [release.month, release.epsilon, release.at_most, release.k, self._clock.now()],
        ).rowcount
        if added:
            self._connection.execute(
                """
                INSERT INTO released_figurines (month, style, figurines)
                SELECT %s, * FROM unnest(%s::text[], %s::bigint[])
                """,
                [release.month, list(figurines), list(figurines.values())],
            )
        return bool(added)

    def since(self, month: date) -> list[Release]:
        """The months that are out, from one on, the earliest first."""
        with self._connection.cursor(row_factory=class_row(Release)) as cursor:
            return cursor.execute(
                "SELECT month, epsilon, at_most, k FROM releases WHERE month >= %s ORDER BY month", [month]
            ).fetchall()

    def figurines_since(self, month: date) -> list[tuple[date, str, int]]:
        """Their numbers."""
        return self._connection.execute(
            "SELECT month, style, figurines FROM released_figurines WHERE month >= %s ORDER BY month, style", [month]
        ).fetchall()

    def groups(self, month: date, *, at_most: int) -> list[Group]:
        """Figurines of a month that came about, by style, and of how many people; of each person `at_most` count.

        The one look at facts that is for others than their owners: once a month, by the clock, at the month's own
        partition. Which of a person's figurines count when she has more, the marks decide, which are made by chance.
        """
        with self._connection.cursor(row_factory=class_row(Group)) as cursor:
            return cursor.execute(
                """
                SELECT style, count(*) AS figurines, count(DISTINCT subject) AS people
                  FROM (SELECT style, subject, row_number() OVER (PARTITION BY subject ORDER BY mark) AS place
                          FROM facts
                         WHERE day >= %(month)s::date AND day < (%(month)s::date + interval '1 month')::date
                           AND kind = 'figurine' AND pictures > 0 AND subject IS NOT NULL) AS made
                 WHERE place <= %(at_most)s
                 GROUP BY style ORDER BY style
                """,
                {"month": month, "at_most": at_most},
            ).fetchall()

    def people_together(self, month: date, styles: Collection[str], *, at_most: int) -> int:
        """How many different people are in these groups taken together."""
        row = self._connection.execute(
            """
            SELECT count(DISTINCT subject)
              FROM (SELECT style, subject, row_number() OVER (PARTITION BY subject ORDER BY mark) AS place
                      FROM facts
                     WHERE day >= %(month)s::date AND day < (%(month)s::date + interval '1 month')::date
                       AND kind = 'figurine' AND pictures > 0 AND subject IS NOT NULL) AS made
             WHERE place <= %(at_most)s AND style = ANY(%(styles)s)
            """,
            {"month": month, "at_most": at_most, "styles": list(styles)},
        ).fetchone()
        return row[0] if row else 0

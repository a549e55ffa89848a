"""What the last look found of each law of the books, in literal SQL, inside one transaction."""

from collections.abc import Mapping

from psycopg.rows import class_row

from billing.domain.laws import LawLook, Marks
from common.clock import Clock
from common.database import Connection


class LawLooks:
    """One row for each law: how often it was broken, and since when."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def note(self, broken: Mapping[str, int]) -> None:
        """Remember what a look found; of two looks the later one stays."""
        now = self._clock.now()
        # In one order, for two workers may note at the same moment.
        rows = [(law, count, now if count else None, now) for law, count in sorted(broken.items())]
        with self._connection.cursor() as cursor:
            cursor.executemany(
                """
                INSERT INTO law_looks AS known (law, broken, broken_since, looked_at) VALUES (%s, %s, %s, %s)
                ON CONFLICT (law) DO UPDATE
                   SET broken = excluded.broken, looked_at = excluded.looked_at,
                       broken_since = CASE WHEN excluded.broken > 0
                                           THEN coalesce(known.broken_since, excluded.broken_since) END
                 WHERE known.looked_at <= excluded.looked_at
                """,
                rows,
            )

    def all(self) -> list[LawLook]:
        """Every law that was ever looked at; those that are broken first."""
        with self._connection.cursor(row_factory=class_row(LawLook)) as cursor:
            return cursor.execute(
                "SELECT law, broken, broken_since, looked_at FROM law_looks ORDER BY broken = 0, law"
            ).fetchall()

    def marks(self) -> Marks:
        """How far the books were looked at."""
        with self._connection.cursor(row_factory=class_row(Marks)) as cursor:
            marks = cursor.execute(
                """
                SELECT latest AS entry, (SELECT coalesce(max(seq), 0) FROM entries) AS newest_entry,
                       nullif(marked_at, '-infinity') AS marked_at, audited_at, walked_to IS NOT NULL AS walking,
                       (SELECT count(*) FROM suspects) AS suspects
                  FROM audit_marks
                """
            ).fetchone()
        assert marks is not None  # noqa: S101 - the migration made the row
        return marks

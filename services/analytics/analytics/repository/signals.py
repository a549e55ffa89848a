"""What the gateway noticed, by the hour."""

from datetime import date, datetime

from common.database import Connection


class Signals:
    """One row for each signal and hour; of two counts of the same hour the larger one holds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, signal: str, hour: datetime, count: int) -> None:
        """So many in that hour so far."""
        self._connection.execute(
            """
            INSERT INTO signals_of_hours AS known (signal, hour, count) VALUES (%s, %s, %s)
            ON CONFLICT (hour, signal) DO UPDATE SET count = excluded.count WHERE known.count < excluded.count
            """,
            [signal, hour, count],
        )

    def first(self) -> datetime | None:
        """The first hour of which anything is known."""
        row = self._connection.execute("SELECT min(hour) FROM signals_of_hours").fetchone()
        return row[0] if row else None

    def days(self, first: date, last: date) -> list[tuple[date, str, int, int]]:
        """Of each day and signal: how often, and how often in the worst hour."""
        return self._connection.execute(
            """
            SELECT (hour AT TIME ZONE 'UTC')::date AS day, signal, sum(count)::bigint, max(count)::bigint
              FROM signals_of_hours
             WHERE hour >= %s::date::timestamp AT TIME ZONE 'UTC'
               AND hour < (%s::date + 1)::timestamp AT TIME ZONE 'UTC'
             GROUP BY day, signal ORDER BY day, signal
            """,
            [first, last],
        ).fetchall()

    def hours(self, first: datetime, last: datetime) -> list[tuple[datetime, str, int]]:
        """What was noticed in the hours from one to another, both included."""
        return self._connection.execute(
            "SELECT hour, signal, count FROM signals_of_hours WHERE hour BETWEEN %s AND %s", [first, last]
        ).fetchall()

"""Rates by the hour, how far each watch has come, and what was found unusual."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from psycopg.rows import class_row

from analytics.domain.anomalies import Anomaly, Heard, Judgement, Watched
from common.database import Connection


class Watches:
    """Whoever judges holds the watch of a rate until the transaction ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, heard: Mapping[tuple[str, str, datetime], Heard]) -> None:
        """Keep what hours brought; what is told anew of an hour holds."""
        self._connection.execute(
            """
            INSERT INTO rates_of_hours (rate, part, hour, value, things)
            SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::float8[], %s::bigint[])
            ON CONFLICT (rate, part, hour) DO UPDATE SET value = excluded.value, things = excluded.things
            """,
            [
                [rate for rate, _, _ in heard],
                [part for _, part, _ in heard],
                [hour for _, _, hour in heard],
                [float(each.value) for each in heard.values()],
                [each.of for each in heard.values()],
            ],
        )

    def heard(self, hours: Sequence[datetime]) -> dict[tuple[str, str], dict[datetime, Heard]]:
        """What these hours brought, by rate and part."""
        rows = self._connection.execute(
            "SELECT rate, part, hour, value, things FROM rates_of_hours WHERE hour = ANY(%s)", [list(hours)]
        ).fetchall()
        found: dict[tuple[str, str], dict[datetime, Heard]] = {}
        for rate, part, hour, value, things in rows:
            found.setdefault((rate, part), {})[hour] = Heard(value=value, of=things)
        return found

    def lock(self) -> None:
        """Let nobody else judge until the transaction ends."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('analytics.watches'))")

    def judged_until(self) -> datetime | None:
        """The last hour that was judged; None when none was."""
        row = self._connection.execute("SELECT max(judged_until) FROM watches").fetchone()
        return row[0] if row else None

    def all(self) -> dict[tuple[str, str], Watched]:
        """What is remembered of every watch, by rate and part."""
        rows = self._connection.execute("SELECT rate, part, since, calm, silent FROM watches").fetchall()
        return {
            (rate, part): Watched(since=since, calm=calm, silent=silent) for rate, part, since, calm, silent in rows
        }

    def remember(self, rate: str, part: str, hour: datetime, watched: Watched) -> None:
        """An hour was judged."""
        self._connection.execute(
            """
            INSERT INTO watches (rate, part, judged_until, since, calm, silent) VALUES (%s, %s, %s, %s, %s, %s)
            ON CONFLICT (rate, part) DO UPDATE
               SET judged_until = excluded.judged_until, since = excluded.since, calm = excluded.calm,
                   silent = excluded.silent
            """,
            [rate, part, hour, watched.since, watched.calm, watched.silent],
        )

    def begin(self, rate: str, part: str, since: datetime, judgement: Judgement, detail: str) -> None:
        """Something is unusual from this hour on."""
        self._connection.execute(
            """
            INSERT INTO anomalies (rate, part, since, value, expected, step, detail)
            VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (rate, part, since) DO NOTHING
            """,
            [rate, part, since, judgement.value, judgement.expected, judgement.step, detail],
        )

    def end(self, rate: str, part: str, since: datetime, *, until: datetime) -> None:
        """It no longer is."""
        self._connection.execute(
            "UPDATE anomalies SET until = %s WHERE rate = %s AND part = %s AND since = %s", [until, rate, part, since]
        )

    def anomalies(self, first: date, last: date) -> list[Anomaly]:
        """What was unusual on these days, the latest first."""
        with self._connection.cursor(row_factory=class_row(Anomaly)) as cursor:
            return cursor.execute(
                """
                SELECT rate, part, since, until, value, expected, detail FROM anomalies
                 WHERE since < (%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC'
                   AND (until IS NULL OR until >= %(first)s::date::timestamp AT TIME ZONE 'UTC')
                 ORDER BY since DESC, rate, part
                """,
                {"first": first, "last": last},
            ).fetchall()

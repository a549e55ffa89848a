"""What is known of the sweeps: when each last ended well, and which has stopped.

Whoever has to notice that reads the table `sweep_runs`, and needs neither the service nor its clock for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from psycopg.rows import class_row

from common.database import Connection
from common.service import Job

# One may be missed, as when a service is started anew; of two in a row somebody has to know.
PERIODS = 3
GRACE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateSweep:
    """A sweep that has not ended well for some of its periods; `trouble` is why, where that is known."""

    job: str
    every: timedelta
    late_by: timedelta
    trouble: str | None


def register(connection: Connection, jobs: Sequence[Job]) -> None:
    """From now on these are expected to run, and no others."""
    connection.execute("DELETE FROM sweep_runs WHERE job <> ALL(%s)", [[job.name for job in jobs]])
    for job in jobs:
        connection.execute(
            """
            INSERT INTO sweep_runs (job, every) VALUES (%s, %s)
                ON CONFLICT (job) DO UPDATE SET every = excluded.every WHERE sweep_runs.every <> excluded.every
            """,
            [job.name, job.every],
        )


def note_done(connection: Connection, job: Job) -> None:
    """It ended well, by the database's clock; also one that could not be registered when the door opened."""
    connection.execute(
        """
        INSERT INTO sweep_runs (job, every, ended_well_at) VALUES (%s, %s, now())
            ON CONFLICT (job) DO UPDATE SET ended_well_at = excluded.ended_well_at, trouble = NULL
        """,
        [job.name, job.every],
    )


def note_trouble(connection: Connection, job: str, why: str) -> None:
    """It could not do its work; a sentence without personal data."""
    connection.execute("UPDATE sweep_runs SET trouble = %s WHERE job = %s", [why, job])


def late_sweeps(connection: Connection) -> list[LateSweep]:
    """Sweeps that have not ended well for three of their periods; one that ended in the future is no better."""
    with connection.cursor(row_factory=class_row(LateSweep)) as cursor:
        return cursor.execute(
            """
            SELECT job, every, trouble, greatest(now() - last - every, interval '0') AS late_by
              FROM (SELECT job, every, trouble, coalesce(ended_well_at, since) AS last FROM sweep_runs) AS sweeps
             WHERE now() - last > every * %(periods)s + %(grace)s OR last > now() + %(grace)s
             ORDER BY job
            """,
            {"periods": PERIODS, "grace": GRACE},
        ).fetchall()

"""The parts a service owes, in literal SQL, inside one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection, notify


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportTask:
    """A part that somebody is to write, which attempt that is, and which since it was asked for last."""

    request_id: UUID
    user_id: UUID
    attempt: int
    tries: int


class Exports:
    """One row per request. Every change after the first is guarded: who lost the lease, or the row, changes nothing."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def ask(self, request_id: UUID, user_id: UUID, *, channel: str) -> None:
        """Have a part written; one that was written or given up is written anew, one under way goes on."""
        self._connection.execute(
            """
            INSERT INTO exports AS export (request_id, user_id, state, not_before, asked_at)
            VALUES (%(request)s, %(user)s, 'asked', %(now)s, %(now)s)
                ON CONFLICT (request_id) DO UPDATE
               SET state = 'asked', tries = 0, not_before = %(now)s, asked_at = %(now)s,
                   lease_until = NULL, ended_at = NULL
             WHERE export.state <> 'asked' AND export.user_id = %(user)s
            """,
            {"request": request_id, "user": user_id, "now": self._clock.now()},
        )
        notify(self._connection, channel)

    def claim(self, lease: timedelta) -> ExportTask | None:
        """The part that has waited longest and that nobody is writing; a lease that is over counts as nobody."""
        with self._connection.cursor(row_factory=class_row(ExportTask)) as cursor:
            return cursor.execute(
                """
                UPDATE exports SET attempt = attempt + 1, tries = tries + 1, lease_until = %(until)s
                 WHERE request_id = (
                    SELECT request_id FROM exports
                     WHERE state = 'asked' AND not_before <= %(now)s AND (lease_until IS NULL OR lease_until <= %(now)s)
                     ORDER BY asked_at, request_id LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING request_id, user_id, attempt, tries
                """,
                {"now": self._clock.now(), "until": self._clock.now() + lease},
            ).fetchone()

    def renew(self, task: ExportTask, lease: timedelta) -> bool:
        """Go on writing; False when it is somebody else's by now, or nobody's any more."""
        return self._settle(
            task,
            "UPDATE exports SET lease_until = %(until)s WHERE request_id = %(request)s AND attempt = %(attempt)s"
            " AND state = 'asked'",
            until=self._clock.now() + lease,
        )

    def end(self, task: ExportTask) -> bool:
        """It is written; False when it is somebody else's by now, or nobody's any more."""
        return self._settle(
            task,
            "UPDATE exports SET state = 'ready', lease_until = NULL, ended_at = %(now)s"
            " WHERE request_id = %(request)s AND attempt = %(attempt)s AND state = 'asked'",
        )

    def give_up(self, task: ExportTask) -> bool:
        """It cannot be written; False as for `end`."""
        return self._settle(
            task,
            "UPDATE exports SET state = 'failed', lease_until = NULL, ended_at = %(now)s"
            " WHERE request_id = %(request)s AND attempt = %(attempt)s AND state = 'asked'",
        )

    def postpone(self, task: ExportTask, wait: timedelta) -> bool:
        """Try again after a while; False as for `end`."""
        return self._settle(
            task,
            "UPDATE exports SET lease_until = NULL, not_before = %(until)s"
            " WHERE request_id = %(request)s AND attempt = %(attempt)s AND state = 'asked'",
            until=self._clock.now() + wait,
        )

    def _settle(self, task: ExportTask, query: LiteralString, *, until: datetime | None = None) -> bool:
        values = {"request": task.request_id, "attempt": task.attempt, "now": self._clock.now(), "until": until}
        return bool(self._connection.execute(query, values).rowcount)

"""Copies of people's data and the parts they are put together from."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row, dict_row

from common.clock import Clock
from common.database import Connection, notify
from privacy.domain.archives import ARCHIVE_KEPT, ASKED_AGAIN_AFTER, GIVEN_UP_AFTER, Archive, Gathering, GivenPart

ARCHIVE_CHANNEL = "privacy.archives"


class Archives:
    """One row per copy. Changes are guarded by the attempt: who lost the lease, or the row, changes nothing."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def open(self, request_id: UUID, user_id: UUID, *, gather_until: datetime) -> None:
        """Begin to gather."""
        now = self._clock.now()
        self._connection.execute(
            """
            INSERT INTO archives (request_id, user_id, state, not_before, gather_until, delete_by)
            VALUES (%s, %s, 'gathering', %s, %s, %s)
            """,
            [request_id, user_id, now, gather_until, now + GIVEN_UP_AFTER],
        )

    def find(self, request_id: UUID) -> Archive | None:
        """The copy of a request."""
        with self._connection.cursor(row_factory=class_row(Archive)) as cursor:
            return cursor.execute(
                """
                SELECT request_id, user_id, state, object, bytes, missing, ready_at, delete_by
                  FROM archives WHERE request_id = %s
                """,
                [request_id],
            ).fetchone()

    def take_part(self, request_id: UUID, part: GivenPart) -> bool:
        """A service gave its part, or another one; False when nobody gathers any more.

        One that had been missing makes the archive be put together once more.
        """
        taken = self._connection.execute(
            """
            WITH gathered AS (
                UPDATE archives
                   SET state = CASE WHEN %(service)s = ANY(missing) THEN 'gathering' ELSE state END,
                       not_before = %(now)s
                 WHERE request_id = %(request)s AND (state = 'gathering' OR %(service)s = ANY(missing))
                   AND state <> 'gone'
             RETURNING request_id)
            INSERT INTO archive_parts (request_id, service, object, bytes, sha256, wrapped_key)
            SELECT request_id, %(service)s, %(object)s, %(bytes)s, %(sha256)s, %(key)s FROM gathered
                ON CONFLICT (request_id, service) DO UPDATE
               SET object = excluded.object, bytes = excluded.bytes, sha256 = excluded.sha256,
                   wrapped_key = excluded.wrapped_key
            """,
            {
                "request": request_id,
                "service": part.service,
                "object": part.object,
                "bytes": part.bytes,
                "sha256": part.sha256,
                "key": part.wrapped_key,
                "now": self._clock.now(),
            },
        ).rowcount
        self.wake()
        return bool(taken)

    def claim(self, lease: timedelta) -> Gathering | None:
        """A copy to put together: everybody has answered, or the others are waited for no longer."""
        now = self._clock.now()
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                """
                UPDATE archives SET attempt = attempt + 1, lease_until = %(until)s
                  FROM requests
                 WHERE requests.id = request_id AND request_id = (
                    SELECT request_id FROM archives archive
                     WHERE state = 'gathering' AND not_before <= %(now)s
                       AND (lease_until IS NULL OR lease_until <= %(now)s)
                       AND EXISTS (SELECT 1 FROM archive_parts part WHERE part.request_id = archive.request_id)
                       AND (gather_until <= %(now)s
                            OR NOT EXISTS (SELECT 1 FROM request_parts part
                                            WHERE part.request_id = archive.request_id AND part.state = 'asked'))
                     ORDER BY not_before, request_id LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING request_id, archives.user_id, attempt, requests.asked_at, requests.kind
                """,
                {"now": now, "until": now + lease},
            ).fetchone()
        if row is None:
            return None
        parts = self._parts(row["request_id"])
        return Gathering(**row, parts=parts, missing=self._missing(row["request_id"]))

    def renew(self, gathering: Gathering, lease: timedelta) -> bool:
        """Go on; False when it is somebody else's by now, or nobody's any more."""
        return bool(
            self._connection.execute(
                """
                UPDATE archives SET lease_until = %s WHERE request_id = %s AND attempt = %s AND state = 'gathering'
                """,
                [self._clock.now() + lease, gathering.request_id, gathering.attempt],
            ).rowcount
        )

    def finish(self, gathering: Gathering, *, length: int) -> bool:
        """It is there, for seven days from now; False when it is somebody else's by now, or nobody's any more.

        A part that came meanwhile makes it be put together once more.
        """
        now = self._clock.now()
        return bool(
            self._connection.execute(
                """
                UPDATE archives
                   SET state = CASE WHEN EXISTS (
                                   SELECT 1 FROM archive_parts part
                                    WHERE part.request_id = archives.request_id AND part.service = ANY(%(missing)s))
                               THEN 'gathering' ELSE 'ready' END,
                       object = %(object)s, bytes = %(bytes)s, missing = %(missing)s, lease_until = NULL,
                       ready_at = %(now)s, delete_by = %(delete_by)s, not_before = %(now)s
                 WHERE request_id = %(request)s AND attempt = %(attempt)s AND state = 'gathering'
                """,
                {
                    "request": gathering.request_id,
                    "attempt": gathering.attempt,
                    "object": gathering.object,
                    "bytes": length,
                    "missing": list(gathering.missing),
                    "now": now,
                    "delete_by": now + ARCHIVE_KEPT,
                },
            ).rowcount
        )

    def postpone(self, gathering: Gathering, wait: timedelta) -> bool:
        """Try again after a while; False when it is somebody else's by now, or nobody's any more."""
        return bool(
            self._connection.execute(
                """
                UPDATE archives SET lease_until = NULL, not_before = %s
                 WHERE request_id = %s AND attempt = %s AND state = 'gathering'
                """,
                [self._clock.now() + wait, gathering.request_id, gathering.attempt],
            ).rowcount
        )

    def overdue(self, *, limit: int) -> list[UUID]:
        """Copies whose time is over, of which something may still lie in the store."""
        rows = self._connection.execute(
            "SELECT request_id FROM archives WHERE state <> 'gone' AND delete_by <= %s ORDER BY delete_by LIMIT %s",
            [self._clock.now(), limit],
        ).fetchall()
        return [request_id for (request_id,) in rows]

    def expire(self, request_id: UUID) -> None:
        """Its time is over now."""
        self._connection.execute(
            "UPDATE archives SET delete_by = least(delete_by, %s) WHERE request_id = %s",
            [self._clock.now(), request_id],
        )
        self.wake()

    def end(self, request_id: UUID) -> bool:
        """Nothing of it is left in the store; False when that was recorded before."""
        self._connection.execute("DELETE FROM archive_parts WHERE request_id = %s", [request_id])
        return bool(
            self._connection.execute(
                """
                UPDATE archives SET state = 'gone', deleted_at = %s, object = NULL, bytes = NULL, lease_until = NULL
                 WHERE request_id = %s AND state <> 'gone'
                """,
                [self._clock.now(), request_id],
            ).rowcount
        )

    def living(self, request_ids: Sequence[UUID]) -> set[UUID]:
        """Which of these may have objects in the store."""
        rows = self._connection.execute(
            "SELECT request_id FROM archives WHERE request_id = ANY(%s) AND state <> 'gone'", [list(request_ids)]
        ).fetchall()
        return {request_id for (request_id,) in rows}

    def incomplete(self, *, limit: int) -> list[tuple[UUID, UUID]]:
        """Copies without a part that its service had failed to give, to ask for again now; with their owners."""
        return self._connection.execute(
            """
            UPDATE archives SET not_before = %(later)s
             WHERE request_id IN (
                SELECT request_id FROM archives archive
                 WHERE not_before <= %(now)s AND delete_by > %(now)s
                   AND (state = 'ready' AND missing <> '{}'
                        OR state = 'gathering' AND NOT EXISTS (
                            SELECT 1 FROM archive_parts part WHERE part.request_id = archive.request_id))
                   AND EXISTS (SELECT 1 FROM request_parts part
                                WHERE part.request_id = archive.request_id AND part.state = 'failed')
                 ORDER BY not_before LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
         RETURNING request_id, user_id
            """,
            {"now": self._clock.now(), "later": self._clock.now() + ASKED_AGAIN_AFTER, "limit": limit},
        ).fetchall()

    def orphans(self, *, limit: int) -> list[UUID]:
        """Requests for a copy that are open and whose archive went with an erasure."""
        rows = self._connection.execute(
            """
            SELECT id FROM requests
             WHERE kind IN ('access', 'portability') AND ended_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM archives WHERE request_id = id)
             ORDER BY id LIMIT %s
            """,
            [limit],
        ).fetchall()
        return [request_id for (request_id,) in rows]

    def wake(self) -> None:
        """Tell who puts archives together, when this commits, that one may be due."""
        notify(self._connection, ARCHIVE_CHANNEL)

    def _parts(self, request_id: UUID) -> list[GivenPart]:
        with self._connection.cursor(row_factory=class_row(GivenPart)) as cursor:
            return cursor.execute(
                """
                SELECT service, object, bytes, sha256, wrapped_key
                  FROM archive_parts WHERE request_id = %s ORDER BY service
                """,
                [request_id],
            ).fetchall()

    def _missing(self, request_id: UUID) -> list[str]:
        rows = self._connection.execute(
            """
            SELECT service FROM request_parts asked
             WHERE request_id = %s AND NOT EXISTS (
                SELECT 1 FROM archive_parts given
                 WHERE given.request_id = asked.request_id AND given.service = asked.service)
             ORDER BY service
            """,
            [request_id],
        ).fetchall()
        return [service for (service,) in rows]

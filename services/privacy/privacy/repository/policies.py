"""Versions of the policy: each comes out once, and stays."""

from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.contracts.gateway import PolicyTold
from common.database import Connection
from common.policy import Policy
from privacy.domain.policies import PublishedPolicy


class Policies:
    """One row for each version that came out; what it says is data, its digest stands here."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def publish(self, policy: Policy, *, at: datetime, word_id: UUID | None) -> bool:
        """Write down that it comes out, perhaps by somebody's word; False where it is out. Of several, one does."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO policy_versions (version, digest, significant, published_at, announced_at, proposal_id)
                VALUES (%s, %s, %s, %s, %s, %s)
                ON CONFLICT (version) DO NOTHING
                """,
                [policy.version, policy.digest, policy.significant, at, at, word_id],
            ).rowcount
        )

    def all(self) -> list[PublishedPolicy]:
        """Everything that came out, the oldest first."""
        with self._connection.cursor(row_factory=class_row(PublishedPolicy)) as cursor:
            return cursor.execute(
                """
                SELECT version, digest, significant, published_at, proposal_id, altered_at, entitled, told,
                       undeliverable, departed, waiting, counted_at, completed_at
                  FROM policy_versions ORDER BY version
                """
            ).fetchall()

    def note_altered(self, version: str) -> bool:
        """It says something else than it did when it came out; False where that was noticed before."""
        return bool(
            self._connection.execute(
                "UPDATE policy_versions SET altered_at = %s WHERE version = %s AND altered_at IS NULL",
                [self._clock.now(), version],
            ).rowcount
        )

    def unheard(self, *, after: timedelta) -> list[PublishedPolicy]:
        """Those of which nobody has said how many were told, though that was asked a while ago; asked again by this."""
        now = self._clock.now()
        with self._connection.cursor(row_factory=class_row(PublishedPolicy)) as cursor:
            return cursor.execute(
                """
                UPDATE policy_versions SET announced_at = %s
                 WHERE significant AND counted_at IS NULL AND announced_at < %s
             RETURNING version, digest, significant, published_at, proposal_id, altered_at, entitled, told,
                       undeliverable, departed, waiting, counted_at, completed_at
                """,
                [now, now - after],
            ).fetchall()

    def note_told(self, event: PolicyTold) -> bool:
        """Keep a count, unless a later one is here; False where there is no such version."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE policy_versions
                   SET entitled = %(entitled)s, told = %(told)s, undeliverable = %(undeliverable)s,
                       departed = %(departed)s, waiting = %(waiting)s, counted_at = %(counted_at)s,
                       completed_at = CASE WHEN %(completed)s THEN coalesce(completed_at, %(counted_at)s) END
                 WHERE version = %(policy_version)s AND (counted_at IS NULL OR counted_at < %(counted_at)s)
                """,
                event.model_dump(),
            )
            cursor.execute("SELECT 1 FROM policy_versions WHERE version = %s", [event.policy_version])
            return cursor.fetchone() is not None

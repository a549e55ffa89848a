"""What people allow: every change, in the order it was made."""

from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from privacy.domain import ConsentChange, How, next_moment


class Consents:
    """One row for each change; nothing is ever overwritten."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def lock(self, user_id: UUID, purpose: str) -> ConsentChange | None:
        """The latest change of one consent; nobody else changes it until the transaction ends.

        The lock is on the pair, not on a row: before the first change there is none.
        """
        self._connection.execute(
            "SELECT pg_advisory_xact_lock(hashtext('consent'), hashtext(%s))", [f"{user_id} {purpose}"]
        )
        return self.latest(user_id, purpose)

    def latest(self, user_id: UUID, purpose: str) -> ConsentChange | None:
        """The latest change of one consent."""
        with self._connection.cursor(row_factory=class_row(ConsentChange)) as cursor:
            return cursor.execute(
                """
                SELECT id, user_id, purpose, granted, policy_version, how, changed_at
                  FROM consents WHERE user_id = %s AND purpose = %s ORDER BY changed_at DESC LIMIT 1
                """,
                [user_id, purpose],
            ).fetchone()

    def add(
        self, user_id: UUID, purpose: str, *, granted: bool, policy_version: str, how: How, after: ConsentChange | None
    ) -> ConsentChange:
        """Write a change down, after the one that was the latest while locked."""
        change = ConsentChange(
            id=self._clock.new_id(),
            user_id=user_id,
            purpose=purpose,
            granted=granted,
            policy_version=policy_version,
            how=how,
            changed_at=next_moment(self._clock.now(), after),
        )
        self._connection.execute(
            """
            INSERT INTO consents (id, user_id, purpose, granted, policy_version, how, changed_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            """,
            [change.id, user_id, purpose, granted, policy_version, how, change.changed_at],
        )
        return change

    def history(self, user_id: UUID, *, each: int) -> list[ConsentChange]:
        """A person's changes, the latest first, at most `each` of every consent."""
        with self._connection.cursor(row_factory=class_row(ConsentChange)) as cursor:
            return cursor.execute(
                """
                SELECT id, user_id, purpose, granted, policy_version, how, changed_at
                  FROM (SELECT *, row_number() OVER (PARTITION BY purpose ORDER BY changed_at DESC) AS place
                          FROM consents WHERE user_id = %s) AS change
                 WHERE place <= %s ORDER BY changed_at DESC
                """,
                [user_id, each],
            ).fetchall()

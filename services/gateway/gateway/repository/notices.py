"""Telling everybody of a version of the policy: how far that is, and who was told, one row for each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from common.clock import Clock
from common.database import Connection
from gateway.domain.policies import Count, Notice, Person, Telling

Outcome = Literal["told", "undeliverable", "departed"]


class Notices:
    """One row for each version that people are told of; `policy_told` has one for each of them."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def begin(self, version: str, *, published_at: datetime) -> None:
        """Have everybody told who had an account by then; the first word about a version counts."""
        self._connection.execute(
            """
            INSERT INTO policy_notices (version, published_at, next_batch_at)
            VALUES (%s, %s, %s) ON CONFLICT (version) DO NOTHING
            """,
            [version, published_at, self._clock.now()],
        )

    def claim(self, known: Sequence[str]) -> Notice | None:
        """The oldest that has people left to come to and whose turn it is; nobody else gets it until this commits.

        One whose words this release does not know waits for the release that does.
        """
        with self._connection.cursor(row_factory=class_row(Notice)) as cursor:
            return cursor.execute(
                """
                SELECT version, published_at, walked_to FROM policy_notices
                 WHERE walked_at IS NULL AND next_batch_at <= %s AND version = ANY(%s)
                 ORDER BY version LIMIT 1 FOR UPDATE SKIP LOCKED
                """,
                [self._clock.now(), list(known)],
            ).fetchone()

    def next_people(self, notice: Notice, *, limit: int) -> list[Person]:
        """Whom to come to next, in the order in which they signed up; they stay until this commits.

        Without a place to go on from it is whoever has been left out so far.
        """
        with self._connection.cursor(row_factory=class_row(Person)) as cursor:
            return cursor.execute(
                """
                SELECT id, created_at FROM accounts
                 WHERE created_at < %(published_at)s AND (%(since)s::timestamptz IS NULL OR created_at >= %(since)s)
                   AND NOT EXISTS (SELECT FROM policy_told WHERE version = %(version)s AND account_id = accounts.id)
                 ORDER BY created_at, id LIMIT %(limit)s FOR KEY SHARE
                """,
                {
                    "published_at": notice.published_at,
                    "since": notice.walked_to,
                    "version": notice.version,
                    "limit": limit,
                },
            ).fetchall()

    def leaving(self, account_ids: Sequence[UUID]) -> set[UUID]:
        """Those of them who are being erased."""
        rows = self._connection.execute(
            "SELECT user_id FROM erasures WHERE user_id = ANY(%s)", [list(account_ids)]
        ).fetchall()
        return {account_id for (account_id,) in rows}

    def come_to(self, version: str, account_id: UUID, *, mail_id: UUID | None) -> bool:
        """Write down that somebody is told by this mail, or leaves; False where she was come to before."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO policy_told (version, account_id, mail_id, state, at)
                VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
                """,
                [version, account_id, mail_id, "waiting" if mail_id else "departed", self._clock.now()],
            ).rowcount
        )

    def walked(self, version: str, *, to: datetime, next_batch_at: datetime) -> None:
        """Everybody who signed up before has been come to."""
        self._connection.execute(
            "UPDATE policy_notices SET walked_to = %s, next_batch_at = %s WHERE version = %s",
            [to, next_batch_at, version],
        )

    def wait(self, version: str, *, until: datetime) -> None:
        """Nobody is come to before then."""
        self._connection.execute("UPDATE policy_notices SET next_batch_at = %s WHERE version = %s", [until, version])

    def arrive(self, version: str) -> None:
        """Nobody is left to come to."""
        self._connection.execute(
            "UPDATE policy_notices SET walked_at = %s, walked_to = NULL WHERE version = %s",
            [self._clock.now(), version],
        )

    def settle(self, mail_id: UUID, outcome: Outcome) -> None:
        """What became of the mail that tells somebody."""
        self._connection.execute(
            "UPDATE policy_told SET state = %s, at = %s WHERE mail_id = %s AND state = 'waiting'",
            [outcome, self._clock.now(), mail_id],
        )

    def open_counts(self) -> list[Count]:
        """How telling stands, counted afresh, for each version that is not over; nobody else counts meanwhile."""
        self._connection.execute("SELECT 1 FROM policy_notices WHERE completed_at IS NULL ORDER BY version FOR UPDATE")
        with self._connection.cursor(row_factory=class_row(Count)) as cursor:
            return cursor.execute(
                """
                SELECT notice.version, walked_at IS NOT NULL AS walked,
                       (SELECT count(*) FROM accounts WHERE created_at < notice.published_at) AS entitled,
                       count(*) FILTER (WHERE state = 'told') AS told,
                       count(*) FILTER (WHERE state = 'undeliverable') AS undeliverable,
                       count(*) FILTER (WHERE state = 'departed') AS departed,
                       count(*) FILTER (WHERE state = 'waiting') AS waiting
                  FROM policy_notices AS notice LEFT JOIN policy_told ON policy_told.version = notice.version
                 WHERE completed_at IS NULL
                 GROUP BY notice.version ORDER BY notice.version
                """
            ).fetchall()

    def note_count(self, count: Count) -> bool:
        """Keep a count; False where it is what was counted before."""
        return bool(
            self._connection.execute(
                """
                UPDATE policy_notices
                   SET entitled = %(entitled)s, told = %(told)s, undeliverable = %(undeliverable)s,
                       departed = %(departed)s, waiting = %(waiting)s, counted_at = %(now)s,
                       completed_at = CASE WHEN %(completed)s THEN %(now)s::timestamptz END
                 WHERE version = %(version)s
                   AND (counted_at IS NULL OR %(completed)s
                        OR (entitled, told, undeliverable, departed, waiting)
                           <> (%(entitled)s, %(told)s, %(undeliverable)s, %(departed)s, %(waiting)s))
                """,
                {
                    "version": count.version,
                    "entitled": count.entitled,
                    "told": count.told,
                    "undeliverable": count.undeliverable,
                    "departed": count.departed,
                    "waiting": count.waiting,
                    "completed": count.completed,
                    "now": self._clock.now(),
                },
            ).rowcount
        )

    def telling(self, version: str) -> Telling | None:
        """The last count of a version; None where nobody is told of it."""
        with self._connection.cursor(row_factory=class_row(Telling)) as cursor:
            return cursor.execute(
                """
                SELECT entitled, told, undeliverable, departed, waiting, counted_at, completed_at
                  FROM policy_notices WHERE version = %s
                """,
                [version],
            ).fetchone()

    def is_behind(self, *, than: int) -> bool:
        """Whether so many letters about the policy wait to be sent that more would only make them wait longer."""
        row = self._connection.execute(
            """
            SELECT count(*) FROM (
                SELECT FROM mails WHERE template = 'policy' AND state = 'waiting' AND next_try_at <= %s LIMIT %s) AS due
            """,
            [self._clock.now(), than],
        ).fetchone()
        return bool(row and row[0] >= than)

"""The laws of the ledger, as queries for what breaks them; each answers with the offenders' ids.

What is new is looked at every minute, in time that follows what is new; everything is walked through once a day.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from billing.domain.laws import Law, Violations
from common.clock import Clock
from common.database import Connection

MARK_EVERY = timedelta(minutes=1)
# How many entries one look takes on, far within the statement timeout; more wait for the next look.
AT_ONCE = 200_000


class Audits:
    """Whether the books add up."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def still(self) -> None:
        """See one moment until the transaction ends, whatever others commit; goes first."""
        self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    def patient(self) -> None:
        """Let a statement of this transaction take as long as it takes; for an operator who waits for it."""
        self._connection.execute("SET LOCAL statement_timeout = 0")

    def advance(self) -> tuple[int, int]:
        """Entries after the first number, up to the second, are to be looked at; the next time goes on from there.

        Numbers are given before transactions commit, so a look begins where the last but one ended, and marks are
        a minute apart: whoever was under way then has long ended, or was ended by Postgres.
        """
        row = self._connection.execute(
            """
            WITH newest AS (
                SELECT before.earlier, before.latest,
                       least((SELECT max(seq) FROM entries), before.latest + %(most)s) AS seq
                  FROM audit_marks AS before),
            marked AS (
                UPDATE audit_marks
                   SET earlier = newest.latest, latest = greatest(newest.latest, newest.seq), marked_at = %(now)s
                  FROM newest
                 WHERE marked_at <= %(due)s)
            SELECT earlier, greatest(latest, seq) FROM newest
            """,
            {"most": AT_ONCE, "now": self._clock.now(), "due": self._clock.now() - MARK_EVERY},
        ).fetchone()
        assert row is not None  # noqa: S101 - the migration made the row
        return row[0], row[1]

    def people(self, after: int, up_to: int) -> list[UUID]:
        """Whose entries these are, and who was suspect before."""
        rows = self._connection.execute(
            """
            SELECT DISTINCT user_id FROM entries WHERE seq > %s AND seq <= %s
             UNION SELECT user_id FROM suspects
            """,
            [after, up_to],
        ).fetchall()
        return [user_id for (user_id,) in rows]

    def suspects(self) -> list[UUID]:
        """Whose books did not add up."""
        return [user_id for (user_id,) in self._connection.execute("SELECT user_id FROM suspects").fetchall()]

    def suspect(self, people: Sequence[UUID]) -> None:
        """Have a look at these again next time, and at nobody else."""
        self._connection.execute("DELETE FROM suspects WHERE user_id <> ALL(%s)", [list(people)])
        self._connection.execute(
            "INSERT INTO suspects (user_id, noted_at) SELECT unnest(%s::uuid[]), %s ON CONFLICT DO NOTHING",
            [list(people), self._clock.now()],
        )

    def also_suspect(self, people: Sequence[UUID]) -> None:
        """Have a look at these, too, next time."""
        self._connection.execute(
            "INSERT INTO suspects (user_id, noted_at) SELECT unnest(%s::uuid[]), %s ON CONFLICT DO NOTHING",
            [list(people), self._clock.now()],
        )

    def newly_broken(self, laws: Sequence[str]) -> list[str]:
        """Which of the laws that are broken now were not when this was asked last; each breach is new once."""
        row = self._connection.execute(
            """
            WITH before AS (SELECT told FROM audit_marks FOR UPDATE)
            UPDATE audit_marks SET told = %(laws)s FROM before WHERE before.told <> %(laws)s RETURNING before.told
            """,
            {"laws": sorted(laws)},
        ).fetchone()
        return sorted(set(laws) - set(row[0])) if row else []

    def begin_walk(self, every: timedelta) -> UUID | None:
        """Where the walk through all accounts goes on; None when the last one ended less than `every` ago.

        Nobody else walks until the transaction ends.
        """
        row = self._connection.execute(
            """
            SELECT coalesce(walked_to, '00000000-0000-0000-0000-000000000000') FROM audit_marks
             WHERE walked_to IS NOT NULL OR audited_at IS NULL OR audited_at <= %s
               FOR NO KEY UPDATE SKIP LOCKED
            """,
            [self._clock.now() - every],
        ).fetchone()
        return row[0] if row else None

    def next_people(self, after: UUID, limit: int) -> list[UUID]:
        """The next accounts of the walk."""
        rows = self._connection.execute(
            "SELECT user_id FROM accounts WHERE user_id > %s ORDER BY user_id LIMIT %s", [after, limit]
        ).fetchall()
        return [user_id for (user_id,) in rows]

    def walked(self, to: UUID | None) -> None:
        """The walk has come so far, or to its end."""
        self._connection.execute(
            """
            UPDATE audit_marks
               SET walked_to = %(to)s, audited_at = CASE WHEN %(to)s::uuid IS NULL THEN %(now)s ELSE audited_at END
            """,
            {"to": to, "now": self._clock.now()},
        )

    def entries(self, after: int, up_to: int) -> Violations:
        """Whether these entries sum to zero, and each goes on from the balance before it."""
        window = {"after": after, "up_to": up_to}
        return {
            Law.SUM: self._offenders(
                """
                SELECT entry FROM postings WHERE entry > %(after)s AND entry <= %(up_to)s
                 GROUP BY entry HAVING sum(credits) <> 0 ORDER BY entry
                """,
                window,
            ),
            Law.STATEMENT: self._offenders(
                """
                SELECT seq FROM entries AS entry
                 WHERE seq > %(after)s AND seq <= %(up_to)s
                   AND (credits <> (SELECT coalesce(sum(posting.credits), 0) FROM postings AS posting
                                     WHERE posting.entry = seq AND account = 'available')
                    OR balance - credits <> coalesce(
                           (SELECT balance FROM entries AS before
                             WHERE before.user_id = entry.user_id AND before.seq < entry.seq
                             ORDER BY before.seq DESC LIMIT 1), 0))
                 ORDER BY seq
                """,
                window,
            ),
        }

    def people_add_up(self, people: Sequence[UUID]) -> Violations:
        """Whether these balances are what the statement, the lots and the holds say; a few rows for each."""
        who = {"people": list(people)}
        return {
            Law.NEWEST: self._offenders(
                """
                SELECT user_id FROM accounts AS account
                 WHERE user_id = ANY(%(people)s) AND available <> coalesce(
                       (SELECT balance FROM entries WHERE entries.user_id = account.user_id
                         ORDER BY seq DESC LIMIT 1), 0)
                """,
                who,
            ),
            Law.LOTS: self._offenders(
                """
                SELECT user_id
                  FROM accounts AS account, LATERAL (
                       SELECT coalesce(sum(free) FILTER (WHERE frozen_at IS NULL), 0) AS free,
                              coalesce(sum(free) FILTER (WHERE frozen_at IS NOT NULL), 0) AS frozen,
                              coalesce(sum(held), 0) AS held
                         FROM lots WHERE lots.user_id = account.user_id AND closed_at IS NULL) AS lot
                 WHERE user_id = ANY(%(people)s)
                   AND (account.available, account.frozen, account.held) <> (lot.free, lot.frozen, lot.held)
                """,
                who,
            ),
            Law.FREEZES: self._offenders(
                """
                SELECT DISTINCT user_id FROM lots
                 WHERE user_id = ANY(%(people)s) AND closed_at IS NULL
                   AND (frozen_at IS NOT NULL) <> EXISTS (SELECT FROM freezes WHERE lot_id = lots.id)
                """,
                who,
            ),
            Law.HOLDS: self._offenders(
                """
                SELECT user_id
                  FROM accounts AS account, LATERAL (
                       SELECT coalesce(sum(hold.credits), 0) AS held, coalesce(sum(part.drawn), 0) AS drawn
                         FROM holds AS hold, LATERAL (
                              SELECT coalesce(sum(credits), 0) AS drawn FROM hold_parts WHERE hold_id = hold.id) AS part
                        WHERE hold.user_id = account.user_id AND state = 'open') AS open
                 WHERE user_id = ANY(%(people)s)
                   AND (account.held <> open.held OR account.held <> open.drawn)
                """,
                who,
            ),
        }

    def postings_add_up(self, people: Sequence[UUID]) -> Violations:
        """Whether these balances are the sums of all their postings, and those sum to zero; reads all of them."""
        who = {"people": list(people)}
        return {
            Law.POSTINGS: self._offenders(
                """
                SELECT user_id
                  FROM accounts AS account, LATERAL (
                       SELECT coalesce(sum(credits) FILTER (WHERE posting.account = 'available'), 0) AS available,
                              coalesce(sum(credits) FILTER (WHERE posting.account = 'held'), 0) AS held,
                              coalesce(sum(credits) FILTER (WHERE posting.account = 'frozen'), 0) AS frozen
                         FROM postings AS posting WHERE posting.user_id = account.user_id) AS posted
                 WHERE user_id = ANY(%(people)s)
                   AND (account.available, account.held, account.frozen)
                       <> (posted.available, posted.held, posted.frozen)
                """,
                who,
            ),
            Law.ZERO: self._offenders(
                """
                SELECT user_id FROM postings WHERE user_id = ANY(%(people)s)
                 GROUP BY user_id HAVING sum(credits) <> 0
                """,
                who,
            ),
        }

    def ended_holds(self, after: int, up_to: int) -> Violations:
        """Whether the holds that these entries settled say what the books say, and were charged for pictures only."""
        window = {"after": after, "up_to": up_to}
        return {
            Law.CAPTURED: self._offenders(
                """
                SELECT hold.figurine_id
                  FROM entries AS entry
                  LEFT JOIN holds AS hold USING (figurine_id)
                  LEFT JOIN postings AS earned ON earned.entry = entry.seq AND earned.account = 'revenue'
                 WHERE seq > %(after)s AND seq <= %(up_to)s AND entry.kind IN ('capture', 'release')
                   AND (hold.state = 'open' OR hold.captured <> coalesce(earned.credits, 0))
                """,
                window,
            ),
            Law.PICTURES: self._offenders(
                """
                SELECT hold.figurine_id
                  FROM entries AS entry JOIN holds AS hold USING (figurine_id)
                 WHERE seq > %(after)s AND seq <= %(up_to)s AND entry.kind = 'capture'
                   AND hold.captured > hold.unit_price * coalesce(hold.delivered, 0)
                """,
                window,
            ),
        }

    def open_holds(self, stale_before: datetime) -> Violations:
        """Whether a hold is open for too long, or although its job has ended."""
        return {
            Law.STALE: self._offenders(
                "SELECT figurine_id FROM holds WHERE state = 'open' AND created_at < %(before)s ORDER BY created_at",
                {"before": stale_before},
            ),
            Law.ENDED: self._offenders(
                "SELECT figurine_id FROM holds WHERE state = 'open' AND delivered IS NOT NULL", {}
            ),
        }

    def _offenders(self, query: LiteralString, values: Mapping[str, object]) -> list[str]:
        return [str(row[0]) for row in self._connection.execute(query, values).fetchall()]

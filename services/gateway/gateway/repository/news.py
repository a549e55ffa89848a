"""Letters of news: who gets one, what became of it, whom they do not reach, and who wants no more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.clock import Clock
from common.contracts.consents import NEWS, PROCESSING
from common.database import Connection, notify
from gateway.domain.announcements import LETTER_TRANSITIONS, LetterState, Sending
from gateway.domain.bounces import FORGOTTEN_AFTER, PAUSED_AFTER

# Passed on at once, then ever later, up to every quarter of an hour: until privacy has heard of it.
_LONGEST_WAIT_SECONDS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter of an announcement to one person, and how it stood before it was moved."""

    announcement_id: UUID
    account_id: UUID
    before: LetterState


class News:
    """`announcement_letters` has one row for each person an announcement has come to."""

    def __init__(self, connection: Connection, clock: Clock, channel: str) -> None:
        self._connection = connection
        self._clock = clock
        self._channel = channel

    def next_people(self, sending: Sending, *, limit: int) -> list[UUID]:
        """Whom to come to next: who wants news at this moment, can be reached, and was not come to; they stay so long.

        Without a place to go on from it is whoever has been left out so far.
        """
        rows = self._connection.execute(
            """
            SELECT account_id FROM consents AS wish JOIN accounts ON accounts.id = wish.account_id
             WHERE purpose = %(wish)s AND granted AND verified_at IS NOT NULL
               AND (%(since)s::uuid IS NULL OR wish.account_id > %(since)s)
               AND NOT EXISTS (SELECT FROM consents WHERE consents.account_id = wish.account_id
                                                      AND purpose = %(processing)s AND NOT granted)
               AND NOT EXISTS (SELECT FROM news_trouble WHERE news_trouble.account_id = wish.account_id
                                                          AND paused_at IS NOT NULL)
               AND NOT EXISTS (SELECT FROM erasures WHERE user_id = wish.account_id)
               AND NOT EXISTS (SELECT FROM announcement_letters AS letter
                                WHERE letter.announcement_id = %(id)s AND letter.account_id = wish.account_id)
             ORDER BY wish.account_id LIMIT %(limit)s FOR KEY SHARE OF accounts
            """,
            {"wish": NEWS, "processing": PROCESSING, "since": sending.walked_to, "id": sending.id, "limit": limit},
        ).fetchall()
        return [account_id for (account_id,) in rows]

    def readers(self) -> tuple[int, int]:
        """How many would get a letter now, and how many want one and are paused since theirs come back."""
        ((reached, paused),) = self._connection.execute(
            """
            SELECT count(*) FILTER (WHERE paused_at IS NULL), count(paused_at)
              FROM consents AS wish
              JOIN accounts ON accounts.id = wish.account_id
              LEFT JOIN news_trouble ON news_trouble.account_id = wish.account_id
             WHERE purpose = %(wish)s AND granted AND verified_at IS NOT NULL
               AND NOT EXISTS (SELECT FROM consents WHERE consents.account_id = wish.account_id
                                                      AND purpose = %(processing)s AND NOT granted)
               AND NOT EXISTS (SELECT FROM erasures WHERE user_id = wish.account_id)
            """,
            {"wish": NEWS, "processing": PROCESSING},
        ).fetchall()
        return int(reached), int(paused)

    def come_to(self, announcement_id: UUID, account_id: UUID, *, mail_id: UUID) -> bool:
        """Write down that somebody gets this mail; False where she was come to before."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO announcement_letters (announcement_id, account_id, mail_id, state, at)
                VALUES (%s, %s, %s, 'waiting', %s) ON CONFLICT DO NOTHING
                """,
                [announcement_id, account_id, mail_id, self._clock.now()],
            ).rowcount
        )

    def waiting(self, announcement_id: UUID, *, limit: int) -> int:
        """How many letters of an announcement wait to be sent, counted up to so many."""
        row = self._connection.execute(
            """
            SELECT count(*) FROM (
                SELECT FROM announcement_letters WHERE announcement_id = %s AND state = 'waiting' LIMIT %s) AS waiting
            """,
            [announcement_id, limit],
        ).fetchone()
        return int(row[0]) if row else 0

    def move(self, mail_id: UUID, to: LetterState) -> Letter | None:
        """What became of a letter; None where it is none, or that is not how it can go on."""
        sources = [state for state, targets in LETTER_TRANSITIONS.items() if to in targets]
        row = self._connection.execute(
            """
            WITH known AS (
                SELECT mail_id, state FROM announcement_letters WHERE mail_id = %s AND state = ANY(%s) FOR UPDATE)
            UPDATE announcement_letters AS letter SET state = %s, at = %s
              FROM known WHERE letter.mail_id = known.mail_id
         RETURNING announcement_id, account_id, known.state
            """,
            [mail_id, sources, to, self._clock.now()],
        ).fetchone()
        return None if row is None else Letter(announcement_id=row[0], account_id=row[1], before=LetterState(row[2]))

    def call_off(self, announcement_id: UUID) -> int:
        """Pass over everybody whose letter waits and is not being sent at this moment; returns how many."""
        return self._connection.execute(
            """
            WITH dropped AS (
                DELETE FROM mails USING announcement_letters AS letter
                 WHERE mails.id = letter.mail_id AND letter.announcement_id = %(id)s AND letter.state = 'waiting'
                   AND mails.state = 'waiting' AND calling_since IS NULL
             RETURNING mails.id)
            UPDATE announcement_letters SET state = 'passed_over', at = %(now)s FROM dropped WHERE mail_id = dropped.id
            """,
            {"id": announcement_id, "now": self._clock.now()},
        ).rowcount

    def leaves_by(self, announcement_id: UUID, account_id: UUID) -> bool:
        """Note that this letter made her take her yes back; False where that is noted, or the letter forgotten."""
        return bool(
            self._connection.execute(
                """
                UPDATE announcement_letters SET unsubscribed_at = %s
                 WHERE announcement_id = %s AND account_id = %s AND unsubscribed_at IS NULL
                """,
                [self._clock.now(), announcement_id, account_id],
            ).rowcount
        )

    def note_trouble(self, account_id: UUID) -> None:
        """A mailbox did not take a letter; after some in a row, news is paused."""
        now = self._clock.now()
        self._connection.execute(
            """
            INSERT INTO news_trouble AS known (account_id, failures, failed_at)
            SELECT id, 1, %(now)s FROM accounts WHERE id = %(id)s
            ON CONFLICT (account_id) DO UPDATE
               SET failures = CASE WHEN known.failed_at < %(forgotten)s THEN 1 ELSE least(known.failures + 1, 1000) END,
                   failed_at = %(now)s,
                   paused_at = CASE WHEN known.failed_at >= %(forgotten)s AND known.failures + 1 >= %(most)s
                                    THEN coalesce(known.paused_at, %(now)s) ELSE known.paused_at END
            """,
            {"id": account_id, "now": now, "forgotten": now - FORGOTTEN_AFTER, "most": PAUSED_AFTER},
        )

    def paused_since(self, account_id: UUID) -> datetime | None:
        """Since when she gets no news because it came back; None where it does not."""
        row = self._connection.execute(
            "SELECT paused_at FROM news_trouble WHERE account_id = %s", [account_id]
        ).fetchone()
        return row[0] if row else None

    def forget_trouble(self, account_id: UUID) -> None:
        """Her address was confirmed, or is another."""
        self._connection.execute("DELETE FROM news_trouble WHERE account_id = %s", [account_id])

    def stop(self, account_id: UUID) -> None:
        """Have her no passed on; asked again, it is passed on once."""
        now = self._clock.now()
        self._connection.execute(
            """
            INSERT INTO news_stops (account_id, asked_at, next_try_at)
            SELECT id, %(now)s, %(now)s FROM accounts WHERE id = %(id)s ON CONFLICT (account_id) DO NOTHING
            """,
            {"id": account_id, "now": now},
        )
        notify(self._connection, self._channel)

    def claim_stop(self) -> UUID | None:
        """Whose no to pass on next; it comes up again, ever later, unless it is passed on."""
        row = self._connection.execute(
            """
            WITH due AS (SELECT account_id FROM news_stops WHERE next_try_at <= %(now)s
                          ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            UPDATE news_stops
               SET attempts = least(attempts + 1, 100),
                   next_try_at = %(now)s + interval '1 second' * least(%(most)s, 5 * 2 ^ least(attempts, 10))
              FROM due WHERE news_stops.account_id = due.account_id
         RETURNING news_stops.account_id
            """,
            {"now": self._clock.now(), "most": _LONGEST_WAIT_SECONDS},
        ).fetchone()
        return row[0] if row else None

    def stops(self, account_id: UUID) -> bool:
        """Whether her no is still to be passed on."""
        return bool(self._connection.execute("SELECT 1 FROM news_stops WHERE account_id = %s", [account_id]).fetchone())

    def passed_on(self, account_id: UUID) -> None:
        """Privacy has it."""
        self._connection.execute("DELETE FROM news_stops WHERE account_id = %s", [account_id])

"""The ledger's rows, in literal SQL, inside one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, kwargs_row

from billing.domain.ledger import (
    Account,
    Balance,
    Hold,
    HoldState,
    InsufficientCredits,
    Kind,
    Posting,
    StatementLine,
    credits_to,
    setting_aside,
    settlement,
    trial,
)
from common.clock import Clock
from common.database import Connection


class Ledger:
    """Accounts, holds and the entries that explain them."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def open_account(self, user_id: UUID) -> bool:
        """Open an empty account; False when the person has one already."""
        return bool(
            self._connection.execute(
                "INSERT INTO accounts (user_id, opened_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [user_id, self._clock.now()],
            ).rowcount
        )

    def balance(self, user_id: UUID) -> Balance | None:
        """What the person has, or None when she has no account yet."""
        with self._connection.cursor(row_factory=class_row(Balance)) as cursor:
            return cursor.execute(
                "SELECT available, held, version FROM accounts WHERE user_id = %s", [user_id]
            ).fetchone()

    def grant_trial(self, user_id: UUID, credits: int) -> Balance:
        """Give a new person credits to try the studio with."""
        return self._post(user_id, Kind.TRIAL, trial(credits), "Welcome: credits to try the studio with")

    def find_hold(self, figurine_id: UUID) -> Hold | None:
        """The hold of a figurine, locked until the transaction ends."""
        with self._connection.cursor(row_factory=kwargs_row(_hold)) as cursor:
            return cursor.execute(
                """
                SELECT id, figurine_id, user_id, unit_price, credits, state
                  FROM holds WHERE figurine_id = %s FOR UPDATE
                """,
                [figurine_id],
            ).fetchone()

    def hold(self, user_id: UUID, figurine_id: UUID, *, unit_price: int, pictures: int, reason: str) -> Hold | None:
        """Set the price aside; None when somebody else settled this figurine's fate meanwhile.

        Raises InsufficientCredits and changes nothing.
        """
        hold = self._new_hold(user_id, figurine_id, unit_price, unit_price * pictures, HoldState.OPEN)
        self._lock_if_affordable(user_id, hold.credits)
        if not self._insert_hold(hold):
            return None
        self._post(user_id, Kind.HOLD, setting_aside(hold.credits), reason, figurine_id)
        return hold

    def record_ended(self, user_id: UUID, figurine_id: UUID, state: HoldState) -> bool:
        """Remember that this figurine never held anything; False when a hold exists already."""
        return self._insert_hold(self._new_hold(user_id, figurine_id, 0, 0, state))

    def settle(self, hold: Hold, *, delivered: int, reason: str) -> int:
        """Capture delivered pictures, release the rest; returns the credits captured."""
        hold.end(HoldState.SETTLED)
        postings = settlement(hold, delivered)
        captured = credits_to(Account.REVENUE, postings)
        self._end_hold(hold, HoldState.SETTLED, captured)
        self._post(hold.user_id, Kind.CAPTURE, postings, reason, hold.figurine_id)
        return captured

    def release(self, hold: Hold, reason: str) -> None:
        """Give the whole hold back."""
        hold.end(HoldState.RELEASED)
        self._end_hold(hold, HoldState.RELEASED, 0)
        self._post(hold.user_id, Kind.RELEASE, settlement(hold, delivered=0), reason, hold.figurine_id)

    def statement(self, user_id: UUID, *, before: int | None, limit: int) -> list[StatementLine]:
        """The newest movements first, at most `limit`, those older than entry `before`."""
        with self._connection.cursor(row_factory=class_row(StatementLine)) as cursor:
            return cursor.execute(
                """
                SELECT seq, at, kind, credits, balance, reason, figurine_id
                  FROM entries
                 WHERE user_id = %(user_id)s AND (%(before)s::bigint IS NULL OR seq < %(before)s)
                 ORDER BY seq DESC
                 LIMIT %(limit)s
                """,
                {"user_id": user_id, "before": before, "limit": limit},
            ).fetchall()

    def violations(self, *, stale_before: datetime) -> dict[str, int]:
        """How often each law of the ledger is broken right now; all zero in a sound ledger."""
        row = self._connection.execute(
            """
            SELECT
              (SELECT coalesce(abs(sum(credits)), 0) FROM postings),
              (SELECT count(*) FROM accounts a
                WHERE a.available <> (SELECT coalesce(sum(p.credits), 0) FROM postings p
                                       WHERE p.user_id = a.user_id AND p.account = 'available')
                   OR a.held <> (SELECT coalesce(sum(p.credits), 0) FROM postings p
                                  WHERE p.user_id = a.user_id AND p.account = 'held')),
              (SELECT count(*) FROM accounts a
                WHERE a.held <> (SELECT coalesce(sum(h.credits), 0) FROM holds h
                                  WHERE h.user_id = a.user_id AND h.state = 'open')),
              (SELECT count(*) FROM holds WHERE state = 'open' AND created_at < %(stale_before)s)
            """,
            {"stale_before": stale_before},
        ).fetchone()
        names = (
            "postings_do_not_sum_to_zero",
            "balance_differs_from_postings",
            "held_differs_from_holds",
            "stale_hold",
        )
        return dict(zip(names, row or (), strict=True))

    def _new_hold(self, user_id: UUID, figurine_id: UUID, unit_price: int, credits: int, state: HoldState) -> Hold:
        return Hold(
            id=self._clock.new_id(),
            figurine_id=figurine_id,
            user_id=user_id,
            unit_price=unit_price,
            credits=credits,
            state=state,
        )

    def _lock_if_affordable(self, user_id: UUID, credits: int) -> None:
        affordable = self._connection.execute(
            "SELECT 1 FROM accounts WHERE user_id = %s AND available >= %s FOR UPDATE", [user_id, credits]
        ).fetchone()
        if affordable is None:
            raise InsufficientCredits

    def _insert_hold(self, hold: Hold) -> bool:
        now = self._clock.now()
        return bool(
            self._connection.execute(
                """
                INSERT INTO holds (id, figurine_id, user_id, unit_price, credits, state, created_at, ended_at)
                VALUES (%(id)s, %(figurine_id)s, %(user_id)s, %(unit_price)s, %(credits)s, %(state)s, %(now)s,
                        CASE WHEN %(state)s = 'open' THEN NULL ELSE %(now)s::timestamptz END)
                ON CONFLICT (figurine_id) DO NOTHING
                """,
                {
                    "id": hold.id,
                    "figurine_id": hold.figurine_id,
                    "user_id": hold.user_id,
                    "unit_price": hold.unit_price,
                    "credits": hold.credits,
                    "state": hold.state,
                    "now": now,
                },
            ).rowcount
        )

    def _end_hold(self, hold: Hold, state: HoldState, captured: int) -> None:
        self._connection.execute(
            "UPDATE holds SET state = %s, captured = %s, ended_at = %s WHERE id = %s AND state = 'open'",
            [state, captured, self._clock.now(), hold.id],
        )

    def _post(
        self, user_id: UUID, kind: Kind, postings: Sequence[Posting], reason: str, figurine_id: UUID | None = None
    ) -> Balance:
        """Move the balance and write the entry that explains it, under the account's row lock."""
        moving = [posting for posting in postings if posting.credits]
        with self._connection.cursor(row_factory=class_row(Balance)) as cursor:
            balance = cursor.execute(
                """
                WITH moved AS (
                    UPDATE accounts
                       SET available = available + %(available)s, held = held + %(held)s, version = version + 1
                     WHERE user_id = %(user_id)s
                 RETURNING available, held, version),
                entry AS (
                    INSERT INTO entries (user_id, kind, reason, figurine_id, at, credits, balance)
                    SELECT %(user_id)s, %(kind)s, %(reason)s, %(figurine_id)s, %(now)s, %(available)s, available
                      FROM moved
                 RETURNING seq),
                sides AS (
                    INSERT INTO postings (entry, account, user_id, credits)
                    SELECT entry.seq, side.account, %(user_id)s, side.credits
                      FROM entry, unnest(%(accounts)s::text[], %(amounts)s::int[]) AS side (account, credits))
                SELECT available, held, version FROM moved
                """,
                {
                    "user_id": user_id,
                    "available": credits_to(Account.AVAILABLE, postings),
                    "held": credits_to(Account.HELD, postings),
                    "kind": kind,
                    "reason": reason,
                    "figurine_id": figurine_id,
                    "now": self._clock.now(),
                    "accounts": [posting.account for posting in moving],
                    "amounts": [posting.credits for posting in moving],
                },
            ).fetchone()
        if balance is None:
            raise LookupError(f"no account {user_id}")
        return balance


def _hold(*, state: str, **columns: Any) -> Hold:
    return Hold(state=HoldState(state), **columns)

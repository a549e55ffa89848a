"""Accounts, holds and the entries that explain both, in literal SQL, inside one transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, kwargs_row

from billing.domain.ledger import Account, Balance, Hold, HoldState, Kind, Movement, StatementLine, credits_to
from billing.domain.lots import LotKind
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
                "SELECT available, held, frozen, version FROM accounts WHERE user_id = %s", [user_id]
            ).fetchone()

    def lock(self, user_id: UUID) -> Balance | None:
        """The balance, which nobody else moves until the transaction ends; None without an account.

        Whoever changes lots of a person holds this lock.
        """
        with self._connection.cursor(row_factory=class_row(Balance)) as cursor:
            return cursor.execute(
                "SELECT available, held, frozen, version FROM accounts WHERE user_id = %s FOR NO KEY UPDATE", [user_id]
            ).fetchone()

    def find_hold(self, figurine_id: UUID) -> Hold | None:
        """The hold of a figurine, locked until the transaction ends."""
        with self._connection.cursor(row_factory=kwargs_row(read_hold)) as cursor:
            return cursor.execute(
                """
                SELECT id, figurine_id, user_id, unit_price, credits, state
                  FROM holds WHERE figurine_id = %s FOR NO KEY UPDATE
                """,
                [figurine_id],
            ).fetchone()

    def has_open_holds(self, user_id: UUID) -> bool:
        """Whether any credits of a person are held for a figurine."""
        row = self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM holds WHERE user_id = %s AND state = 'open')", [user_id]
        ).fetchone()
        return bool(row and row[0])

    def new_hold(self, user_id: UUID, figurine_id: UUID, *, unit_price: int, pictures: int) -> Hold:
        """A hold that is not kept yet."""
        return Hold(
            id=self._clock.new_id(),
            figurine_id=figurine_id,
            user_id=user_id,
            unit_price=unit_price,
            credits=unit_price * pictures,
            state=HoldState.OPEN,
        )

    def record_ended(self, user_id: UUID, figurine_id: UUID, state: HoldState) -> bool:
        """Remember that this figurine never held anything; False when a hold exists already."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO holds (id, figurine_id, user_id, unit_price, credits, state, delivered, created_at,
                                   ended_at)
                VALUES (%(id)s, %(figurine_id)s, %(user_id)s, 0, 0, %(state)s,
                        CASE WHEN %(state)s = 'released' THEN 0 END, %(now)s, %(now)s)
                ON CONFLICT (figurine_id) DO NOTHING
                """,
                {
                    "id": self._clock.new_id(),
                    "figurine_id": figurine_id,
                    "user_id": user_id,
                    "state": state,
                    "now": self._clock.now(),
                },
            ).rowcount
        )

    def move(self, movement: Movement) -> Balance:
        """Change the balance and the lots, and write the entry that explains it, under the account's row lock."""
        with self._connection.cursor(row_factory=class_row(Balance)) as cursor:
            balance = cursor.execute("WITH" + MOVED + EXPLAINED, values_of(movement, self._clock.now())).fetchone()
        if balance is None:
            raise LookupError(f"no account {movement.user_id}")
        return balance

    def statement(self, user_id: UUID, *, before: int | None, limit: int) -> list[StatementLine]:
        """The newest movements first, at most `limit`, those older than entry `before`."""
        with self._connection.cursor(row_factory=kwargs_row(_line)) as cursor:
            return cursor.execute(
                """
                SELECT seq, at, kind, credits, balance, reason, figurine_id, lot_kind, expires_at
                  FROM entries
                 WHERE user_id = %(user_id)s AND (%(before)s::bigint IS NULL OR seq < %(before)s)
                 ORDER BY seq DESC
                 LIMIT %(limit)s
                """,
                {"user_id": user_id, "before": before, "limit": limit},
            ).fetchall()


MOVED = """
    moved AS (
        UPDATE accounts
           SET available = available + %(available)s, held = held + %(held)s, frozen = frozen + %(frozen)s,
               version = version + 1
         WHERE user_id = %(user_id)s"""
# What follows from `moved`, whatever else it may hang on.
EXPLAINED = """
     RETURNING available, held, frozen, version),
    entry AS (
        INSERT INTO entries (user_id, kind, reason, figurine_id, at, credits, balance, lot_kind, expires_at)
        SELECT %(user_id)s, %(kind)s, %(reason)s, %(figurine_id)s, %(now)s, %(available)s, available,
               %(lot_kind)s, %(expires_at)s
          FROM moved
     RETURNING seq),
    sides AS (
        INSERT INTO postings (entry, account, user_id, credits)
        SELECT entry.seq, side.account, %(user_id)s, side.credits
          FROM entry, unnest(%(accounts)s::text[], %(amounts)s::int[]) AS side (account, credits)),
    changed AS (
        UPDATE lots
           SET free = later.free, held = later.held, owed = later.owed, extended = later.extended,
               expires_at = later.expires_at, frozen_at = later.frozen_at,
               touched = touched OR later.free < lots.free OR later.held <> lots.held,
               closed_at = CASE WHEN later.free + later.held = 0 THEN coalesce(closed_at, %(now)s) END
          FROM moved, unnest(%(lots)s::uuid[], %(free)s::int[], %(lot_held)s::int[], %(owed)s::int[],
                             %(extended)s::bool[], %(ends)s::timestamptz[], %(frozen_at)s::timestamptz[])
               AS later (id, free, held, owed, extended, expires_at, frozen_at)
         WHERE lots.id = later.id)
    SELECT available, held, frozen, version FROM moved"""


def values_of(movement: Movement, now: datetime) -> dict[str, Any]:
    """What a movement gives the statements above."""
    moving = [posting for posting in movement.postings if posting.credits]
    about, lots = movement.about, movement.lots
    return {
        "user_id": movement.user_id,
        "available": credits_to(Account.AVAILABLE, movement.postings),
        "held": credits_to(Account.HELD, movement.postings),
        "frozen": credits_to(Account.FROZEN, movement.postings),
        "kind": movement.kind,
        "reason": movement.reason,
        "figurine_id": movement.figurine_id,
        "lot_kind": about.kind if about else None,
        "expires_at": about.expires_at if about else None,
        "now": now,
        "accounts": [posting.account for posting in moving],
        "amounts": [posting.credits for posting in moving],
        "lots": [lot.id for lot in lots],
        "free": [lot.free for lot in lots],
        "lot_held": [lot.held for lot in lots],
        "owed": [lot.owed for lot in lots],
        "extended": [lot.extended for lot in lots],
        "ends": [lot.expires_at for lot in lots],
        "frozen_at": [lot.frozen_at for lot in lots],
    }


def read_hold(*, state: str, **columns: Any) -> Hold:
    """A hold out of its row."""
    return Hold(state=HoldState(state), **columns)


def _line(*, kind: str, lot_kind: str | None, **columns: Any) -> StatementLine:
    return StatementLine(kind=Kind(kind), lot_kind=LotKind(lot_kind) if lot_kind else None, **columns)

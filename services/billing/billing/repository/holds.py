"""Holding and settling: what is to be known first in one round trip, what changes in one statement.

This is the way every figurine goes, and most of its time is the way to the server and back.
"""

from uuid import UUID

from psycopg.rows import class_row, kwargs_row

from billing.domain.ledger import Balance, Hold, HoldState, Movement
from billing.domain.lots import Lot, Part
from billing.repository.ledger import EXPLAINED, MOVED, read_hold, values_of
from billing.repository.lots import OPEN, read_lot, read_part
from common.clock import Clock
from common.database import Connection


class Holds:
    """Credits set aside for figurines. Whoever is asked here locks the hold, then the account."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def before_holding(self, user_id: UUID, figurine_id: UUID) -> tuple[Hold | None, Balance | None, list[Lot]]:
        """The hold there is already, the balance, None without an account, and the lots that have something in them.

        The lots are read by a statement of its own, which begins after the lock is there: it sees what whoever had
        it did.
        """
        holds = self._connection.cursor(row_factory=kwargs_row(read_hold))
        balances = self._connection.cursor(row_factory=class_row(Balance))
        lots = self._connection.cursor(row_factory=kwargs_row(read_lot))
        with self._connection.pipeline():
            holds.execute(_HOLD, [figurine_id])
            balances.execute(_ACCOUNT, [user_id])
            lots.execute(OPEN, [user_id])
        return holds.fetchone(), balances.fetchone(), lots.fetchall()

    def before_settling(self, figurine_id: UUID) -> tuple[Hold | None, list[Part]]:
        """The hold, and what it drew in that order, each with its lot as it is now."""
        holds = self._connection.cursor(row_factory=kwargs_row(read_hold))
        parts = self._connection.cursor(row_factory=kwargs_row(read_part))
        with self._connection.pipeline():
            holds.execute(_HOLD, [figurine_id])
            self._connection.execute(_ACCOUNT_OF_HOLD, [figurine_id])
            parts.execute(_PARTS, [figurine_id])
        return holds.fetchone(), parts.fetchall()

    def parts_of(self, figurine_id: UUID) -> list[Part]:
        """What a hold drew, once more."""
        with self._connection.cursor(row_factory=kwargs_row(read_part)) as cursor:
            return cursor.execute(_PARTS, [figurine_id]).fetchall()

    def begin(self, hold: Hold, parts: list[Part], movement: Movement) -> Balance | None:
        """Keep a hold, what it draws from, and the movement; None when somebody settled this figurine's fate meanwhile.

        Then nothing has moved.
        """
        with self._connection.cursor(row_factory=class_row(Balance)) as cursor:
            return cursor.execute(
                _BEGIN,
                {
                    **values_of(movement, self._clock.now()),
                    "hold": hold.id,
                    "unit_price": hold.unit_price,
                    "price": hold.credits,
                    "drawn_lots": [part.lot.id for part in parts],
                    "drawn": [part.credits for part in parts],
                },
            ).fetchone()

    def end(self, hold: Hold, state: HoldState, movement: Movement, *, captured: int, delivered: int) -> Balance:
        """The hold ends, once, with the movement. Raises HoldEnded."""
        hold.end(state)
        with self._connection.cursor(row_factory=class_row(Balance)) as cursor:
            balance = cursor.execute(
                _END,
                {
                    **values_of(movement, self._clock.now()),
                    "hold": hold.id,
                    "state": state,
                    "captured": captured,
                    "delivered": delivered,
                },
            ).fetchone()
        if balance is None:
            raise LookupError(f"no account {movement.user_id}")
        return balance


_HOLD = """
    SELECT id, figurine_id, user_id, unit_price, credits, state FROM holds WHERE figurine_id = %s FOR NO KEY UPDATE
    """
_ACCOUNT = "SELECT available, held, frozen, version FROM accounts WHERE user_id = %s FOR NO KEY UPDATE"
_ACCOUNT_OF_HOLD = """
    SELECT FROM accounts WHERE user_id = (SELECT user_id FROM holds WHERE figurine_id = %s) FOR NO KEY UPDATE
    """
_PARTS = """
    SELECT part.credits AS drawn, lot.id, lot.user_id, kind, source, lot.credits, free, held, owed, granted_at,
           expires_at, frozen_at, extended
      FROM holds JOIN hold_parts AS part ON part.hold_id = holds.id JOIN lots AS lot ON lot.id = part.lot_id
     WHERE figurine_id = %s
     ORDER BY place
    """
_BEGUN = """
    WITH begun AS (
        INSERT INTO holds (id, figurine_id, user_id, unit_price, credits, state, created_at)
        VALUES (%(hold)s, %(figurine_id)s, %(user_id)s, %(unit_price)s, %(price)s, 'open', %(now)s)
        ON CONFLICT (figurine_id) DO NOTHING
     RETURNING id),
    parts AS (
        INSERT INTO hold_parts (hold_id, lot_id, place, credits)
        SELECT begun.id, part.lot_id, part.place, part.credits
          FROM begun, unnest(%(drawn_lots)s::uuid[], %(drawn)s::int[])
                      WITH ORDINALITY AS part (lot_id, credits, place)),
    """
_ENDED = """
    WITH ended AS (
        UPDATE holds SET state = %(state)s, captured = %(captured)s, delivered = %(delivered)s, ended_at = %(now)s
         WHERE id = %(hold)s AND state = 'open'),
    """
_BEGIN = _BEGUN + MOVED + " AND EXISTS (SELECT FROM begun)" + EXPLAINED
_END = _ENDED + MOVED + EXPLAINED

"""The rows of codes and their uses, in literal SQL, inside one transaction."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from billing.domain.codes import Code, CodesOff, Use, UseState, Worth, digest
from common.clock import Clock
from common.database import Connection


class Codes:
    """Gift codes and coupons; without a key there are none."""

    def __init__(self, connection: Connection, clock: Clock, key: bytes | None) -> None:
        self._connection = connection
        self._clock = clock
        self._key = key

    def add(self, code: Code, written: str) -> bool:
        """Keep a new code; False when it is taken. Raises CodesOff."""
        worth = code.worth
        return bool(
            self._connection.execute(
                """
                INSERT INTO codes (id, digest, kind, label, credits, expires_after_days, percent, amount, currency,
                                   max_uses, max_per_person, created_at, expires_at)
                VALUES (%(id)s, %(digest)s, %(kind)s, %(label)s, %(credits)s, %(days)s, %(percent)s, %(amount)s,
                        %(currency)s, %(max_uses)s, %(max_per_person)s, %(now)s, %(expires_at)s)
                ON CONFLICT (digest) DO NOTHING
                """,
                {
                    "id": code.id,
                    "digest": self._digest(written),
                    "kind": worth.kind,
                    "label": code.label,
                    "credits": worth.credits,
                    "days": worth.expires_after_days,
                    "percent": worth.percent,
                    "amount": worth.amount,
                    "currency": worth.currency,
                    "max_uses": code.max_uses,
                    "max_per_person": code.max_per_person,
                    "now": self._clock.now(),
                    "expires_at": code.expires_at,
                },
            ).rowcount
        )

    def lock(self, written: str) -> Code | None:
        """The code, which nobody else uses until the transaction ends. Raises CodesOff."""
        with self._connection.cursor(row_factory=kwargs_row(_code)) as cursor:
            return cursor.execute(
                """
                SELECT id, label, credits, expires_after_days, percent, amount, currency, max_uses, max_per_person,
                       uses, expires_at, withdrawn_at
                  FROM codes WHERE digest = %s FOR NO KEY UPDATE
                """,
                [self._digest(written)],
            ).fetchone()

    def withdraw(self, code_id: UUID) -> bool:
        """Let nobody use a code any more; False when there is none, or nobody could."""
        return bool(
            self._connection.execute(
                "UPDATE codes SET withdrawn_at = %s WHERE id = %s AND withdrawn_at IS NULL",
                [self._clock.now(), code_id],
            ).rowcount
        )

    def all(self) -> list[Code]:
        """Every code, the newest first."""
        with self._connection.cursor(row_factory=kwargs_row(_code)) as cursor:
            return cursor.execute(
                """
                SELECT id, label, credits, expires_after_days, percent, amount, currency, max_uses, max_per_person,
                       uses, expires_at, withdrawn_at
                  FROM codes ORDER BY created_at DESC, id
                """
            ).fetchall()

    def uses_by(self, code_id: UUID, user_id: UUID) -> int:
        """How often a person used a code, or is about to. The code is locked."""
        row = self._connection.execute(
            "SELECT count(*) FROM code_uses WHERE code_id = %s AND user_id = %s AND state <> 'released'",
            [code_id, user_id],
        ).fetchone()
        return row[0] if row else 0

    def use_with_key(self, user_id: UUID, key: str) -> Use | None:
        """The use that came with this Idempotency-Key."""
        with self._connection.cursor(row_factory=kwargs_row(_use)) as cursor:
            return cursor.execute(
                """
                SELECT id, code_id, user_id, state, credits, expires_at, discount
                  FROM code_uses WHERE user_id = %s AND key = %s
                """,
                [user_id, key],
            ).fetchone()

    def use_for(self, order_id: UUID) -> Use | None:
        """The use of an order."""
        with self._connection.cursor(row_factory=kwargs_row(_use)) as cursor:
            return cursor.execute(
                """
                SELECT id, code_id, user_id, state, credits, expires_at, discount
                  FROM code_uses WHERE order_id = %s
                """,
                [order_id],
            ).fetchone()

    def use(self, use: Use, *, order_id: UUID | None = None, key: str | None = None) -> bool:
        """Keep a use, and count it; False when the person's key was used otherwise. The code is locked."""
        return bool(
            self._connection.execute(
                """
                WITH used AS (
                    INSERT INTO code_uses (id, code_id, user_id, state, order_id, key, credits, expires_at, discount,
                                           at)
                    VALUES (%(id)s, %(code_id)s, %(user_id)s, %(state)s, %(order_id)s, %(key)s, %(credits)s,
                            %(expires_at)s, %(discount)s, %(now)s)
                    ON CONFLICT (user_id, key) DO NOTHING
                 RETURNING code_id)
                UPDATE codes SET uses = uses + 1 FROM used WHERE codes.id = code_id
                """,
                {
                    "id": use.id,
                    "code_id": use.code_id,
                    "user_id": use.user_id,
                    "state": use.state,
                    "order_id": order_id,
                    "key": key,
                    "credits": use.credits,
                    "expires_at": use.expires_at,
                    "discount": use.discount,
                    "now": self._clock.now(),
                },
            ).rowcount
        )

    def end_use(self, use: Use, state: UseState) -> None:
        """A reserved use ends; a released one is not counted any more."""
        self._connection.execute(
            """
            WITH ended AS (
                UPDATE code_uses SET state = %(state)s WHERE id = %(id)s AND state = 'reserved' RETURNING code_id)
            UPDATE codes SET uses = uses - 1 FROM ended WHERE codes.id = code_id AND %(state)s = 'released'
            """,
            {"state": state, "id": use.id},
        )

    def count_try(self, user_id: UUID, *, since: datetime) -> tuple[int, datetime]:
        """Count an attempt; how many there were since when, the first one after `since`."""
        row = self._connection.execute(
            """
            INSERT INTO code_tries AS before (user_id, tries, since) VALUES (%(user_id)s, 1, %(now)s)
            ON CONFLICT (user_id) DO UPDATE
               SET tries = CASE WHEN before.since > %(since)s THEN before.tries + 1 ELSE 1 END,
                   since = CASE WHEN before.since > %(since)s THEN before.since ELSE excluded.since END
         RETURNING tries, since
            """,
            {"user_id": user_id, "now": self._clock.now(), "since": since},
        ).fetchone()
        assert row is not None  # noqa: S101 - an upsert returns its row
        return row[0], row[1]

    def forgive_try(self, user_id: UUID) -> None:
        """The last attempt was no guess."""
        self._connection.execute("UPDATE code_tries SET tries = tries - 1 WHERE user_id = %s AND tries > 0", [user_id])

    def forget_tries(self, within: timedelta, limit: int) -> int:
        """Forget attempts that do not count any more, at most so many; returns how many."""
        return self._connection.execute(
            """
            DELETE FROM code_tries WHERE user_id IN (
                SELECT user_id FROM code_tries WHERE since <= %s LIMIT %s FOR UPDATE SKIP LOCKED)
            """,
            [self._clock.now() - within, limit],
        ).rowcount

    def _digest(self, written: str) -> bytes:
        if self._key is None:
            raise CodesOff
        return digest(self._key, written)


def _code(
    *,
    credits: int | None,
    expires_after_days: int | None,
    percent: int | None,
    amount: int | None,
    currency: str | None,
    **columns: Any,
) -> Code:
    worth = Worth(
        credits=credits, expires_after_days=expires_after_days, percent=percent, amount=amount, currency=currency
    )
    return Code(worth=worth, **columns)


def _use(*, state: str, **columns: Any) -> Use:
    return Use(state=UseState(state), **columns)

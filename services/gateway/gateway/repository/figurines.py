"""The read model of figurines and balances: what a person sees, moved by events."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from common.clock import Clock
from common.database import Connection
from common.sealing import Sealer
from gateway.domain.figurines import RANK, TERMINAL, Figurine, Picture, State


class Figurines:
    """One row per figurine; titles are the person's words and lie sealed."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer

    def add(self, figurine: Figurine) -> None:
        """Write a figurine that was just ordered."""
        self._connection.execute(
            """
            INSERT INTO figurines (id, account_id, upload_id, state, rank, style, variants, aspect_ratio, title, price,
                                   created_at, options, delivery)
            VALUES (%(id)s, %(account_id)s, %(upload_id)s, %(state)s, %(rank)s, %(style)s, %(variants)s,
                    %(aspect_ratio)s, %(title)s, %(price)s, %(created_at)s, %(options)s, %(delivery)s)
            """,
            {
                "id": figurine.id,
                "account_id": figurine.account_id,
                "upload_id": figurine.upload_id,
                "state": figurine.state,
                "rank": RANK[figurine.state],
                "style": figurine.style,
                "variants": figurine.variants,
                "aspect_ratio": figurine.aspect_ratio,
                "title": self._sealer.seal(
                    figurine.title.encode(), owner=str(figurine.account_id), purpose="figurines.title"
                ),
                "price": figurine.price,
                "created_at": figurine.created_at,
                "options": Jsonb(dict(figurine.options)),
                "delivery": figurine.delivery,
            },
        )

    def find(self, account_id: UUID, figurine_id: UUID) -> Figurine | None:
        """One of the person's own figurines."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, upload_id, state, style, variants, aspect_ratio, title, price, engine,
                       pictures, failure_code, created_at, finished_at, favourite, options, delivery
                  FROM figurines WHERE id = %s AND account_id = %s
                """,
                [figurine_id, account_id],
            ).fetchone()

    def page(
        self,
        account_id: UUID,
        *,
        before: UUID | None,
        limit: int,
        style: str | None,
        state: str | None,
        favourite: bool | None,
    ) -> list[Figurine]:
        """The person's figurines, the newest first (ids sort by time)."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, upload_id, state, style, variants, aspect_ratio, title, price, engine,
                       pictures, failure_code, created_at, finished_at, favourite, options, delivery
                  FROM figurines
                 WHERE account_id = %(account_id)s
                   AND (%(before)s::uuid IS NULL OR id < %(before)s)
                   AND (%(style)s::text IS NULL OR style = %(style)s)
                   AND (%(state)s::text IS NULL OR state = %(state)s)
                   AND (%(favourite)s::boolean IS NULL OR favourite = %(favourite)s)
                 ORDER BY id DESC LIMIT %(limit)s
                """,
                {
                    "account_id": account_id,
                    "before": before,
                    "style": style,
                    "state": state,
                    "favourite": favourite,
                    "limit": limit,
                },
            ).fetchall()

    def mark(self, account_id: UUID, figurine_id: UUID, *, favourite: bool) -> bool:
        """Make it a favourite, or no longer; False when it is not the person's."""
        return bool(
            self._connection.execute(
                "UPDATE figurines SET favourite = %s WHERE id = %s AND account_id = %s",
                [favourite, figurine_id, account_id],
            ).rowcount
        )

    def remove(self, account_id: UUID, figurine_id: UUID) -> None:
        """Show it no more."""
        self._connection.execute("DELETE FROM figurines WHERE id = %s AND account_id = %s", [figurine_id, account_id])

    def move(
        self,
        figurine_id: UUID,
        state: State,
        *,
        engine: str | None = None,
        pictures: Sequence[Picture] = (),
        failure_code: str | None = None,
    ) -> bool:
        """Move forward; False for news that is stale or about a figurine that is gone."""
        rank = RANK[state]
        return bool(
            self._connection.execute(
                """
                UPDATE figurines
                   SET state = %(state)s, rank = %(rank)s, engine = coalesce(%(engine)s, engine),
                       pictures = %(pictures)s, failure_code = %(failure_code)s, finished_at = %(finished_at)s
                 WHERE id = %(id)s AND rank < %(rank)s
                """,
                {
                    "id": figurine_id,
                    "state": state,
                    "rank": rank,
                    "engine": engine,
                    "pictures": Jsonb([{"n": p.n, "width": p.width, "height": p.height} for p in pictures]),
                    "failure_code": failure_code,
                    "finished_at": self._clock.now() if rank == TERMINAL else None,
                },
            ).rowcount
        )

    def move_balance(self, account_id: UUID, *, available: int, held: int, version: int) -> bool:
        """Remember a newer balance; False for an older one, or when the person is gone."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO balances (account_id, available, held, version)
                SELECT id, %(available)s, %(held)s, %(version)s FROM accounts WHERE id = %(account_id)s
                ON CONFLICT (account_id) DO UPDATE
                   SET available = excluded.available, held = excluded.held, version = excluded.version
                 WHERE balances.version < excluded.version
                """,
                {"account_id": account_id, "available": available, "held": held, "version": version},
            ).rowcount
        )

    def available_credits(self, account_id: UUID) -> int | None:
        """The last balance heard of, or None when none was."""
        row = self._connection.execute("SELECT available FROM balances WHERE account_id = %s", [account_id]).fetchone()
        return row[0] if row else None

    def _opened(
        self, *, account_id: UUID, state: str, title: bytes, pictures: list[dict[str, int]], **columns: Any
    ) -> Figurine:
        return Figurine(
            account_id=account_id,
            state=State(state),
            title=self._sealer.open(title, owner=str(account_id), purpose="figurines.title").decode(),
            pictures=tuple(Picture(**picture) for picture in pictures),
            **columns,
        )

"""The read model of figurines and balances: what a person sees, moved by events."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from common.clock import Clock
from common.database import Connection
from common.sealing import Sealer
from gateway.domain.figurines import RANK, TERMINAL, Figurine, Picture, State
from gateway.domain.versions import Version

_TITLE = "figurines.title"
_NOTE = "figurines.note"


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
                                   created_at, options, parent_id, parent_picture, root_id, note, seed, delivery)
            VALUES (%(id)s, %(account_id)s, %(upload_id)s, %(state)s, %(rank)s, %(style)s, %(variants)s,
                    %(aspect_ratio)s, %(title)s, %(price)s, %(created_at)s, %(options)s, %(parent_id)s,
                    %(parent_picture)s, %(root_id)s, %(note)s, %(seed)s, %(delivery)s)
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
                "title": self._sealed(figurine.title, figurine.account_id, _TITLE),
                "price": figurine.price,
                "created_at": figurine.created_at,
                "options": Jsonb(dict(figurine.options)),
                "parent_id": figurine.parent_id,
                "parent_picture": figurine.parent_picture,
                "root_id": figurine.root_id,
                "note": self._sealed(figurine.note, figurine.account_id, _NOTE) if figurine.note else None,
                "seed": figurine.seed,
                "delivery": figurine.delivery,
            },
        )

    def uploads_since(self, account_id: UUID, since: datetime) -> list[UUID]:
        """What was put into the store for a person's orders after this moment."""
        rows = self._connection.execute(
            "SELECT upload_id FROM figurines WHERE account_id = %s AND created_at >= %s AND upload_id IS NOT NULL",
            [account_id, since],
        ).fetchall()
        return [upload_id for (upload_id,) in rows]

    def find(self, account_id: UUID, figurine_id: UUID) -> Figurine | None:
        """One of the person's own figurines."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, upload_id, state, style, variants, aspect_ratio, title, price, engine,
                       pictures, failure_code, created_at, finished_at, favourite, options, parent_id,
                       parent_picture, root_id, note, seed, delivery
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
        delivered: bool = False,
    ) -> list[Figurine]:
        """The person's figurines, the newest first (ids sort by time); `delivered`: only those with pictures."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, upload_id, state, style, variants, aspect_ratio, title, price, engine,
                       pictures, failure_code, created_at, finished_at, favourite, options, parent_id,
                       parent_picture, root_id, note, seed, delivery
                  FROM figurines
                 WHERE account_id = %(account_id)s
                   AND (%(before)s::uuid IS NULL OR id < %(before)s)
                   AND (%(style)s::text IS NULL OR style = %(style)s)
                   AND (%(state)s::text IS NULL OR state = %(state)s)
                   AND (%(favourite)s::boolean IS NULL OR favourite = %(favourite)s)
                   AND (NOT %(delivered)s OR state IN ('succeeded', 'partly_succeeded'))
                 ORDER BY id DESC LIMIT %(limit)s
                """,
                {
                    "account_id": account_id,
                    "before": before,
                    "style": style,
                    "state": state,
                    "favourite": favourite,
                    "delivered": delivered,
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

    def hold(self, account_id: UUID, figurine_id: UUID) -> bool:
        """Keep it from being deleted until the transaction ends; False when it is gone."""
        row = self._connection.execute(
            "SELECT 1 FROM figurines WHERE id = %s AND account_id = %s FOR KEY SHARE", [figurine_id, account_id]
        ).fetchone()
        return row is not None

    def versions(self, account_id: UUID, roots: Sequence[UUID]) -> list[Version]:
        """Every figurine in these trees, in the order they were made."""
        with self._connection.cursor(row_factory=kwargs_row(self._version)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, coalesce(root_id, id) AS root_id, parent_id, parent_picture AS picture,
                       created_at, state, note
                  FROM figurines
                 WHERE account_id = %(account_id)s AND (id = ANY(%(roots)s) OR root_id = ANY(%(roots)s)) ORDER BY id
                """,
                {"account_id": account_id, "roots": list(roots)},
            ).fetchall()

    def remove(self, account_id: UUID, figurine_id: UUID) -> bool:
        """Show it no more; False when that was so already. What came from it hangs on what it came from."""
        # Locked first, in a statement of its own: the next one sees also the version that was just being written.
        self._connection.execute(
            "SELECT 1 FROM figurines WHERE id = %s AND account_id = %s FOR UPDATE", [figurine_id, account_id]
        )
        self._connection.execute(
            """
            UPDATE figurines child SET parent_id = gone.parent_id, parent_picture = gone.parent_picture
              FROM figurines gone WHERE gone.id = %s AND gone.account_id = %s AND child.parent_id = gone.id
            """,
            [figurine_id, account_id],
        )
        return bool(
            self._connection.execute(
                "DELETE FROM figurines WHERE id = %s AND account_id = %s", [figurine_id, account_id]
            ).rowcount
        )

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
                    "pictures": Jsonb([asdict(picture) for picture in pictures]),
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

    def _sealed(self, words: str, account_id: UUID, purpose: str) -> bytes:
        return self._sealer.seal(words.encode(), owner=str(account_id), purpose=purpose)

    def _words(self, sealed: bytes | None, account_id: UUID, purpose: str) -> str:
        return self._sealer.open(sealed, owner=str(account_id), purpose=purpose).decode() if sealed else ""

    def _version(self, *, account_id: UUID, state: str, note: bytes | None, **columns: Any) -> Version:
        return Version(state=State(state), note=self._words(note, account_id, _NOTE), **columns)

    def _opened(
        self,
        *,
        account_id: UUID,
        state: str,
        title: bytes,
        note: bytes | None,
        pictures: list[dict[str, Any]],
        **columns: Any,
    ) -> Figurine:
        return Figurine(
            account_id=account_id,
            state=State(state),
            title=self._words(title, account_id, _TITLE),
            note=self._words(note, account_id, _NOTE),
            pictures=tuple(Picture(**picture) for picture in pictures),
            **columns,
        )

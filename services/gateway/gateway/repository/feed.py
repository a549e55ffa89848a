"""Live progress, as rows a stream can resume from."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from common.clock import Clock
from common.database import Connection, notify

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One server-sent event; `seq` is its Last-Event-ID."""

    seq: int
    type: str
    data: dict[str, object]


class Feed:
    """Each person's news, numbered without gaps in the order of their commits."""

    def __init__(self, connection: Connection, clock: Clock, channel: str) -> None:
        self._connection = connection
        self._clock = clock
        self._channel = channel

    def add(self, account_id: UUID, type: str, data: dict[str, object]) -> None:
        """Tell the person's open pages, when this commits.

        The counter's row stays locked until then, so that a reader who has seen number n
        can never be shown a smaller one later.
        """
        self._connection.execute(
            """
            WITH place AS (
                INSERT INTO feeds (account_id, last)
                SELECT id, 1 FROM accounts WHERE id = %(account_id)s
                ON CONFLICT (account_id) DO UPDATE SET last = feeds.last + 1
             RETURNING last)
            INSERT INTO feed (account_id, seq, type, data, at)
            SELECT %(account_id)s, last, %(type)s, %(data)s, %(now)s FROM place
            """,
            {"account_id": account_id, "type": type, "data": Jsonb(data), "now": self._clock.now()},
        )
        notify(self._connection, self._channel, str(account_id))

    def last(self, account_id: UUID) -> int:
        """The newest number so far, 0 before the first."""
        row = self._connection.execute("SELECT last FROM feeds WHERE account_id = %s", [account_id]).fetchone()
        return row[0] if row else 0

    def after(self, account_id: UUID, seq: int, *, limit: int = 100) -> list[News]:
        """What came after a number, in order."""
        with self._connection.cursor(row_factory=class_row(News)) as cursor:
            return cursor.execute(
                "SELECT seq, type, data FROM feed WHERE account_id = %s AND seq > %s ORDER BY seq LIMIT %s",
                [account_id, seq, limit],
            ).fetchall()

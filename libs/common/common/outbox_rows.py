"""The outbox as its relay sees it: one connection that listens, holds the lock, reads and deletes."""

import os
from collections.abc import Callable, Collection

from psycopg import sql
from psycopg.rows import class_row

from common.arrays import array_of
from common.broker import Broker
from common.database import Connection, Database
from common.outbox import OutboxRow, relay_channel


class OutboxRows:
    """Raises psycopg.OperationalError wherever the server is gone; make a new one then."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        service: str,
        *,
        woken: Callable[[], None],
        readable: Callable[[], None],
    ) -> None:
        self._broker = broker
        self._connection: Connection = database.listen()
        # A deletion lost in a crash of the server only publishes a row again.
        self._connection.execute("SET synchronous_commit = off")
        # Notifications come with the answers to our own questions, too.
        self._connection.add_notify_handler(lambda _notify: woken())
        self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(relay_channel(service))))
        # libpq closes its socket whenever it likes; a duplicate is ours to watch and to close.
        self._descriptor = os.dup(self._connection.fileno())
        broker.watch(self._descriptor, readable)

    def lock(self) -> bool:
        """Become the one relay of this schema, unless another process already is."""
        row = self._connection.execute(
            "SELECT pg_try_advisory_lock(hashtext('relay'), hashtext(current_schema()))"
        ).fetchone()
        return row is not None and bool(row[0])

    def hear(self) -> bool:
        """Read what the server sent unasked; whether any of it was a wake-up call."""
        self._connection.pgconn.consume_input()
        woken = False
        while self._connection.pgconn.notifies():
            woken = True
        return woken

    def waiting(self, *, in_flight: Collection[int], resting: Collection[str], limit: int) -> list[OutboxRow]:
        """The oldest rows that are neither on their way nor of a type that rests."""
        with self._connection.cursor(row_factory=class_row(OutboxRow), binary=True) as cursor:
            return cursor.execute(
                """
                SELECT seq, id, type, body
                  FROM outbox
                 WHERE seq <> ALL(%(in_flight)s::bigint[]) AND type <> ALL(%(resting)s::text[])
                 ORDER BY seq
                 LIMIT %(limit)s
                """,
                {"in_flight": array_of(in_flight), "resting": list(resting), "limit": limit},
            ).fetchall()

    def forget(self, seqs: Collection[int]) -> None:
        """Delete rows the broker has confirmed."""
        self._connection.execute("DELETE FROM outbox WHERE seq = ANY(%(seqs)s::bigint[])", {"seqs": array_of(seqs)})

    def backlog(self) -> tuple[int, float]:
        """How many rows there are, and the age of the oldest in seconds."""
        row = self._connection.execute(
            "SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM outbox"
        ).fetchone()
        return (int(row[0]), float(row[1])) if row is not None else (0, 0.0)

    def close(self) -> None:
        """Give the lock and the connection back."""
        self._broker.unwatch(self._descriptor)
        os.close(self._descriptor)
        self._connection.close()

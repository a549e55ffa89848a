"""Postgres: a pool, one transaction per door, a wake-up call on commit."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeAlias

import psycopg
from psycopg_pool import ConnectionPool

from common.errors import Unavailable

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


class Database:
    """The pool of one service. Opens on first use, so that it never crosses a fork."""

    def __init__(self, url: str, *, application: str, max_size: int = 10, patience_seconds: float = 5.0) -> None:
        self._url = url
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            min_size=1,
            max_size=max_size,
            timeout=patience_seconds,
            open=False,
            check=ConnectionPool.check_connection,
            kwargs={"application_name": application},
        )

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """One transaction: commits at the end of the block, rolls back on any error.

        Raises Unavailable when the server cannot be reached in time.
        """
        self._pool.open()
        try:
            connection = self._pool.getconn()
        except psycopg.OperationalError as error:
            raise Unavailable from error
        try:
            with connection.transaction():
                yield connection
        finally:
            self._pool.putconn(connection)

    def listen(self) -> Connection:
        """A connection of its own in autocommit mode, for LISTEN and session locks."""
        return psycopg.connect(self._url, autocommit=True, connect_timeout=5)

    def check(self) -> None:
        """Raise unless the server answers."""
        with self.begin() as connection:
            connection.execute("SELECT 1")

    def close(self) -> None:
        """Give every connection back to the server."""
        self._pool.close()


def notify(connection: Connection, channel: str, payload: str = "") -> None:
    """Wake whoever listens on the channel, when this transaction commits."""
    connection.execute("SELECT pg_notify(%s, %s)", [channel, payload])

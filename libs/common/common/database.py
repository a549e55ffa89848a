"""Postgres: a pool, one transaction per door, a wake-up call on commit."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import psycopg
from psycopg_pool import ConnectionPool

from common.errors import Unavailable

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
# Whoever was answered so shortly ago need not ask first whether the server is still there: a server that goes away
# and comes back takes longer.
_FRESH_SECONDS = 1.0


class Database:
    """The pool of one service, one in each process: it opens on first use, and no fork inherits it."""

    def __init__(self, url: str, *, application: str, max_size: int = 10, patience_seconds: float = 5.0) -> None:
        self._url = url
        self._application = application
        self._max_size = max_size
        self._patience_seconds = patience_seconds
        self._opening = Lock()
        self._pools: dict[int, ConnectionPool[Connection]] = {}
        self._answered: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """One transaction: commits at the end of the block, rolls back on any error.

        Raises Unavailable when the server cannot be reached in time.
        """
        pool = self._pool()
        try:
            connection = pool.getconn()
        except psycopg.OperationalError as error:
            raise Unavailable from error
        try:
            with connection.transaction():
                yield connection
            self._answered[connection] = monotonic()
        except psycopg.OperationalError:
            # What one has lost the others may have lost, too: they are asked first.
            self._answered.clear()
            raise
        finally:
            pool.putconn(connection)

    def listen(self) -> Connection:
        """A connection of its own in autocommit mode, for LISTEN and session locks."""
        return psycopg.connect(self._url, autocommit=True, connect_timeout=5)

    def check(self) -> None:
        """Raise unless the server answers."""
        with self.begin() as connection:
            connection.execute("SELECT 1")

    def close(self) -> None:
        """Give every connection of this process back to the server."""
        pool = self._pools.pop(os.getpid(), None)
        if pool is not None:
            pool.close()

    def _pool(self) -> ConnectionPool[Connection]:
        process = os.getpid()
        with self._opening:
            if process not in self._pools:
                # A parent's pool stays in the table, unused: closing it here would end its sessions.
                self._pools[process] = self._open()
            return self._pools[process]

    def _check(self, connection: Connection) -> None:
        if monotonic() - self._answered.get(connection, 0.0) > _FRESH_SECONDS:
            ConnectionPool.check_connection(connection)

    def _open(self) -> ConnectionPool[Connection]:
        return ConnectionPool(
            self._url,
            min_size=1,
            max_size=self._max_size,
            timeout=self._patience_seconds,
            open=True,
            check=self._check,
            kwargs={"application_name": self._application},
        )


def notify(connection: Connection, channel: str, payload: str = "") -> None:
    """Wake whoever listens on the channel, when this transaction commits."""
    connection.execute("SELECT pg_notify(%s, %s)", [channel, payload])

"""Wakes open pages when there is news for their person: one LISTEN for all of a process."""

import threading
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from uuid import UUID

import psycopg
import structlog
from psycopg import sql

from common.database import Connection, Database
from common.errors import Unavailable
from common.serving import STOPPING

log = structlog.get_logger(__name__)
RECONNECT_SECONDS = 1.0
# How soon a page looks again after the database did not answer.
PATIENCE_SECONDS = 2.0
# So many pages look for their news at once, however many were woken: the others' requests find connections, too.
READING_AT_ONCE = 8


class Bell(threading.Event):
    """Rings when its person has news; `over` says that a newer page has taken its place."""

    over = False


class Live:
    """At most `streams` open pages in this process, `per_person` of one person.

    A page that was closed is noticed only when something is written to it. So a person's next
    page is never refused: the oldest one, most likely long gone, makes room.
    """

    def __init__(self, database: Database, channel: str, *, streams: int, per_person: int) -> None:
        self._database = database
        self._channel = channel
        self._streams = streams
        self._per_person = per_person
        self._lock = threading.Lock()
        self._bells: defaultdict[str, list[Bell]] = defaultdict(list)
        self._listener: threading.Thread | None = None
        self._closed = threading.Event()
        self._turns = threading.BoundedSemaphore(READING_AT_ONCE)

    @property
    def closed(self) -> bool:
        """Whether the process is about to end."""
        return self._closed.is_set()

    @contextmanager
    def watching(self, account_id: UUID) -> Generator[Bell]:
        """A bell that rings when this person has news. Raises Unavailable when too many watch."""
        bell = Bell()
        self._add(str(account_id), bell)
        try:
            yield bell
        finally:
            self._remove(str(account_id), bell)

    @contextmanager
    def turn(self) -> Generator[None]:
        """A page's turn to look for its news."""
        with self._turns:
            yield

    def rest(self) -> None:
        """Wait a moment before looking again, or until the process is about to end."""
        self._closed.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """Let every open page end."""
        self._closed.set()
        self._ring_all()

    def _add(self, account: str, bell: Bell) -> None:
        with self._lock:
            if len(self._bells.get(account, ())) >= self._per_person:
                oldest = self._bells[account].pop(0)
                oldest.over = True
                oldest.set()
            elif sum(len(bells) for bells in self._bells.values()) >= self._streams:
                raise Unavailable("Too many live pages are open right now. Try again shortly.")
            self._bells[account].append(bell)
            if self._listener is None:
                self._listener = threading.Thread(target=self._listen, name="live", daemon=True)
                self._listener.start()

    def _remove(self, account: str, bell: Bell) -> None:
        with self._lock:
            left = [other for other in self._bells.pop(account, ()) if other is not bell]
            if left:
                self._bells[account] = left

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                with self._database.listen() as connection:
                    connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                    # Something may have happened while nobody listened.
                    self._ring_all()
                    self._pass_on(connection)
            except psycopg.OperationalError:
                log.warning("live feed lost its database; trying again")
                self._closed.wait(RECONNECT_SECONDS)

    def _pass_on(self, connection: Connection) -> None:
        while not self._closed.is_set():
            for news in connection.notifies(timeout=1.0):
                with self._lock:
                    bells = list(self._bells.get(news.payload, ()))
                for bell in bells:
                    bell.set()
            if STOPPING.is_set():
                self.close()

    def _ring_all(self) -> None:
        with self._lock:
            bells = [bell for bells in self._bells.values() for bell in bells]
        for bell in bells:
            bell.set()

"""Takes events in: inbox rows, handlers and outbox rows in one transaction."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import psycopg

from common.contracts import EVENTS, Envelope, Event, decode
from common.database import Connection, Database
from common.errors import Unavailable
from common.event_metrics import DROPPED, HANDLER_SECONDS
from common.inbox import first_times
from common.outbox import Outbox, OutboxRow
from common.subscriptions import Beside, Slow, Subscriptions
from common.tracing import continued
from common.work import Opened, UnitOfWork

W = TypeVar("W")

# Connection exceptions, shutting down, out of resources (PostgreSQL manual, appendix A).
_AWAY_CLASSES = ("08", "53")
_AWAY_STATES = frozenset({"57P01", "57P02", "57P03", "57P05"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one transaction brought: the events that were new, and the events to hand to the relay."""

    fresh: set[UUID]
    rows: list[OutboxRow]


class Intake(Generic[W]):
    """The subscriptions of a service over its database."""

    def __init__(self, *, database: Database, unit: UnitOfWork[W], subscriptions: Subscriptions[W]) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._unit = unit
        self._handlers = {event: _function(handler) for event, handler in subscriptions.items()}
        self._beside = {event for event, handler in subscriptions.items() if isinstance(handler, Beside)}
        self._slow = {event for event, handler in subscriptions.items() if isinstance(handler, Slow)}
        # A service may listen to events of its own tests or benchmarks beside those of the house.
        self._known = EVENTS | {event.type: event for event in subscriptions}
        self._seconds = {event: HANDLER_SECONDS.labels(event.type) for event in subscriptions}

    def read(self, body: bytes) -> Envelope:
        """The event in a message; raises Malformed or UnknownEvent."""
        return decode(body, self._known)

    def listens_to(self, event: Event) -> bool:
        """Whether there is a handler; a stale binding may still bring others."""
        return type(event) in self._handlers

    def is_slow(self, event: Event) -> bool:
        """Whether the handler wants a thread of its own."""
        return type(event) in self._slow

    def take(self, envelopes: Sequence[Envelope], *, wake_relay: bool) -> Taken:
        """Handle these events in one transaction, each only if it was never handled before.

        For the one thread of the loop: it keeps a connection, and never waits for a pool.
        """
        connection = self._connect()
        with connection.transaction():
            return self._take(connection, envelopes, wake_relay=wake_relay)

    def take_slowly(self, envelope: Envelope) -> Taken:
        """Handle one event in a transaction of the pool; for any thread.

        The relay is woken for the events it causes, so none are returned to be handed over.
        """
        with self._database.begin() as connection:
            taken = self._take(connection, [envelope], wake_relay=True)
        return Taken(fresh=taken.fresh, rows=[])

    def database_answers(self) -> bool:
        """Whether the database can be used right now."""
        try:
            self._connect().execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def close(self) -> None:
        """Give the connection back to the server."""
        if self._connection is not None:
            self._connection.close()

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._database.listen()
        return self._connection

    def _take(self, connection: Connection, envelopes: Sequence[Envelope], *, wake_relay: bool) -> Taken:
        fresh = first_times(connection, [envelope.id for envelope in envelopes])
        outbox = Outbox(source=self._unit.service, clock=self._unit.clock)
        work = self._unit.build(connection, outbox, self._unit.clock)
        waiting = set(fresh)
        gone = self._gone(connection, [envelope for envelope in envelopes if envelope.id in fresh])
        opened = Opened(connection=connection, outbox=outbox, clock=self._unit.clock, work=work)
        for envelope in envelopes:
            if envelope.id in waiting:
                waiting.discard(envelope.id)
                self._handle(opened, envelope, gone)
        return Taken(fresh=fresh, rows=outbox.flush(connection, wake_relay=wake_relay))

    def _gone(self, connection: Connection, envelopes: Sequence[Envelope]) -> Collection[UUID]:
        """Whom of these events nothing may be written about any more."""
        fence = self._unit.fence
        if fence is None:
            return ()
        persons = {person for envelope in envelopes if (person := _person(envelope.event)) is not None}
        return fence.gone(connection, persons)

    def _handle(self, opened: Opened[W], envelope: Envelope, gone: Collection[UUID]) -> None:
        event = envelope.event
        begun = perf_counter()
        with _trace(envelope):
            if gone and type(event) not in self._beside and _person(event) in gone:
                DROPPED.labels(event.type).inc()
            else:
                self._handlers[type(event)](opened, event)
        self._seconds[type(event)].observe(perf_counter() - begun)


def database_is_away(error: Exception) -> bool:
    """Whether an error says that the database is unreachable, which is no message's fault."""
    if isinstance(error, Unavailable):
        return True
    if not isinstance(error, psycopg.OperationalError):
        return False
    state = error.sqlstate
    return state is None or state.startswith(_AWAY_CLASSES) or state in _AWAY_STATES


def _person(event: Event) -> UUID | None:
    """Whom an event is about. Not getattr with a default: on a model that is the slowest way to ask."""
    return vars(event).get("user_id")


def _function(handler: Callable[[W, Any], None] | Slow[W] | Beside[W]) -> Callable[[Opened[W], Any], None]:
    # isinstance cannot see the type parameter; the declarations of Slow and Beside guarantee it.
    if isinstance(handler, Beside):
        return cast("Beside[W]", handler).handle
    function = cast("Slow[W]", handler).handle if isinstance(handler, Slow) else handler
    return lambda opened, event: function(opened.work, event)


def _trace(envelope: Envelope) -> AbstractContextManager[None]:
    """An event that was sent outside any trace starts none: most installations have no tracer."""
    if envelope.traceparent is None:
        return nullcontext()
    return continued(envelope.traceparent, f"take {envelope.event.type}")

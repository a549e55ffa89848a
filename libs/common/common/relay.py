"""Publishes what the outbox holds: confirmed rows are deleted, everything else stays and is tried again."""

from collections.abc import Callable, Sequence
from time import monotonic

import psycopg
import structlog

from common.backoff import jittered
from common.broker import Broker
from common.database import Database
from common.event_metrics import OUTBOX_AGE, OUTBOX_ROWS, PUBLISHED, RELAY_LEADS
from common.messages import Message, Settlement
from common.outbox import OutboxRow
from common.outbox_rows import OutboxRows
from common.topology import EVENTS_EXCHANGE

POLL_SECONDS = 0.5
BATCH = 500
WINDOW = 1000
# Confirmed rows are deleted in groups; a crash in between publishes them twice, which inboxes absorb.
FORGET_SECONDS = 0.02
MEASURE_SECONDS = 5.0

_LOG: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("relay")
_PUBLISHED = {settlement: PUBLISHED.labels(settlement) for settlement in Settlement}


class Relay:
    """One of a service's relays; the one that holds the advisory lock publishes, the others stand by.

    Rows are found by being there, never by a number that was seen before: a transaction
    may commit after a later one. No transaction is open while it talks to the broker.
    """

    def __init__(self, *, service: str, broker: Broker, database: Database) -> None:
        self._service = service
        self._broker = broker
        self._database = database
        self._rows: OutboxRows | None = None
        self._leads = False
        self._failures = 0
        self._in_flight: set[int] = set()
        self._window_was_full = False
        self._confirmed: list[int] = []
        self._rest = Rest()
        self._measured_at = 0.0
        self._drained: Callable[[], None] | None = None

    @property
    def leads(self) -> bool:
        """Whether this relay publishes for its service."""
        return self._leads

    @property
    def connected(self) -> bool:
        """Whether the relay can see the outbox."""
        return self._rows is not None

    def start(self) -> None:
        """Look after the outbox from now on: twice a second, and whenever woken."""
        if self._drained is not None:
            return
        self._guarded(self._look)
        wait = jittered(self._failures, first=POLL_SECONDS, longest=5) if self._failures else POLL_SECONDS
        self._broker.call_later(wait, self.start)

    def hand_over(self, rows: Sequence[OutboxRow]) -> None:
        """Publish rows this process has just committed, without a look at the table."""
        if self._may_publish():
            self._publish([row for row in rows if self._rest.over(row.type)])

    def sweep(self) -> None:
        """Publish what is in the outbox and not on its way."""
        self._guarded(self._sweep)

    def drain(self, drained: Callable[[], None]) -> None:
        """Look for nothing new; call back when the broker has answered for all that is on its way."""
        self._drained = drained
        self._check_drained()

    def close(self) -> None:
        """Delete what was confirmed and let another relay take over."""
        self._guarded(self._forget)
        self._disconnect()

    def _guarded(self, step: Callable[[], None]) -> None:
        """The server may go at any time; rows stay, so the next look starts afresh."""
        try:
            step()
            self._failures = 0
        except psycopg.OperationalError as error:
            _LOG.warning("outbox away", error=type(error).__name__)
            self._failures += 1
            self._disconnect()

    def _look(self) -> None:
        if self._rows is None:
            self._rows = OutboxRows(
                self._database, self._broker, self._service, woken=self._woken, readable=self._readable
            )
        if not self._leads and self._rows.lock():
            self._leads = True
            RELAY_LEADS.set(1)
            _LOG.info("relay leads", service=self._service)
        self._forget()
        self._sweep()
        self._measure(self._rows)

    def _disconnect(self) -> None:
        rows, self._rows, self._leads = self._rows, None, False
        RELAY_LEADS.set(0)
        if rows is not None:
            rows.close()

    def _woken(self) -> None:
        self._broker.call_later(0, self.sweep)

    def _readable(self) -> None:
        self._guarded(self._hear)

    def _hear(self) -> None:
        if self._rows is not None and self._rows.hear():
            self._sweep()

    def _may_publish(self) -> bool:
        return self._leads and self._drained is None and self._broker.ready and not self._broker.blocked

    def _sweep(self) -> None:
        while self._rows is not None and self._may_publish():
            self._window_was_full = len(self._in_flight) >= WINDOW
            if self._window_was_full:
                return
            rows = self._rows.waiting(in_flight=self._in_flight, resting=self._rest.types(), limit=BATCH)
            self._publish(rows)
            if len(rows) < BATCH:
                return

    def _publish(self, rows: Sequence[OutboxRow]) -> None:
        with self._broker.together():
            for row in rows:
                self._in_flight.add(row.seq)
                message = Message(
                    exchange=EVENTS_EXCHANGE, routing_key=row.type, body=row.body, message_id=str(row.id), type=row.type
                )
                self._broker.publish(message, lambda settlement, row=row: self._settled(row, settlement))

    def _settled(self, row: OutboxRow, settlement: Settlement) -> None:
        _PUBLISHED[settlement].inc()
        if settlement is Settlement.CONFIRMED:
            if not self._confirmed:
                self._broker.call_later(FORGET_SECONDS, lambda: self._guarded(self._forget))
            self._confirmed.append(row.seq)
            self._rest.succeeded(row.type)
        else:
            self._in_flight.discard(row.seq)
            if settlement is not Settlement.LOST:
                self._refused(row, settlement)
        self._check_drained()

    def _refused(self, row: OutboxRow, settlement: Settlement) -> None:
        """Whoever is bound to a type decides whether it can be published, so the type rests, not the row."""
        if self._rest.refused(row.type):
            _LOG.warning("event stays in the outbox", type=row.type, event_id=str(row.id), answer=settlement)

    def _forget(self) -> None:
        if self._rows is None or not self._confirmed:
            return
        self._rows.forget(self._confirmed)
        self._in_flight.difference_update(self._confirmed)
        self._confirmed.clear()
        if self._window_was_full:
            self._sweep()

    def _measure(self, rows: OutboxRows) -> None:
        if self._leads and monotonic() - self._measured_at > MEASURE_SECONDS:
            self._measured_at = monotonic()
            count, age_seconds = rows.backlog()
            OUTBOX_ROWS.set(count)
            OUTBOX_AGE.set(age_seconds)

    def _check_drained(self) -> None:
        if self._drained is not None and len(self._in_flight) == len(self._confirmed):
            drained, self._drained = self._drained, _nothing
            drained()


class Rest:
    """Types of event the broker would not take, each with the time until which it is left alone."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._until: dict[str, float] = {}
        self._times: dict[str, int] = {}

    def refused(self, event_type: str) -> bool:
        """Let a type rest, longer each time; False when it already rests."""
        if not self.over(event_type):
            return False
        times = self._times.get(event_type, 0)
        self._times[event_type] = times + 1
        self._until[event_type] = self._now() + jittered(times, first=0.2, longest=10)
        return True

    def succeeded(self, event_type: str) -> None:
        """The broker takes this type again."""
        if event_type in self._times:
            del self._times[event_type]
            self._until.pop(event_type, None)

    def over(self, event_type: str) -> bool:
        """Whether a type may be tried."""
        return self._until.get(event_type, 0.0) <= self._now()

    def types(self) -> list[str]:
        """The types to leave alone for now."""
        return [event_type for event_type in self._until if not self.over(event_type)]


def _nothing() -> None:
    """Drained already."""

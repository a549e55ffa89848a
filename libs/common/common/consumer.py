"""Takes events from a service's queue: in batches when all is well, one by one when something is not."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import structlog

from common import retries
from common.acknowledgements import Acknowledgements
from common.backoff import jittered
from common.broker import Broker
from common.clock import Clock
from common.contracts import Envelope, Malformed, UnknownEvent
from common.event_metrics import BATCH_SIZE, CONSUMED, DEAD_LETTERS, EVENT_AGE, PAUSES, RETRIES
from common.intake import Intake, Taken, database_is_away
from common.messages import Delivery, Message, Settlement
from common.redaction import place_of
from common.relay import Relay
from common.topology import events_queue

PREFETCH = 200
BATCH = 200
SLOW_THREADS = 4
REPUBLISH_SECONDS = 1.0

W = TypeVar("W")

_LOG: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("consumer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A delivery whose event could be read."""

    delivery: Delivery
    envelope: Envelope


class Consumer(Generic[W]):
    """Each delivery ends in one way: done, a delay queue, or the dead letters; then it is acknowledged."""

    def __init__(self, *, service: str, broker: Broker, intake: Intake[W], relay: Relay, clock: Clock) -> None:
        self._service = service
        self._broker = broker
        self._intake = intake
        self._relay = relay
        self._clock = clock
        self._threads = ThreadPoolExecutor(SLOW_THREADS, thread_name_prefix=f"{service}-slow")
        self._slow_running = 0
        # Counts the connections: what was begun under one is not answered under the next.
        self._connection = 0
        self._waiting: list[Delivery] = []
        self._in_hand = Acknowledgements()
        self._scheduled = False
        self._pauses = 0
        self._cancelled = False
        self._stopped: Callable[[], None] | None = None

    def start(self) -> None:
        """Receive from the queue, over a connection that has just come."""
        self._broker.consume(events_queue(self._service), prefetch=PREFETCH, on_delivery=self._arrived)

    def lost(self) -> None:
        """The connection went: all that was in hand will come again."""
        self._connection += 1
        self._waiting = []
        self._in_hand = Acknowledgements()
        self._cancelled = self._stopped is not None
        self._check_stopped()

    def stop(self, stopped: Callable[[], None]) -> None:
        """Receive nothing more; call back when everything in hand has ended."""
        self._stopped = stopped
        self._broker.stop_consuming(events_queue(self._service), self._consuming_ended)

    def close(self) -> None:
        """Start no more slow handlers; give the connection back."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._intake.close()

    def _consuming_ended(self) -> None:
        self._cancelled = True
        self._check_stopped()

    def _check_stopped(self) -> None:
        if self._stopped and self._cancelled and not len(self._in_hand) and not self._slow_running:
            stopped, self._stopped = self._stopped, None
            stopped()

    def _arrived(self, delivery: Delivery) -> None:
        self._in_hand.receive(delivery.tag)
        self._waiting.append(delivery)
        self._schedule(0)

    def _schedule(self, seconds: float) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._broker.call_later(seconds, self._take)

    def _take(self) -> None:
        self._scheduled = False
        batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        arrivals = [arrival for delivery in batch if (arrival := self._read(delivery)) is not None]
        # What has failed before may well fail again, and would take a whole batch with it.
        fresh = [arrival for arrival in arrivals if retries.attempts(arrival.delivery) == 0]
        failed_before = [arrival for arrival in arrivals if retries.attempts(arrival.delivery) > 0]
        left = self._take_together(fresh)
        left = [*left, *failed_before] if left else self._take_each(failed_before)
        if left:
            self._pause(left)
        elif self._waiting:
            self._schedule(0)

    def _read(self, delivery: Delivery) -> Arrival | None:
        """The arrival, if it is one for the batch; anything else goes its own way from here."""
        try:
            envelope = self._intake.read(delivery.body)
        except UnknownEvent as error:
            self._bury(delivery, error, f"Nobody here knows the event {error}.")
            return None
        except Malformed as error:
            self._bury(delivery, error, f"This is no event: {error}.")
            return None
        arrival = Arrival(delivery=delivery, envelope=envelope)
        if not self._intake.listens_to(envelope.event):
            self._count([arrival], "ignored")
            self._settle([delivery])
            return None
        if self._intake.is_slow(envelope.event):
            self._start_slow(arrival, self._connection)
            return None
        return arrival

    def _take_together(self, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        """Take a batch in one transaction; returns what is left when the database is away."""
        if len(arrivals) < 2:
            return self._take_each(arrivals)
        envelopes = [arrival.envelope for arrival in arrivals]
        try:
            taken = self._intake.take(envelopes, wake_relay=not self._relay.leads)
        except Exception as error:  # whichever event it was, it fails again on its own
            _LOG.info("batch rolled back, taken one by one", events=len(arrivals), error=type(error).__name__)
            return self._take_each(arrivals)
        self._done(arrivals, taken)
        return ()

    def _take_each(self, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        for place, arrival in enumerate(arrivals):
            try:
                taken = self._intake.take([arrival.envelope], wake_relay=not self._relay.leads)
            except Exception as error:  # every error of a handler has the same answer: later, or the dead letters
                if self._away(error):
                    return arrivals[place:]
                self._failed(arrival, error)
            else:
                self._done([arrival], taken)
        return ()

    def _away(self, error: Exception) -> bool:
        """An event that breaks its connection, while the server answers others, is itself the fault."""
        return database_is_away(error) and not self._intake.database_answers()

    def _pause(self, left: Sequence[Arrival]) -> None:
        """Hold on to what has arrived until the database is back; nobody's attempts are counted."""
        PAUSES.inc()
        wait = jittered(self._pauses, first=0.25, longest=10)
        self._pauses += 1
        self._waiting = [*(arrival.delivery for arrival in left), *self._waiting]
        _LOG.warning("database away, consuming waits", events=len(self._waiting), seconds=round(wait, 1))
        self._schedule(wait)

    def _start_slow(self, arrival: Arrival, connection: int) -> None:
        if connection != self._connection:
            return
        self._slow_running += 1
        future = self._threads.submit(self._intake.take_slowly, arrival.envelope)
        future.add_done_callback(
            lambda ended: self._broker.call_threadsafe(partial(self._slow_ended, arrival, connection, ended))
        )

    def _slow_ended(self, arrival: Arrival, connection: int, future: "Future[Taken]") -> None:
        self._slow_running -= 1
        if connection == self._connection and not future.cancelled():
            try:
                self._done([arrival], future.result())
            except Exception as error:  # every error of a handler has the same answer: later, or the dead letters
                self._slow_failed(arrival, error)
        self._check_stopped()

    def _slow_failed(self, arrival: Arrival, error: Exception) -> None:
        if self._away(error):
            again = partial(self._start_slow, arrival, self._connection)
            self._broker.call_later(jittered(3, first=0.25, longest=10), again)
        else:
            self._failed(arrival, error)

    def _done(self, arrivals: Sequence[Arrival], taken: Taken) -> None:
        self._pauses = 0
        self._relay.hand_over(taken.rows)
        BATCH_SIZE.observe(len(arrivals))
        fresh = taken.fresh
        self._count([arrival for arrival in arrivals if arrival.envelope.id in fresh], "done")
        self._count([arrival for arrival in arrivals if arrival.envelope.id not in fresh], "duplicate")
        now = self._clock.now()
        for envelope in (arrival.envelope for arrival in arrivals if arrival.envelope.id in fresh):
            # Another machine's clock may be a little ahead.
            EVENT_AGE.labels(envelope.event.type).observe(max(0.0, (now - envelope.time).total_seconds()))
        self._settle([arrival.delivery for arrival in arrivals])

    def _failed(self, arrival: Arrival, error: Exception) -> None:
        event, delivery = arrival.envelope.event, arrival.delivery
        kind = type(error).__name__
        _LOG.warning(
            "event failed",
            type=event.type,
            event_id=str(arrival.envelope.id),
            attempt=retries.attempts(delivery) + 1,
            error=kind,
            where=place_of(error),
        )
        message = retries.retry(self._service, delivery, error, at=self._clock.now())
        if message is None:
            self._bury(delivery, error, f"Its handler failed {retries.MAX_ATTEMPTS} times, the last time with {kind}.")
        else:
            RETRIES.labels(event.type).inc()
            self._move(delivery, message, self._connection)

    def _bury(self, delivery: Delivery, error: Exception, reason: str) -> None:
        DEAD_LETTERS.labels(type(error).__name__).inc()
        _LOG.error("event is a dead letter", message_id=delivery.message_id, error=type(error).__name__)
        message = retries.dead_letter(self._service, delivery, error, reason, at=self._clock.now())
        self._move(delivery, message, self._connection)

    def _move(self, delivery: Delivery, message: Message, connection: int) -> None:
        """Publish elsewhere; the original is acknowledged when, and only when, the broker has the copy."""

        def settled(settlement: Settlement) -> None:
            if connection != self._connection or settlement is Settlement.LOST:
                return
            if settlement is Settlement.CONFIRMED:
                self._settle([delivery])
            else:
                again = partial(self._move, delivery, message, connection)
                self._broker.call_later(REPUBLISH_SECONDS, again)

        if connection == self._connection:
            self._broker.publish(message, settled)

    def _settle(self, deliveries: Sequence[Delivery]) -> None:
        for ack in self._in_hand.settle(delivery.tag for delivery in deliveries):
            self._broker.ack(ack.tag, multiple=ack.multiple)
        self._check_stopped()

    def _count(self, arrivals: Sequence[Arrival], outcome: str) -> None:
        for event_type, times in Counter(arrival.envelope.event.type for arrival in arrivals).items():
            CONSUMED.labels(event_type, outcome).inc(times)

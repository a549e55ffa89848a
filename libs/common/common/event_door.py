"""The event door of a service: its consumer and its relay in one loop, on one connection."""

import gc
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

from common.broker import Broker
from common.consumer import Consumer
from common.database import Database
from common.event_metrics import CONNECTIONS, QUEUE_MESSAGES
from common.intake import Intake
from common.relay import Relay
from common.subscriptions import Subscriptions
from common.topology import topology
from common.work import UnitOfWork

W = TypeVar("W")

# A stop that has not ended by itself leaves the rest to the next process.
STOP_SECONDS = 12.0
UNRESPONSIVE_SECONDS = 30.0
MEASURE_SECONDS = 5.0


class EventDoor(Generic[W]):
    """Takes the events a service listens to and publishes those it records.

    Building one opens nothing. `broker_url` is amqp or amqps; `ca_file` is the certificate
    authority of the broker, None for the system's. Without subscriptions it only publishes.
    """

    def __init__(
        self,
        *,
        service: str,
        broker_url: str,
        ca_file: Path | None,
        database: Database,
        unit: UnitOfWork[W],
        subscriptions: Subscriptions[W],
    ) -> None:
        keys = [event.type for event in subscriptions]
        wanted = topology(service, keys)
        self._queues = [queue.name for queue in wanted.queues]
        self._broker = Broker(broker_url, ca_file=ca_file, name=service, topology=wanted)
        self._relay = Relay(service=service, broker=self._broker, database=database)
        self._consumer: Consumer[W] | None = None
        if subscriptions:
            intake = Intake(database=database, unit=unit, subscriptions=subscriptions)
            self._consumer = Consumer(
                service=service, broker=self._broker, intake=intake, relay=self._relay, clock=unit.clock
            )
        self._stopping = False
        self._beat_at = 0.0

    def run(self) -> None:
        """Work until `stop`; an error that escapes is a bug, and ends the process."""
        # What is loaded by now stays loaded; looking for garbage in it costs a fifth of the work.
        gc.collect()
        gc.freeze()
        self._broker.call_later(0, self._relay.start)
        self._broker.call_later(0, self._beat)
        self._broker.call_later(MEASURE_SECONDS, self._measure)
        try:
            self._broker.run(on_ready=self._ready, on_lost=self._lost)
        finally:
            self._relay.close()  # where an error ended the loop, the lock must not outlive it
            if self._consumer is not None:
                self._consumer.close()

    def stop(self) -> None:
        """Finish what is in hand and end `run`, within 15 seconds; from any thread or signal handler."""
        self._broker.call_threadsafe(self._begin_to_stop)

    def healthy(self) -> bool:
        """Whether broker and database are there and the loop turns."""
        turning = monotonic() - self._beat_at < UNRESPONSIVE_SECONDS
        return turning and self._broker.ready and self._relay.connected

    def _ready(self) -> None:
        CONNECTIONS.inc()
        if self._consumer is not None and not self._stopping:
            self._consumer.start()
        self._broker.call_later(0, self._relay.sweep)

    def _lost(self) -> None:
        if self._consumer is not None:
            self._consumer.lost()

    def _beat(self) -> None:
        self._beat_at = monotonic()
        self._broker.call_later(1, self._beat)

    def _measure(self) -> None:
        """How full the queues are. Every process of the service tells the same, so that any may be away."""
        for queue in self._queues:
            self._broker.measure(queue, QUEUE_MESSAGES.labels(queue).set)
        self._broker.call_later(MEASURE_SECONDS, self._measure)

    def _begin_to_stop(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        self._broker.call_later(STOP_SECONDS, self._end)
        if self._consumer is None:
            self._drain()
        else:
            self._consumer.stop(self._drain)

    def _drain(self) -> None:
        self._relay.drain(self._end)

    def _end(self) -> None:
        self._relay.close()
        self._broker.close()

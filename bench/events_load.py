"""The load and the sink of the event benchmark, in each contender's own message format."""

import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pika

from bench.events_ours import Answered, Asked
from bench.events_shared import PADDING, Place
from common.clock import SYSTEM_CLOCK
from common.contracts import encode
from common.topology import EVENTS_EXCHANGE, topology

PERSISTENT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How a contender's messages look. `routes` prepares its queues."""

    exchange: str
    routing_key: Callable[[Place], str]
    body: Callable[[int, float], bytes]
    headers: Callable[[], dict[str, object]]
    sent_at: Callable[[bytes], float]
    prepare: Callable[[pika.adapters.blocking_connection.BlockingChannel, Place], None]


def connect(place: Place) -> pika.BlockingConnection:
    parameters = pika.URLParameters(place.broker)
    parameters.ssl_options = pika.SSLOptions(ssl.create_default_context(cafile=place.ca_file), parameters.host)
    parameters.heartbeat = 0
    return pika.BlockingConnection(parameters)


class Sink:
    """Collects what a contender publishes, with the time of each arrival."""

    def __init__(self, place: Place, form: Format) -> None:
        self._connection = connect(place)
        self._sent_at = form.sent_at
        self._arrived = threading.Condition()
        self._stopping = False
        self.arrivals: list[tuple[float, float]] = []
        channel = self._connection.channel()
        channel.basic_qos(prefetch_count=500)
        channel.basic_consume(place.outgoing, self._collect, auto_ack=True)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def wait_for(self, count: int, *, seconds: float) -> list[tuple[float, float]]:
        """The (sent, arrived) times once so many messages are there."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.arrivals) >= count, timeout=seconds):
                message = f"only {len(self.arrivals)} of {count} messages came"
                raise TimeoutError(message)
            return list(self.arrivals)

    def close(self) -> None:
        self._stopping = True
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while not self._stopping:
            self._connection.process_data_events(time_limit=0.1)

    def _collect(self, _channel: object, _method: object, _properties: object, body: bytes) -> None:
        now = time.time()
        with self._arrived:
            self.arrivals.append((self._sent_at(body), now))
            self._arrived.notify_all()


class Load:
    """Publishes questions, each confirmed by the broker."""

    def __init__(self, place: Place, form: Format) -> None:
        self._place = place
        self._form = form
        self._connection = connect(place)
        self._channel = self._connection.channel()
        form.prepare(self._channel, place)
        self._channel.confirm_delivery()
        self._next = 0

    def backlog(self, count: int) -> None:
        for _ in range(count):
            self.one()

    def at_rate(self, per_second: float, count: int) -> None:
        """Open loop: each message has its moment, whatever became of the ones before."""
        begin = time.time()
        for place in range(count):
            moment = begin + place / per_second
            # A pause of the load itself, not of the thing measured.
            threading.Event().wait(max(0.0, moment - time.time()))
            self.one()

    def one(self) -> None:
        n, self._next = self._next, self._next + 1
        properties = pika.BasicProperties(
            delivery_mode=PERSISTENT,
            message_id=str(uuid4()),
            correlation_id=str(uuid4()),
            content_type="application/json",
            content_encoding="utf-8",
            headers=self._form.headers(),
        )
        body = self._form.body(n, time.time())
        key = self._form.routing_key(self._place)
        self._channel.basic_publish(self._form.exchange, key, body, properties, mandatory=True)

    def close(self) -> None:
        self._connection.close()


def _plain(n: int, sent_at: float) -> dict[str, object]:
    return {"id": str(uuid4()), "n": n, "sent_at": sent_at, "padding": PADDING}


def _event(n: int, sent_at: float) -> bytes:
    event = Asked(n=n, sent_at=sent_at, padding=PADDING)
    return encode(event, id=SYSTEM_CLOCK.new_id(), source="bench", time=SYSTEM_CLOCK.now())


def _quorum_queues(channel: pika.adapters.blocking_connection.BlockingChannel, place: Place) -> None:
    for queue in (place.incoming, place.outgoing):
        channel.queue_delete(queue)
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})


def _our_topology(channel: pika.adapters.blocking_connection.BlockingChannel, place: Place) -> None:
    ours = topology(place.name, [Asked.type])
    for exchange in ours.exchanges:
        channel.exchange_declare(exchange.name, exchange.kind, durable=True)
    for queue in ours.queues:
        channel.queue_delete(queue.name)
        channel.queue_declare(queue.name, durable=True, arguments=dict(queue.arguments))
    for binding in ours.bindings:
        channel.queue_bind(binding.queue, binding.exchange, binding.routing_key)
    channel.queue_delete(place.outgoing)
    channel.queue_declare(place.outgoing, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(place.outgoing, EVENTS_EXCHANGE, Answered.type)


PLAIN = Format(
    exchange="",
    routing_key=lambda place: place.incoming,
    body=lambda n, sent_at: json.dumps(_plain(n, sent_at)).encode(),
    headers=dict,
    sent_at=lambda body: json.loads(body)["sent_at"],
    prepare=_quorum_queues,
)

CELERY = Format(
    exchange="",
    routing_key=lambda place: place.incoming,
    body=lambda n, sent_at: json.dumps([[_plain(n, sent_at)], {}, {}]).encode(),
    headers=lambda: {"lang": "py", "task": "bench.answer", "id": str(uuid4()), "retries": 0},
    sent_at=lambda body: json.loads(body)[0][0]["sent_at"],
    prepare=_quorum_queues,
)

OURS = Format(
    exchange=EVENTS_EXCHANGE,
    routing_key=lambda _place: Asked.type,
    body=_event,
    headers=dict,
    sent_at=lambda body: json.loads(body)["data"]["sent_at"],
    prepare=_our_topology,
)

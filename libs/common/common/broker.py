"""RabbitMQ: one connection in one thread that publishes with confirms, consumes and comes back."""

# pika ships without type information, so what comes from it is unknown to the checker; it is confined to this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false, reportUnknownLambdaType=false

import logging
import ssl
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pika
import pika.exceptions
import structlog
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.select_connection import IOLoop, SelectConnection
from pika.channel import Channel
from pika.spec import Basic

from common.backoff import jittered
from common.contracts.base import CONTENT_TYPE
from common.errors import Unavailable
from common.messages import Delivery, Message, Settlement
from common.topology import Topology

HEARTBEAT_SECONDS = 30
CONNECT_SECONDS = 5

_LOG: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("broker")


@dataclass(slots=True)
class _Publication:
    message_id: str
    settled: Callable[[Settlement], None]


class _Connection(SelectConnection):
    """Sends a message, or a batch, as one write; pika would make three TLS records of every message."""

    _gathered: list[bytes] | None = None

    @contextmanager
    def together(self) -> Generator[None]:
        """Send what is published in the block at its end."""
        self._gathered = gathered = []
        try:
            yield
        finally:
            self._gathered = None
            if gathered:
                self._output_marshaled_frames(gathered)

    def _output_marshaled_frames(self, marshaled_frames: Sequence[bytes]) -> None:
        frames = b"".join(marshaled_frames)
        if self._gathered is not None:
            self._gathered.append(frames)
        else:
            super()._output_marshaled_frames([frames])  # pyright: ignore[reportAttributeAccessIssue] pika makes its base at run time


class Broker:
    """A connection and its loop. Only `call_threadsafe` may be used from other threads.

    Callbacks of publish and consume must be short and must not raise; work belongs in `call_later`.
    """

    def __init__(self, url: str, *, ca_file: Path | None, name: str, topology: Topology) -> None:
        # The reasons of failures are in our own log lines; pika's repeat them as stack traces.
        logging.getLogger("pika").setLevel(logging.CRITICAL)
        self._parameters = parameters(url, ca_file=ca_file, name=name)
        self._topology = topology
        self._loop = IOLoop()
        self._connection: _Connection | None = None
        self._channel: Channel | None = None
        self._on_ready: Callable[[], None] = lambda: None
        self._on_lost: Callable[[], None] = lambda: None
        self._failures = 0
        self._closing = self._ended = False
        self._blocked = False
        self._held_back: list[tuple[Message, Callable[[Settlement], None]]] = []
        self._published = 0
        self._unconfirmed: dict[int, _Publication] = {}
        self._returned: set[str] = set()

    @property
    def ready(self) -> bool:
        """Whether the topology stands and messages can flow."""
        return self._channel is not None

    @property
    def blocked(self) -> bool:
        """Whether the broker asked for no more messages (connection.blocked)."""
        return self._blocked

    def run(self, *, on_ready: Callable[[], None], on_lost: Callable[[], None]) -> None:
        """Work until `close`; calls on_ready and on_lost with each connection that comes and goes."""
        self._on_ready, self._on_lost = on_ready, on_lost
        self._connect()
        try:
            self._loop.start()
        finally:
            self._ended = True
            self._loop.close()

    def close(self) -> None:
        """End `run`; what is not acknowledged goes back to its queue."""
        self._closing = True
        if self._connection is not None and self._connection.is_open:
            self._connection.close()
        else:
            self._loop.stop()

    def call_threadsafe(self, callback: Callable[[], None]) -> None:
        """Have the loop call this soon; the one method for other threads."""
        self._loop.add_callback_threadsafe(callback)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Have the loop call this after so many seconds; 0 means after what has arrived is read."""
        self._loop.call_later(seconds, callback)

    def watch(self, descriptor: int, readable: Callable[[], None]) -> None:
        """Call back whenever this file descriptor has something to read."""
        self._loop.add_handler(descriptor, lambda _fd, _events: readable(), IOLoop.READ | IOLoop.ERROR)

    def unwatch(self, descriptor: int) -> None:
        """Stop watching; must come before the descriptor is closed."""
        if not self._ended:
            self._loop.remove_handler(descriptor)

    def together(self) -> AbstractContextManager[None]:
        """What is published in the block goes out in one piece."""
        return nullcontext() if self._connection is None else self._connection.together()

    def publish(self, message: Message, settled: Callable[[Settlement], None]) -> None:
        """Send; `settled` is called exactly once, with what became of it."""
        if self._channel is None:
            settled(Settlement.LOST)
        elif self._blocked:
            self._held_back.append((message, settled))
        else:
            self._published += 1
            self._unconfirmed[self._published] = _Publication(message.message_id, settled)
            self._channel.basic_publish(
                message.exchange, message.routing_key, message.body, properties(message), mandatory=True
            )

    def consume(self, queue: str, *, prefetch: int, on_delivery: Callable[[Delivery], None]) -> None:
        """Receive from a queue, at most `prefetch` messages ahead of their acknowledgement."""

        def delivered(_channel: Any, method: Any, props: pika.BasicProperties, body: bytes) -> None:
            on_delivery(delivery(method.delivery_tag, props, body))

        if self._channel is not None:
            self._channel.basic_qos(prefetch_count=prefetch)
            self._channel.basic_consume(queue, delivered, consumer_tag=queue)

    def stop_consuming(self, queue: str, stopped: Callable[[], None]) -> None:
        """Receive no more; `stopped` is called when the broker agreed."""
        if self._channel is None:
            stopped()
        else:
            self._channel.basic_cancel(queue, callback=lambda _frame: stopped())

    def ack(self, tag: int, *, multiple: bool = False) -> None:
        """Acknowledge a delivery of the present connection, or all up to it."""
        if self._channel is not None:
            self._channel.basic_ack(tag, multiple=multiple)

    def measure(self, queue: str, told: Callable[[int], None]) -> None:
        """Ask how many messages lie in a queue and wait for nobody; the answer comes later, if at all."""
        if self._channel is not None:
            self._channel.queue_declare(
                queue, passive=True, callback=lambda frame: told(int(frame.method.message_count))
            )

    def _connect(self) -> None:
        self._connection = _Connection(
            self._parameters,
            on_open_callback=self._opened,
            on_open_error_callback=self._closed,
            on_close_callback=self._closed,
            custom_ioloop=self._loop,
        )

    def _opened(self, connection: SelectConnection) -> None:
        connection.add_on_connection_blocked_callback(lambda *_: self._set_blocked(blocked=True))
        connection.add_on_connection_unblocked_callback(lambda *_: self._set_blocked(blocked=False))
        connection.channel(on_open_callback=self._declare)

    def _declare(self, channel: Channel) -> None:
        """Everything is sent at once; the answer to the last request means all before it stand."""
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_return_callback(lambda _c, _m, props, _b: self._returned.add(props.message_id))
        for exchange in self._topology.exchanges:
            channel.exchange_declare(exchange.name, exchange.kind, durable=True)
        for queue in self._topology.queues:
            channel.queue_declare(queue.name, durable=True, arguments=dict(queue.arguments))
        for binding in self._topology.bindings:
            channel.queue_bind(binding.queue, binding.exchange, binding.routing_key)
        channel.confirm_delivery(self._confirmed, callback=lambda _frame: self._stands(channel))

    def _stands(self, channel: Channel) -> None:
        self._channel, self._failures, self._published = channel, 0, 0
        _LOG.info("broker connected")
        self._on_ready()

    def _channel_closed(self, _channel: Channel, reason: BaseException) -> None:
        if self._connection is not None and self._connection.is_open:
            self._connection.close(reply_text=f"channel closed: {reason!r}"[:200])

    def _closed(self, _connection: SelectConnection, reason: BaseException) -> None:
        self._connection = self._channel = None
        self._blocked = False
        self._abandon()
        self._on_lost()
        if self._closing:
            self._loop.stop()
            return
        wait = jittered(self._failures, first=0.2, longest=10)
        self._failures += 1
        _LOG.warning("broker away", reason=repr(reason), retry_in_seconds=round(wait, 1))
        self._loop.call_later(wait, self._reconnect)

    def _reconnect(self) -> None:
        if not self._closing:
            self._connect()

    def _abandon(self) -> None:
        waiting = [*self._unconfirmed.values(), *(_Publication(m.message_id, s) for m, s in self._held_back)]
        self._unconfirmed, self._held_back, self._returned = {}, [], set()
        for publication in waiting:
            publication.settled(Settlement.LOST)

    def _confirmed(self, frame: Any) -> None:
        method: Any = frame.method
        nacked = isinstance(method, Basic.Nack)
        for tag in self._tags(method.delivery_tag, multiple=method.multiple):
            publication = self._unconfirmed.pop(tag)
            if publication.message_id in self._returned:
                self._returned.discard(publication.message_id)
                publication.settled(Settlement.RETURNED)
            else:
                publication.settled(Settlement.NACKED if nacked else Settlement.CONFIRMED)

    def _tags(self, tag: int, *, multiple: bool) -> list[int]:
        if not multiple:
            return [tag]
        tags: list[int] = []
        for unconfirmed in self._unconfirmed:
            if unconfirmed > tag:
                break
            tags.append(unconfirmed)
        return tags

    def _set_blocked(self, *, blocked: bool) -> None:
        _LOG.warning("broker takes no messages" if blocked else "broker takes messages again")
        self._blocked = blocked
        if not blocked:
            held_back, self._held_back = self._held_back, []
            for message, settled in held_back:
                self.publish(message, settled)


def parameters(url: str, *, ca_file: Path | None, name: str) -> pika.URLParameters:
    """How to connect to an amqp or amqps address; the server's certificate is always verified."""
    chosen = pika.URLParameters(url)
    if url.startswith("amqps:"):
        context = ssl.create_default_context(cafile=ca_file)
        chosen.ssl_options = pika.SSLOptions(context, chosen.host)
    chosen.heartbeat = HEARTBEAT_SECONDS
    chosen.socket_timeout = chosen.stack_timeout = CONNECT_SECONDS
    chosen.client_properties = {"connection_name": name}
    return chosen


def properties(message: Message) -> pika.BasicProperties:
    """The AMQP properties of a persistent message."""
    return pika.BasicProperties(
        content_type=CONTENT_TYPE,
        delivery_mode=pika.DeliveryMode.Persistent.value,
        message_id=message.message_id,
        type=message.type,
        headers=dict(message.headers),
    )


def delivery(tag: int, props: pika.BasicProperties, body: bytes) -> Delivery:
    """A delivery in our own words."""
    return Delivery(tag=tag, body=body, message_id=props.message_id, type=props.type, headers=props.headers or {})


class Drawer:
    """A queue that a person looks through: every message is in hand until it is removed or the drawer closed."""

    def __init__(self, channel: BlockingChannel, queue: str) -> None:
        self._channel = channel
        self._queue = queue

    def deliveries(self) -> Iterator[Delivery]:
        """What lies in the queue, oldest first."""
        while True:
            method, props, body = self._channel.basic_get(self._queue)
            if method is None or props is None or body is None:
                return
            yield delivery(method.delivery_tag, props, body)

    def publish(self, message: Message) -> None:
        """Send, and wait until the broker has it; raises pika's UnroutableError or NackError if it has not."""
        self._channel.basic_publish(
            message.exchange, message.routing_key, message.body, properties(message), mandatory=True
        )

    def remove(self, taken: Delivery) -> None:
        """Take a delivery out for good."""
        self._channel.basic_ack(taken.tag)


def declare(url: str, wanted: Topology, *, ca_file: Path | None) -> None:
    """Make the queues and bindings of a service, before anybody publishes what it listens to.

    Raises ConnectionError when the broker cannot be reached.
    """
    try:
        with pika.BlockingConnection(parameters(url, ca_file=ca_file, name="provisioning")) as connection:
            channel = connection.channel()
            for exchange in wanted.exchanges:
                channel.exchange_declare(exchange.name, exchange.kind, durable=True)
            for queue in wanted.queues:
                channel.queue_declare(queue.name, durable=True, arguments=dict(queue.arguments))
            for binding in wanted.bindings:
                channel.queue_bind(binding.queue, binding.exchange, binding.routing_key)
    except pika.exceptions.AMQPError as error:
        raise ConnectionError("the broker cannot be reached") from error


def send(url: str, message: Message, *, ca_file: Path | None, name: str) -> None:
    """Publish one message, and return when a queue has it: for who has no database to keep it in until then.

    Raises ConnectionError when nobody took it, or it was refused.
    """
    try:
        with pika.BlockingConnection(parameters(url, ca_file=ca_file, name=name)) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            Drawer(channel, queue="").publish(message)
    except pika.exceptions.AMQPError as error:
        raise ConnectionError(f"the broker did not take it: {error!r}") from error


@contextmanager
def open_drawer(url: str, queue: str, *, ca_file: Path | None) -> Generator[Drawer]:
    """Look through a queue; what was not removed lies there again afterwards. Raises Unavailable."""
    try:
        with pika.BlockingConnection(parameters(url, ca_file=ca_file, name=f"{queue} by hand")) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            yield Drawer(channel, queue)
    # A connection that breaks in the middle of the TLS handshake is no error of AMQP's yet.
    except (pika.exceptions.AMQPError, OSError) as error:
        raise Unavailable(f"The queue {queue} cannot be looked through right now.") from error

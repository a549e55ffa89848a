"""What a service needs at the broker, derived from its name and what it listens to. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

EVENTS_EXCHANGE = "events"

# A crash counts as a delivery too, and takes every message in hand with it; attempts that
# fail in an orderly way are counted in our own header and never reach this limit.
DELIVERY_LIMIT = 30

# RabbitMQ 4 limits every quorum queue to 20 deliveries unless told otherwise, and looking at
# a dead letter is a delivery.
UNLIMITED_DELIVERIES = 1_000_000_000

DELAYS: Mapping[str, timedelta] = {
    "1s": timedelta(seconds=1),
    "10s": timedelta(seconds=10),
    "1m": timedelta(minutes=1),
    "10m": timedelta(minutes=10),
}

Arguments = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A durable exchange."""

    name: str
    kind: Literal["topic", "direct"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A durable quorum queue."""

    name: str
    arguments: Arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A route from an exchange to a queue."""

    exchange: str
    queue: str
    routing_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """Everything to declare, in an order that works."""

    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...] = ()
    bindings: tuple[Binding, ...] = field(default=())


def topology(service: str, routing_keys: Iterable[str]) -> Topology:
    """The exchanges, queues and bindings of a service; without routing keys it only publishes.

    A binding whose event is no longer listened to stays until someone removes it: its
    messages are taken and ignored.
    """
    events = Exchange(name=EVENTS_EXCHANGE, kind="topic")
    keys = sorted(routing_keys)
    if not keys:
        return Topology(exchanges=(events,))
    queues = (_events_queue(service), *(_delay_queue(service, step) for step in DELAYS), _dead_queue(service))
    return Topology(
        exchanges=(events, Exchange(name=retry_exchange(service), kind="direct")),
        queues=queues,
        bindings=(
            *(Binding(exchange=retry_exchange(service), queue=queue.name, routing_key=queue.name) for queue in queues),
            *(Binding(exchange=EVENTS_EXCHANGE, queue=events_queue(service), routing_key=key) for key in keys),
        ),
    )


def retry_exchange(service: str) -> str:
    """The exchange through which a service reaches its own queues, each under its name."""
    return f"{service}.retry"


def events_queue(service: str) -> str:
    """The one queue a service consumes."""
    return f"{service}.events"


def delay_queue(service: str, step: str) -> str:
    """The queue in which a message waits one step of DELAYS."""
    return f"{service}.delay.{step}"


def dead_queue(service: str) -> str:
    """Where messages lie that need a person."""
    return f"{service}.dead"


def _events_queue(service: str) -> Queue:
    arguments = _dead_lettering(service, dead_queue(service)) | {"x-delivery-limit": DELIVERY_LIMIT}
    return Queue(name=events_queue(service), arguments=arguments)


def _delay_queue(service: str, step: str) -> Queue:
    wait_ms = int(DELAYS[step].total_seconds() * 1000)
    arguments = _dead_lettering(service, events_queue(service)) | {"x-message-ttl": wait_ms}
    return Queue(name=delay_queue(service, step), arguments=arguments)


def _dead_queue(service: str) -> Queue:
    return Queue(
        name=dead_queue(service), arguments={"x-queue-type": "quorum", "x-delivery-limit": UNLIMITED_DELIVERIES}
    )


def _dead_lettering(service: str, routing_key: str) -> dict[str, str | int]:
    """Dead-lettering that survives a crash; it wants reject-publish (RabbitMQ: quorum queues, at-least-once)."""
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": retry_exchange(service),
        "x-dead-letter-routing-key": routing_key,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }

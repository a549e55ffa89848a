"""The toy service of one test, as the test sees it from outside: its tables, its queues, its proxies."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pika
import psycopg
from pika.adapters.blocking_connection import BlockingChannel
from psycopg import sql

from common.broker import Drawer, open_drawer, parameters
from common.clock import SYSTEM_CLOCK
from common.contracts import Event, encode
from common.database import Database
from common.messages import Delivery
from common.topology import EVENTS_EXCHANGE
from common.work import UnitOfWork
from tests.integration.common.events import toy
from tests.integration.common.events.proxy import Proxy

TOY = "toy"


@dataclass(slots=True, kw_only=True)
class Toy:
    """A toy service with a virtual host and a schema of its own."""

    broker_url: str
    database_url: str
    ca_file: Path | None
    broker_proxy: Proxy
    database_proxy: Proxy
    direct_broker_url: str
    direct_database_url: str

    def record(self, *events: Event) -> None:
        """Commit events in one transaction, as any door would."""
        database = Database(self.direct_database_url, application=TOY)
        unit = UnitOfWork(service=TOY, database=database, build=toy.Work)
        with unit.begin() as work:
            for event in events:
                work.outbox.add(event)
        database.close()

    def rows(self, table: str) -> int:
        with psycopg.connect(self.direct_database_url) as connection:
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            row = connection.execute(query).fetchone()
            assert row is not None
            return int(row[0])

    def effects(self) -> list[int]:
        with psycopg.connect(self.direct_database_url) as connection:
            return [n for (n,) in connection.execute("SELECT n FROM effects ORDER BY place").fetchall()]

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.direct_database_url, autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def channel(self) -> Generator[BlockingChannel]:
        with pika.BlockingConnection(parameters(self.direct_broker_url, ca_file=self.ca_file, name="test")) as link:
            yield link.channel()

    def send(self, *bodies: bytes, headers: Mapping[str, str | int] | None = None) -> None:
        """Put messages straight into the service's queue."""
        with self.channel() as channel:
            channel.confirm_delivery()
            for body in bodies:
                props = pika.BasicProperties(
                    delivery_mode=2, message_id=str(uuid4()), headers=dict(headers or {}), type="toy"
                )
                channel.basic_publish(f"{TOY}.retry", f"{TOY}.events", body, props, mandatory=True)

    def bind(self, queue: str, *routing_keys: str, arguments: Mapping[str, str | int] | None = None) -> None:
        """Listen with a queue of the test's own."""
        with self.channel() as channel:
            channel.exchange_declare(EVENTS_EXCHANGE, "topic", durable=True)
            channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum", **(arguments or {})})
            for key in routing_keys:
                channel.queue_bind(queue, EVENTS_EXCHANGE, key)

    def take(self, queue: str) -> list[Delivery]:
        """Take everything out of a queue."""
        with self.drawer(queue) as drawer:
            taken = list(drawer.deliveries())
            for delivery in taken:
                drawer.remove(delivery)
            return taken

    def depth(self, queue: str) -> int:
        with self.channel() as channel:
            return int(channel.queue_declare(queue, passive=True).method.message_count)

    @contextmanager
    def drawer(self, queue: str) -> Generator[Drawer]:
        with open_drawer(self.direct_broker_url, queue, ca_file=self.ca_file) as drawer:
            yield drawer


def body_of(event: Event, *, traceparent: str | None = None) -> bytes:
    return encode(event, id=SYSTEM_CLOCK.new_id(), source=TOY, time=SYSTEM_CLOCK.now(), traceparent=traceparent)

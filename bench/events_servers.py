"""The servers of the event benchmark: a stack of its own, gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ops.embedded.site import PROJECT
from ops.embedded.stack import Stack

DIRECTORY = PROJECT / ".figurine-bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Addresses of an administrator, all over TLS."""

    postgres: str
    broker: str
    ca_file: str


@contextmanager
def servers() -> Iterator[Servers]:
    """Postgres as durable as in production, RabbitMQ as the services know it."""
    # Afresh: what an earlier run left in the queues would be measured, too.
    Stack(DIRECTORY).remove()
    stack = Stack(DIRECTORY)
    stack.start_servers()
    try:
        yield Servers(
            postgres=stack.postgres.admin_url(), broker=stack.rabbitmq.admin_url(), ca_file=str(stack.site.ca)
        )
    finally:
        stack.remove()

"""A Postgres of its own for one service's bench."""

from collections.abc import Generator
from contextlib import contextmanager

from common.migrations import migrate
from ops.embedded.site import PROJECT
from ops.embedded.stack import Stack

DIRECTORY = PROJECT / ".figurine-bench"


@contextmanager
def servers_of(service: str) -> Generator[Stack]:
    """Servers as durable as in production with the tables of this service, gone afterwards."""
    Stack(DIRECTORY).remove()
    started = Stack(DIRECTORY)
    started.start_servers()
    try:
        migrate(started.postgres.url(f"{service}_owner"), PROJECT / "services" / service / service / "migrations")
        yield started
    finally:
        started.remove()

"""One door, one transaction: the unit of work of a service."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from common.clock import SYSTEM_CLOCK, Clock
from common.database import Connection, Database
from common.outbox import Outbox

W = TypeVar("W")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOfWork(Generic[W]):
    """Opens transactions and builds the service's rooms (its repositories) in them.

    `build` gets the connection, the outbox and the clock of one transaction.
    """

    service: str
    database: Database
    build: Callable[[Connection, Outbox, Clock], W]
    clock: Clock = field(default=SYSTEM_CLOCK)

    @contextmanager
    def begin(self) -> Generator[W]:
        """State and events of the block commit together, or not at all."""
        with self.database.begin() as connection:
            outbox = Outbox(source=self.service, clock=self.clock)
            yield self.build(connection, outbox, self.clock)
            outbox.flush(connection)

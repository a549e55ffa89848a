"""One door, one transaction: the unit of work of a service."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from common.clock import SYSTEM_CLOCK, Clock
from common.database import Connection, Database
from common.erasure.fence import Fence
from common.outbox import Outbox

W = TypeVar("W")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Generic[W]):
    """One transaction with all that is in it, for what `common` itself does in it."""

    connection: Connection
    outbox: Outbox
    clock: Clock
    work: W


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOfWork(Generic[W]):
    """Opens transactions and builds the service's rooms (its repositories) in them.

    `build` gets the connection, the outbox and the clock of one transaction.
    """

    service: str
    database: Database
    build: Callable[[Connection, Outbox, Clock], W]
    clock: Clock = field(default=SYSTEM_CLOCK)
    # Who knows who left; None where nobody ever leaves, as in a toy.
    fence: Fence | None = None

    @contextmanager
    def begin(self, *, person: UUID | None = None) -> Generator[W]:
        """State and events of the block commit together, or not at all.

        `person` is who begins something with it. Raises PersonGone for who leaves or has left.
        """
        with self.open() as opened:
            if person is not None and self.fence is not None:
                self.fence.admit(opened.connection, person)
            yield opened.work

    @contextmanager
    def open(self) -> Generator[Opened[W]]:
        """The same, with the transaction itself."""
        with self.database.begin() as connection:
            outbox = Outbox(source=self.service, clock=self.clock)
            work = self.build(connection, outbox, self.clock)
            yield Opened(connection=connection, outbox=outbox, clock=self.clock, work=work)
            outbox.flush(connection)

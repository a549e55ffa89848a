"""Billing's rows, in literal SQL, inside one transaction."""

from billing.repository.ledger import Ledger
from common.clock import Clock
from common.database import Connection
from common.outbox import Outbox


class Work:
    """Billing's rooms in one transaction."""

    def __init__(self, connection: Connection, outbox: Outbox, clock: Clock) -> None:
        self.ledger = Ledger(connection, clock)
        self.outbox = outbox
        self.clock = clock

"""Billing's rows, in literal SQL, inside one transaction."""

from billing.repository.adjustments import Adjustments
from billing.repository.audits import Audits
from billing.repository.codes import Codes
from billing.repository.ledger import Ledger
from billing.repository.lots import Lots
from common.clock import Clock
from common.database import Connection
from common.outbox import Outbox


class Work:
    """Billing's rooms in one transaction; `code_key` is what codes are kept under."""

    def __init__(self, connection: Connection, outbox: Outbox, clock: Clock, *, code_key: bytes | None = None) -> None:
        self.ledger = Ledger(connection, clock)
        self.lots = Lots(connection)
        self.codes = Codes(connection, clock, code_key)
        self.adjustments = Adjustments(connection, clock)
        self.audits = Audits(connection, clock)
        self.outbox = outbox
        self.clock = clock

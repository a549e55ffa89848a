"""Billing's rows, in literal SQL, inside one transaction."""

from billing.repository.adjustments import Adjustments
from billing.repository.audits import Audits
from billing.repository.codes import Codes
from billing.repository.ledger import Ledger
from billing.repository.lots import Lots
from billing.repository.orders import Orders
from billing.repository.payment_laws import PaymentLaws
from billing.repository.refunds import Disputes, Refunds
from billing.repository.subscriptions import Customers, SubscriptionRows
from billing.repository.webhooks import Events, Looks
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
        self.orders = Orders(connection, clock)
        self.refunds = Refunds(connection, clock)
        self.disputes = Disputes(connection, clock)
        self.customers = Customers(connection, clock)
        self.subscriptions = SubscriptionRows(connection, clock)
        self.events = Events(connection, clock)
        self.looks = Looks(connection, clock)
        self.payment_laws = PaymentLaws(connection, clock)
        self.outbox = outbox
        self.clock = clock

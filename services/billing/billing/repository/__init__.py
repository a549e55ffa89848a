"""Billing's rows, in literal SQL, inside one transaction."""

from dataclasses import dataclass

from billing.domain.invoices import Terms
from billing.repository.adjustments import Adjustments
from billing.repository.audits import Audits
from billing.repository.codes import Codes
from billing.repository.corrections import Corrections
from billing.repository.departures import Departures
from billing.repository.disclosures import Disclosures
from billing.repository.entitlements import Entitlements
from billing.repository.holds import Holds
from billing.repository.invoices import Invoices
from billing.repository.law_looks import LawLooks
from billing.repository.ledger import Ledger
from billing.repository.lots import Lots
from billing.repository.orders import Orders
from billing.repository.owners import Owners
from billing.repository.payment_laws import PaymentLaws
from billing.repository.proposals import Proposals
from billing.repository.refunds import Disputes, Refunds
from billing.repository.subscriptions import Customers, SubscriptionRows
from billing.repository.transfers import Transfers
from billing.repository.webhooks import Events, Looks
from common.clock import Clock
from common.database import Connection
from common.outbox import Outbox
from common.parts import Exports
from common.person_keys import PersonKeys
from common.sealing import Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What documents are written with: the terms of sale, and what seals whom they are for.

    `sealer` seals what the law keeps longer than the account; `keys` seal what goes with it.
    """

    sealer: Sealer
    keys: PersonKeys
    terms: Terms


class Work:
    """Billing's rooms in one transaction; `code_key` is what codes are kept under, `papers` documents."""

    def __init__(
        self,
        connection: Connection,
        outbox: Outbox,
        clock: Clock,
        *,
        code_key: bytes | None = None,
        papers: Papers | None = None,
    ) -> None:
        self._connection = connection
        self._papers = papers
        self.ledger = Ledger(connection, clock)
        self.holds = Holds(connection, clock)
        self.lots = Lots(connection)
        self.codes = Codes(connection, clock, code_key)
        self.adjustments = Adjustments(connection, clock)
        self.audits = Audits(connection, clock)
        self.corrections = Corrections(connection, clock)
        self.orders = Orders(connection, clock)
        self.refunds = Refunds(connection, clock)
        self.owners = Owners(connection)
        self.disputes = Disputes(connection, clock)
        self.customers = Customers(connection, clock)
        self.subscriptions = SubscriptionRows(connection, clock)
        self.events = Events(connection, clock)
        self.departures = Departures(connection, clock)
        self.disclosures = Disclosures(connection, clock)
        self.entitlements = Entitlements(connection, clock)
        self.looks = Looks(connection, clock)
        self.payment_laws = PaymentLaws(connection, clock)
        self.transfers = Transfers(connection, clock)
        self.exports = Exports(connection, clock)
        self.outbox = outbox
        self.clock = clock

    @property
    def papers(self) -> Papers:
        """What documents are written with. Raises LookupError where there is nothing to write."""
        if self._papers is None:
            raise LookupError("these rooms were built without papers: give papers=…")
        return self._papers

    @property
    def proposals(self) -> Proposals:
        """Refunds that take two."""
        return Proposals(self._connection, self.clock)

    @property
    def law_looks(self) -> LawLooks:
        """What the last look found of each law."""
        return LawLooks(self._connection, self.clock)

    @property
    def terms(self) -> Terms:
        """Under which terms the studio sells."""
        return self.papers.terms

    @property
    def personal(self) -> Sealer:
        """Seals and opens what goes with a person's account; opens what the law keeps longer, too."""
        return self.papers.keys.sealer(self._connection, self.clock)

    @property
    def invoices(self) -> Invoices:
        """Invoices, receipts and credit notes."""
        return Invoices(self._connection, self.clock, self.papers.sealer, self.personal)

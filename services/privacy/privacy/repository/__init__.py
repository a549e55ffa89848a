"""Privacy's rows, in literal SQL, inside one transaction."""

from common.clock import Clock
from common.database import Connection
from common.outbox import Outbox
from common.parts import Exports
from privacy.repository.archives import Archives
from privacy.repository.audits import Audits
from privacy.repository.clocks import Clocks, Endings
from privacy.repository.consents import Consents
from privacy.repository.disclosures import Disclosures
from privacy.repository.evidence import Evidence
from privacy.repository.proofs import Proofs, Standings
from privacy.repository.receipts import Receipts
from privacy.repository.requests import Requests


class Work:
    """Privacy's rooms in one transaction."""

    def __init__(self, connection: Connection, outbox: Outbox, clock: Clock) -> None:
        self.clocks = Clocks(connection, clock)
        self.endings = Endings(connection, clock)
        self.evidence = Evidence(connection, clock)
        self.consents = Consents(connection, clock)
        self.disclosures = Disclosures(connection, clock)
        self.requests = Requests(connection, clock)
        self.archives = Archives(connection, clock)
        self.receipts = Receipts(connection, clock)
        self.audits = Audits(connection, clock)
        self.proofs = Proofs(connection, clock)
        self.standings = Standings(connection, clock)
        self.exports = Exports(connection, clock)
        self.outbox = outbox
        self.clock = clock

"""Privacy's rows, in literal SQL, inside one transaction."""

from common.clock import Clock
from common.database import Connection
from common.outbox import Outbox
from common.parts import Exports
from common.person_keys import PersonKeys
from common.sealing import Keyring, Sealer
from privacy.repository.archives import Archives
from privacy.repository.audits import Audits
from privacy.repository.clocks import Clocks, Endings
from privacy.repository.consents import Consents
from privacy.repository.disclosures import Disclosures
from privacy.repository.evidence import Evidence
from privacy.repository.policies import Policies
from privacy.repository.proofs import Proofs, Standings
from privacy.repository.receipts import Receipts
from privacy.repository.requests import Requests
from privacy.repository.words import PolicyWords


class Work:
    """Privacy's rooms in one transaction; with `keys` the keys of copies lie under their owners'.

    `export_keys` is the keyring that all services wrap the keys of their parts with.
    """

    def __init__(
        self,
        connection: Connection,
        outbox: Outbox,
        clock: Clock,
        *,
        keys: PersonKeys | None = None,
        export_keys: Keyring | None = None,
    ) -> None:
        self.clocks = Clocks(connection, clock)
        self.endings = Endings(connection, clock)
        self.evidence = Evidence(connection, clock)
        self.consents = Consents(connection, clock)
        self.disclosures = Disclosures(connection, clock)
        self.requests = Requests(connection, clock)
        self.archives = Archives(connection, clock)
        self.receipts = Receipts(connection, clock)
        self.policies = Policies(connection, clock)
        self.policy_words = PolicyWords(connection, clock)
        self.audits = Audits(connection, clock)
        self.proofs = Proofs(connection, clock)
        self.standings = Standings(connection, clock)
        self.exports = Exports(connection, clock)
        self.outbox = outbox
        self.clock = clock
        self._connection = connection
        self._keys = keys
        self._export_keys = export_keys

    @property
    def part_seals(self) -> Sealer:
        """What takes the keys of parts from the services' hands. Raises LookupError where there is nothing to seal."""
        if self._keys is None:
            raise LookupError("these rooms were built without keys: give keys=…")
        return self._keys.sealer(self._connection, self.clock, keyring=self._export_keys)

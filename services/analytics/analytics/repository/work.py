"""Analytics' rooms in one transaction."""

from analytics.repository.choices import Choices
from analytics.repository.counts import Counts
from common.clock import Clock
from common.database import Connection
from common.outbox import Outbox
from common.parts import Exports


class Work:
    """Analytics' rooms in one transaction."""

    def __init__(self, connection: Connection, outbox: Outbox, clock: Clock) -> None:
        self.counts = Counts(connection)
        self.choices = Choices(connection)
        self.exports = Exports(connection, clock)
        self.outbox = outbox
        self.clock = clock

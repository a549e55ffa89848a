"""Analytics' rooms in one transaction."""

from analytics.repository.anonymity import AnonymousMonths
from analytics.repository.choices import Choices
from analytics.repository.facts import Facts
from analytics.repository.gathering import Observation
from analytics.repository.keys import Keys
from analytics.repository.over import MonthsOver
from analytics.repository.people import Cohorts, TimesSpent
from analytics.repository.releases import Releases
from analytics.repository.rollups import Rollups
from analytics.repository.signals import Signals
from analytics.repository.sketches import Sketches
from analytics.repository.watches import Watches
from common.clock import Clock
from common.database import Connection
from common.outbox import Outbox
from common.parts import Exports


class Work:
    """Analytics' rooms in one transaction.

    What is told of is gathered, and counted together at the end, or before anything is read or erased.
    """

    def __init__(self, connection: Connection, outbox: Outbox, clock: Clock) -> None:
        self.facts = Facts(connection)
        self.rollups = Rollups(connection)
        self.sketches = Sketches(connection)
        self.signals = Signals(connection)
        self.watches = Watches(connection)
        self.releases = Releases(connection, clock)
        self.keys = Keys(connection)
        self.cohorts = Cohorts(connection)
        self.times_spent = TimesSpent(connection)
        self.months = AnonymousMonths(connection)
        self.over = MonthsOver(connection)
        self.choices = Choices(connection)
        self.exports = Exports(connection, clock)
        self.gathered: list[Observation] = []
        self.outbox = outbox
        self.clock = clock

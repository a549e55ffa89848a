"""Three years, day by day, in a test clock: on none of them is anything kept under a name for longer than two years."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import pytest

from analytics import use_cases
from analytics.domain import Pseudonyms
from analytics.domain.anonymity import first_open, last_over
from analytics.inventory import INVENTORY
from analytics.repository import Work
from common.clock import MovableClock
from common.contracts.consents import ANALYTICS
from common.contracts.gateway import UsageObserved, UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated
from common.contracts.privacy import ConsentChanged
from common.inventory.expiring import forget_expired
from tests.integration.analytics.ends import failed, generated
from tests.integration.anonymity.aged import Aged

# With a leap day in the middle.
FIRST: Final = date(2027, 1, 1)
LAST: Final = date(2029, 12, 31)
# Traffic comes in steps of some days, told at the end of each; looked at is every day.
STEP: Final = timedelta(days=28)

STYLES: Final = ("window-box", "acrylic-standee", "retro-box")
PSEUDONYMS: Final = Pseudonyms(bytes(range(32)))


E = TypeVar("E", FigurineGenerated, FigurineFailed)


class Studio:
    """Some hundred people and what they do; everything the clock asks of analytics is done every day."""

    def __init__(self, aged: Aged) -> None:
        self.aged = aged
        self.chance = random.Random(42)
        self.people = [UUID(int=self.chance.getrandbits(128)) for _ in range(130)]
        self.told = 0

    def at(self, days_back: int) -> datetime:
        moment = self.aged.clock.now() - timedelta(days=days_back, seconds=self.chance.randrange(80_000))
        return max(moment, datetime(FIRST.year, 1, 1, tzinfo=UTC))

    def some_days(self, work: Work) -> None:
        for _ in range(self.chance.randrange(150, 190)):
            self._somebody(work)
        # And somebody does what nobody else does.
        who, style = self.chance.choice(self.people), f"rare-{self.told % 7}"
        rare = self._of_then(generated(at=self.at(3), user_id=who, style=style, pictures=4))
        account = UserRegistered(user_id=self.chance.choice(self.people), registered_at=self.at(1))
        use_cases.count_generated(work, rare, pseudonyms=PSEUDONYMS)
        use_cases.count_sign_up(work, account, pseudonyms=PSEUDONYMS)
        self.told += 2

    def _somebody(self, work: Work) -> None:
        at, who = self.at(self.chance.randrange(STEP.days)), self.chance.choice(self.people)
        self.told += 1
        match self.chance.randrange(8):
            case 0:
                event = self._of_then(failed(at=at, user_id=who, code="engine_timeout"))
                use_cases.count_failed(work, event, pseudonyms=PSEUDONYMS)
            case 1 | 2:
                # Told of at once, or nobody would have a name on that day any more.
                at = self.at(self.chance.randrange(2))
                page = UsageObserved(user_id=who, page="/studio", seconds=60, observed_at=at, device="phone")
                use_cases.count_usage(work, page, pseudonyms=PSEUDONYMS)
            case _:
                style, pictures = self.chance.choice(STYLES), self.chance.randrange(1, 5)
                event = self._of_then(generated(at=at, user_id=who, style=style, pictures=pictures))
                use_cases.count_generated(work, event, pseudonyms=PSEUDONYMS)

    def _of_then(self, event: E) -> E:
        """Its id says nothing of the day on which this test runs."""
        return event.model_copy(update={"figurine_id": UUID(int=self.chance.getrandbits(128), version=4)})

    def tidy(self, *, first_of_month: bool) -> None:
        self.aged.run()
        if first_of_month:
            with self.aged.unit.open() as opened:
                use_cases.make_months(opened.work)
                use_cases.destroy_keys(opened.work)
                while forget_expired(opened.connection, INVENTORY, self.aged.clock.now()):
                    pass


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(FIRST.year, 1, 1, 23, 59, tzinfo=UTC))


def test_on_every_day_of_three_years_nothing_older_than_two_leads_to_anybody(aged: Aged, clock: MovableClock) -> None:
    studio = Studio(aged)
    objector = studio.people[5]
    today = FIRST
    while today <= LAST:
        if (today - FIRST) % STEP == timedelta(0):
            with aged.unit.begin() as work:
                studio.some_days(work)
        if today == date(2028, 2, 29):
            no = ConsentChanged(user_id=objector, purpose=ANALYTICS, granted=False, changed_at=clock.now())
            with aged.unit.begin() as work:
                use_cases.note_consent(work, no, pseudonyms=PSEUDONYMS)
            studio.people.remove(objector)
        if today == date(2029, 6, 15):
            with aged.unit.begin() as work:
                late = generated(at=datetime(2027, 3, 3, tzinfo=UTC), user_id=studio.people[0])
                use_cases.count_generated(work, late, pseudonyms=PSEUDONYMS)
        studio.tidy(first_of_month=today.day == 1)
        assert aged.too_old(today) == {}, today
        today += timedelta(days=1)
        clock.advance(timedelta(days=1))
    look_at_what_is_left(aged, studio)


def look_at_what_is_left(aged: Aged, studio: Studio) -> None:
    """Of twelve months and those that begin again: all that was told of is in a row, in a sum, or was suppressed."""
    assert aged.value("SELECT count(*) FROM anonymisations") == 12 + 1
    assert aged.value("SELECT max(month) FROM anonymisations") == last_over(LAST)
    ((kept, suppressed, smallest, candidates),) = aged.rows(
        "SELECT sum(kept), sum(suppressed), min(smallest), min(candidates) FROM anonymisations"
    )
    assert min(smallest, candidates) >= 20
    assert kept > 2 * suppressed
    still_named = aged.value("SELECT sum(facts) FROM rollups_of_months WHERE period >= %s", first_open(LAST))
    assert kept + suppressed + still_named == studio.told
    assert kept == aged.value("SELECT sum(facts) FROM rollups_of_months WHERE period < %s", first_open(LAST))
    assert kept == aged.value("SELECT sum(facts) FROM anonymous_facts")
    assert aged.value("SELECT min(month) FROM pseudonym_keys") == first_open(LAST)
    assert aged.rows("SELECT month, late FROM closed_months WHERE late > 0") == [(date(2027, 3, 1), 1)]
    assert aged.value("SELECT count(*) FROM anonymisations WHERE digest <> digest_of(month)") == 0

"""Every way to get credits, told twice each, for tests that leave it to chance."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from billing.domain.codes import CodeUsedUp, Worth
from billing.domain.lots import LotKind
from billing.repository import Work
from billing.use_cases import codes, granting, ledger
from billing.use_cases.codes import Terms
from common.clock import MovableClock
from common.work import UnitOfWork
from tests.builders import Life

MONTH = timedelta(days=30)
FIRST_PERIOD = datetime(2027, 1, 1, tzinfo=UTC)
CAP = 5


@dataclass
class Person:
    """Somebody, and what this test knows of her without asking the books."""

    id: UUID
    given: int = 0
    charged: int = 0
    periods: int = 0
    sources: list[str] = field(default_factory=list[str])
    lives: list[Life] = field(default_factory=list[Life])
    unheard: list[Life] = field(default_factory=list[Life])
    taken_back: set[str] = field(default_factory=set[str])


class Giving:
    """What gives a person credits, and what she should have been given."""

    unit: UnitOfWork[Work]
    clock: MovableClock

    def do(self, change: Callable[[Work], object]) -> None:
        with self.unit.begin() as work:
            change(work)

    def registers(self, person: Person, credits: int) -> None:
        event = Life(user_id=person.id).registered()
        for _ in range(2):
            self.do(
                lambda work: ledger.open_account_with_trial_credits(work, event, credits=credits, expires_after_days=3)
            )
        source = f"trial:{person.id}"
        person.given += 0 if source in person.sources else credits
        person.sources = [*(each for each in person.sources if each != source), source]

    def buys(self, person: Person, credits: int) -> None:
        source = f"order:{self.clock.new_id()}"
        for _ in range(2):
            self.do(
                lambda work: granting.grant(
                    work,
                    person.id,
                    kind=LotKind.PACK,
                    credits=credits,
                    source=source,
                    expires_at=None,
                    reason="By chance",
                )
            )
        person.given += credits
        person.sources.append(source)

    def renews(self, person: Person, credits: int) -> None:
        self._periods(person, credits, [person.periods])

    def renews_late(self, person: Person, credits: int) -> None:
        """News of the next period comes before that of this one."""
        self._periods(person, credits, [person.periods + 1, person.periods])

    def _periods(self, person: Person, credits: int, numbers: list[int]) -> None:
        person.periods += len(numbers)
        for number in numbers + numbers:
            start = FIRST_PERIOD + MONTH * number
            self.do(
                lambda work, start=start: granting.start_period(
                    work,
                    person.id,
                    subscription=f"{person.id}",
                    period_start=start,
                    period_end=self.clock.now() + MONTH,
                    credits=credits,
                    rollover_cap=CAP,
                    reason="Plan",
                )
            )
        person.given += credits * len(numbers)
        person.sources += [granting.period_source(f"{person.id}", FIRST_PERIOD + MONTH * each) for each in numbers]

    def redeems(self, person: Person, credits: int) -> None:
        with self.unit.begin() as work:
            code = codes.create(work, Worth(credits=credits, expires_after_days=2), Terms(label="chance"))
        for key in (code, code, None):
            try:
                self.do(lambda work, key=key: codes.redeem_gift(work, person.id, code, key=key))
            except CodeUsedUp:
                assert key is None
        person.given += credits

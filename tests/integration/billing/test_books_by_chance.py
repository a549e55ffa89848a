"""Anything that can happen to credits, in any order, on real Postgres: after each step every law of the books holds."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from billing.domain.adjustments import TooLittleLeft
from billing.domain.codes import CodeUsedUp, Worth
from billing.domain.laws import together
from billing.domain.ledger import HoldState
from billing.domain.lots import LotKind
from billing.repository import Work
from billing.use_cases import adjusting, auditing, codes, granting, ledger
from billing.use_cases.codes import Terms
from common.clock import MovableClock
from common.database import Database
from common.errors import NotYet
from common.work import UnitOfWork
from tests.builders import DAY, Life
from tests.integration.billing.rooms import rooms_with_codes

PEOPLE = st.integers(0, 1)
CREDITS = st.integers(1, 12)
PICK = st.integers(0, 10**6)
MONTH = timedelta(days=30)
CAP = 5


class Crash(Exception):
    """The machine dies before the transaction commits."""


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


class Books(RuleBasedStateMachine):
    """Two people and everything that happens to their credits."""

    def __init__(self, unit: UnitOfWork[Work], clock: MovableClock) -> None:
        super().__init__()
        self.unit = unit
        self.clock = clock
        self.people: list[Person] = []
        self.began = 0

    def do(self, change: Callable[[Work], object]) -> None:
        with self.unit.begin() as work:
            change(work)

    @initialize()
    def two_people_come(self) -> None:
        self.people = [Person(id=self.clock.new_id()) for _ in range(2)]
        self.began = self._ask("SELECT coalesce(max(seq), 0) FROM entries")[0][0]

    @rule(who=PEOPLE, credits=CREDITS)
    def registers(self, who: int, credits: int) -> None:
        person = self.people[who]
        event = Life(user_id=person.id).registered()
        self.do(lambda work: ledger.open_account_with_trial_credits(work, event, credits=credits, expires_after_days=3))
        if f"trial:{person.id}" not in person.sources:
            person.sources.append(f"trial:{person.id}")
            person.given += credits

    @rule(who=PEOPLE, credits=CREDITS, again=st.booleans())
    def buys_a_pack(self, who: int, credits: int, *, again: bool) -> None:
        source = f"order:{self.clock.new_id()}"
        for _ in range(2 if again else 1):
            self._grant(self.people[who], LotKind.PACK, credits, source, None)
        self.people[who].given += credits
        self.people[who].sources.append(source)

    @rule(who=PEOPLE, credits=CREDITS, late=st.booleans())
    def a_period_begins(self, who: int, credits: int, *, late: bool) -> None:
        """News of one period; when late, its successor's came first."""
        person = self.people[who]
        numbers = [person.periods + 1, person.periods] if late else [person.periods]
        person.periods += len(numbers)
        for number in numbers:
            start = datetime(2027, 1, 1, tzinfo=self.clock.now().tzinfo) + MONTH * number
            for _ in range(2):
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
            person.given += credits
            person.sources.append(granting.period_source(f"{person.id}", start))

    @rule(who=PEOPLE, unit_price=st.integers(0, 3), variants=st.integers(1, 4), heard=st.booleans())
    def orders(self, who: int, unit_price: int, variants: int, *, heard: bool) -> None:
        life = Life(user_id=self.people[who].id, unit_price=unit_price, variants=variants)
        (self.people[who].lives if heard else self.people[who].unheard).append(life)
        if heard:
            self._request(life)

    @rule(who=PEOPLE, pick=PICK)
    def is_heard_of_late_or_again(self, who: int, pick: int) -> None:
        person = self.people[who]
        if person.unheard:
            person.lives.append(person.unheard.pop(pick % len(person.unheard)))
        if person.lives:
            self._request(person.lives[pick % len(person.lives)])

    @rule(who=PEOPLE, pick=PICK, pictures=st.integers(1, 4))
    def is_delivered(self, who: int, pick: int, pictures: int) -> None:
        person = self.people[who]
        if not person.lives:
            return
        life = person.lives[pick % len(person.lives)]
        pictures = min(pictures, life.variants)
        was = self._state(life)
        try:
            self.do(lambda work: ledger.capture_delivered_pictures(work, life.generated(pictures)))
        except NotYet:
            assert was is None
        if was is HoldState.OPEN:
            person.charged += life.unit_price * pictures

    @rule(who=PEOPLE, pick=PICK, unheard=st.booleans())
    def fails(self, who: int, pick: int, *, unheard: bool) -> None:
        lives = self.people[who].unheard if unheard else self.people[who].lives
        if lives:
            self.do(lambda work: ledger.release_hold(work, lives[pick % len(lives)].failed()))

    @rule(days=st.sampled_from([0.01, 1, 3, 8, 31]), sweep=st.booleans())
    def time_goes_by(self, days: float, *, sweep: bool) -> None:
        self.clock.advance(timedelta(days=days))
        if sweep:
            self.do(lambda work: ledger.expire_lots(work, limit=10))

    @rule(who=PEOPLE, pick=PICK, credits=st.none() | CREDITS)
    def is_paid_back(self, who: int, pick: int, credits: int | None) -> None:
        if source := self._source(who, pick):
            self.do(lambda work: granting.claw_back(work, source, credits=credits, reason="Refunded"))

    @rule(who=PEOPLE, pick=PICK, thaw=st.booleans())
    def is_disputed(self, who: int, pick: int, *, thaw: bool) -> None:
        if source := self._source(who, pick):
            move = granting.thaw if thaw else granting.freeze
            self.do(lambda work: move(work, source, "Disputed"))

    @rule(who=PEOPLE, credits=CREDITS)
    def redeems_a_code_twice(self, who: int, credits: int) -> None:
        person = self.people[who]
        with self.unit.begin() as work:
            code = codes.create(work, Worth(credits=credits, expires_after_days=2), Terms(label="chance"))
        for key in ("once", None):
            try:
                self.do(lambda work, key=key: codes.redeem_gift(work, person.id, code, key=key and f"{key} {code}"))
            except CodeUsedUp:
                assert key is None
        person.given += credits

    @rule(who=PEOPLE, credits=st.integers(-6, 6).filter(bool))
    def is_adjusted(self, who: int, credits: int) -> None:
        person = self.people[who]
        with self.unit.begin() as work:
            work.ledger.open_account(person.id)
            proposal = adjusting.propose(work, person.id, credits, "A correction by chance", operator="one")
        try:
            self.do(lambda work: adjusting.approve(work, proposal, operator="two"))
        except TooLittleLeft:
            assert credits < 0
        else:
            person.given += max(0, credits)

    @rule(who=PEOPLE, pick=PICK)
    def the_machine_dies_before_the_commit(self, who: int, pick: int) -> None:
        person = self.people[who]
        before = self._everything(person)
        with suppress(Crash), self.unit.begin() as work:
            for life in person.lives[:3]:
                ledger.release_hold(work, life.failed())
            if source := self._source(who, pick):
                granting.claw_back(work, source, credits=None, reason="Never")
            raise Crash
        assert self._everything(person) == before

    @invariant()
    def every_law_holds(self) -> None:
        ids = [person.id for person in self.people]
        with self.unit.begin() as work:
            found = together(
                work.audits.people_add_up(ids),
                work.audits.postings_add_up(ids),
                work.audits.entries(self.began, 2**62),
                work.audits.ended_holds(self.began, 2**62),
            )
            wallets = [(ledger.read_wallet(work, user_id), ledger.read_balance(work, user_id)) for user_id in ids]
        assert [law for law, offenders in found.items() if offenders] == []
        for wallet, balance in wallets:
            # What has ended but not been swept yet is in the books, and cannot be spent.
            assert wallet.available <= balance.available
            assert all(lot.expires_at is None or lot.expires_at > self.clock.now() for lot in wallet.lots)

    @invariant()
    def every_credit_is_somewhere(self) -> None:
        posted = self._ask(
            "SELECT user_id, account, sum(credits) FROM postings WHERE user_id = ANY(%s) GROUP BY 1, 2",
            [person.id for person in self.people],
        )
        for person in self.people:
            went = {account: credits for user_id, account, credits in posted if user_id == person.id}
            assert (went.pop("issued", 0), went.get("revenue", 0)) == (-person.given, person.charged)
            assert all(credits >= 0 for credits in went.values())

    def teardown(self) -> None:
        """Once everything has ended, nothing is set aside, and the minute's look finds nothing."""
        for person in self.people:
            for life in person.lives:
                self.do(lambda work, life=life: ledger.release_hold(work, life.failed()))
            with self.unit.begin() as work:
                assert ledger.read_balance(work, person.id).held == 0
        with self.unit.begin() as work:
            assert not {law for law, found in auditing.check_news(work, stale_after=DAY).items() if found}

    def _request(self, life: Life) -> None:
        try:
            self.do(lambda work: ledger.hold_for_figurine(work, life.requested()))
        except NotYet:
            assert not self._ask("SELECT 1 FROM accounts WHERE user_id = %s", life.user_id)

    def _grant(self, person: Person, kind: LotKind, credits: int, source: str, ends: datetime | None) -> None:
        self.do(
            lambda work: granting.grant(
                work, person.id, kind=kind, credits=credits, source=source, expires_at=ends, reason="By chance"
            )
        )

    def _source(self, who: int, pick: int) -> str | None:
        sources = self.people[who].sources
        return sources[pick % len(sources)] if sources else None

    def _state(self, life: Life) -> HoldState | None:
        with self.unit.begin() as work:
            hold = work.ledger.find_hold(life.figurine_id)
        return hold.state if hold else None

    def _everything(self, person: Person) -> list[tuple[Any, ...]]:
        return self._ask(
            """
            SELECT accounts.available, accounts.held, version, (SELECT count(*) FROM entries),
                   (SELECT sum(free + held * 1000 + owed * 1000000) FROM lots)
              FROM accounts WHERE user_id = %s
            """,
            person.id,
        )

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.unit.database.begin() as connection:
            return connection.execute(query.encode(), list(values)).fetchall()


def test_whatever_happens_to_credits_the_books_add_up(database: Database) -> None:
    clock = MovableClock()
    unit = UnitOfWork(service="billing", database=database, build=rooms_with_codes, clock=clock)
    run_state_machine_as_test(
        lambda: Books(unit, clock),
        settings=settings(
            max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

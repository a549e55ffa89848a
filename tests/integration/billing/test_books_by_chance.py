"""Anything that can happen to credits, in any order, on real Postgres: after each step every law of the books holds."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from billing.domain.adjustments import TooLittleLeft
from billing.domain.laws import Law, together
from billing.domain.ledger import HoldState
from billing.repository import Work
from billing.use_cases import adjusting, auditing, granting, ledger
from common.clock import MovableClock
from common.database import Database
from common.errors import NotYet
from common.work import UnitOfWork
from tests.builders import DAY, Life
from tests.integration.billing.giving import Giving, Person
from tests.integration.billing.rooms import rooms_with_codes


class Crash(Exception):
    """The machine dies before the transaction commits."""


class Books(Giving, RuleBasedStateMachine):
    """Two people and everything that happens to their credits."""

    def __init__(self, unit: UnitOfWork[Work], clock: MovableClock) -> None:
        super().__init__()
        self.unit = unit
        self.clock = clock
        self.people: list[Person] = []
        self.began = 0
        self.steps = 0

    @initialize()
    def two_people_come(self) -> None:
        self.people = [Person(id=self.clock.new_id()) for _ in range(2)]
        self.began = self._ask("SELECT coalesce(max(seq), 0) FROM entries")[0][0]

    @rule(seed=st.integers(0, 2**32 - 1))
    def something_happens(self, seed: int) -> None:
        """What, and to whom, is drawn evenly from the seed: left to itself, Hypothesis keeps doing the same."""
        self.steps += 1
        chance = Random(f"{seed} {self.steps}")
        (happening,) = chance.choices(list(self.happenings), list(self.happenings.values()))
        note(happening.__name__)
        happening(chance.choice(self.people), chance)

    @property
    def happenings(self) -> dict[Callable[[Person, Random], None], int]:
        """Everything that may happen, and how often as compared with the others."""
        return {
            self.gets_credits: 5,
            self.orders: 6,
            self.is_heard_of_late_or_again: 1,
            self.comes_to_an_end: 6,
            self.time_goes_by: 2,
            self.a_payment_is_disputed_or_paid_back: 4,
            self.is_adjusted: 1,
            self.the_machine_dies_before_the_commit: 1,
        }

    def gets_credits(self, person: Person, chance: Random) -> None:
        """Each of these is told twice."""
        credits = chance.randint(3, 12)
        how = chance.choice([self.registers, self.buys, self.buys, self.redeems, self.renews, self.renews_late])
        how(person, credits)

    def orders(self, person: Person, chance: Random) -> None:
        life = Life(user_id=person.id, unit_price=chance.choice([0, 1, 1, 1, 2]), variants=chance.randint(1, 4))
        if chance.random() < 0.8:
            person.lives.append(life)
            self._request(life)
        else:
            person.unheard.append(life)

    def is_heard_of_late_or_again(self, person: Person, chance: Random) -> None:
        if person.unheard:
            person.lives.append(person.unheard.pop())
        if person.lives:
            self._request(chance.choice(person.lives))

    def comes_to_an_end(self, person: Person, chance: Random) -> None:
        """So many pictures are delivered, or none; perhaps of a figurine that ended before, or of one unheard of."""
        lives = (person.unheard if chance.random() < 0.1 else person.lives)[-2:]
        if lives and chance.random() < 0.65:
            self._deliver(person, chance.choice(lives), chance.randint(1, 3))
        elif lives:
            self.do(lambda work: ledger.release_hold(work, chance.choice(lives).failed()))

    def time_goes_by(self, _person: Person, chance: Random) -> None:
        self.clock.advance(timedelta(days=chance.choice([0.01, 1, 3, 8, 31])))
        if chance.random() < 0.5:
            self.do(lambda work: ledger.expire_lots(work, limit=10))

    def a_payment_is_disputed_or_paid_back(self, person: Person, chance: Random) -> None:
        if not person.sources:
            return
        source, cause = chance.choice(person.sources[-3:]), chance.choice(["dispute:1", "unpaid"])
        match chance.choice(["freeze", "freeze", "thaw", "partly", "all"]):
            case "freeze":
                self.do(lambda work: granting.freeze(work, source, cause=cause, reason="Disputed"))
            case "thaw":
                self.do(lambda work: granting.thaw(work, source, cause=cause, reason="Decided"))
            case "partly":
                credits = chance.randint(1, 5)
                self.do(lambda work: granting.claw_back(work, source, credits=credits, reason="Refunded"))
            case _:
                self.do(lambda work: granting.claw_back(work, source, credits=None, reason="Refunded"))
                person.taken_back.add(source)

    def is_adjusted(self, person: Person, chance: Random) -> None:
        credits = chance.choice([-6, -2, 3])
        with self.unit.begin() as work:
            work.ledger.open_account(person.id)
            proposal = adjusting.propose(work, person.id, credits, "A correction by chance", operator="one")
        try:
            self.do(lambda work: adjusting.approve(work, proposal, operator="two"))
        except TooLittleLeft:
            assert credits < 0
        else:
            person.given += max(0, credits)

    def the_machine_dies_before_the_commit(self, person: Person, _chance: Random) -> None:
        before = self._everything(person)
        with suppress(Crash), self.unit.begin() as work:
            for life in person.lives[-3:]:
                ledger.release_hold(work, life.failed())
            for source in person.sources[-3:]:
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

    @invariant()
    def nothing_of_what_was_taken_back_can_be_spent(self) -> None:
        taken_back = [source for person in self.people for source in person.taken_back]
        assert not self._ask("SELECT source, free FROM lots WHERE source = ANY(%s) AND free > 0", taken_back)

    def teardown(self) -> None:
        """Once everything has ended, nothing is set aside, and the minute's look finds nothing."""
        for person in self.people:
            for life in person.lives:
                self.do(lambda work, life=life: ledger.release_hold(work, life.failed()))
            with self.unit.begin() as work:
                assert ledger.read_balance(work, person.id).held == 0
        with self.unit.begin() as work:
            # Others' tests leave figurines under way behind.
            assert {law for law, found in auditing.check_news(work, stale_after=DAY).items() if found} <= {Law.STALE}

    def _request(self, life: Life) -> None:
        try:
            self.do(lambda work: ledger.hold_for_figurine(work, life.requested()))
        except NotYet:
            assert not self._ask("SELECT 1 FROM accounts WHERE user_id = %s", life.user_id)

    def _deliver(self, person: Person, life: Life, pictures: int) -> None:
        pictures = min(pictures, life.variants)
        was = self._state(life)
        try:
            self.do(lambda work: ledger.capture_delivered_pictures(work, life.generated(pictures)))
        except NotYet:
            assert was is None
        if was is HoldState.OPEN:
            person.charged += life.unit_price * pictures

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
            max_examples=10,
            stateful_step_count=30,
            deadline=None,
            # To shrink a story takes longer than a test may; it is short enough to be read.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Everything that can happen to somebody's money, each told by a method: what a machine of chance draws from."""

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx2

from billing.domain.payments import NotRefundable
from billing.inventory import INVENTORY
from billing.repository import Work
from billing.use_cases import departing, leaving, ledger, refunds
from common.errors import NotYet, Unavailable
from common.inventory.erasing import count_rows_left, erase_rows
from common.inventory.planning import plan_erasure
from common.inventory.whose import Subject
from common.work import UnitOfWork
from ops.emulators.stripe.script import Fault
from tests.builders import Life
from tests.fakes.till import BACK, Crash, Till
from tests.integration.payments.test_crashes import Mortal

PACKS = ["pack-20-eur", "pack-60-eur"]
PLANS = ["collector-month-eur", "studio-month-eur", "collector-year-eur"]
CARDS = ["pm_card_visa", "pm_card_visa", "pm_card_chargeCustomerFail"]
# A provider tells for thirty days what happened, so somebody asks before that.
LONGEST_SILENCE = timedelta(days=20)


@dataclass
class Person:
    """Somebody, and the figurines she asked for."""

    id: UUID
    lives: list[Life] = field(default_factory=list[Life])
    pictures: int = 0
    trial: bool = False
    gone: bool = False
    # Her rows lead to nobody any more: the id is a pseudonym, and she does nothing herself.
    erased: bool = False


class Chances:
    """Two people, a till, and a provider whose messages are kept until chance lets them arrive."""

    def __init__(self, till: Till, chance: Random) -> None:
        self.till = till
        self.chance = chance
        self.people = [Person(id=till.clock.new_id()) for _ in range(2)]
        self.disputes: list[str] = []
        self.known: set[str] = set()
        self.waiting: list[dict[str, Any]] = []
        self.swept = till.clock.now()
        # Who a customer is, also when nobody here knows any more.
        self.customers: dict[str, UUID] = {}
        self.began: int = till.rows("SELECT coalesce(max(seq), 0) FROM entries")[0][0]

    def somebody(self, happening: Callable[[Person], object]) -> Person:
        """Whom it happens to: to who is erased only what others do."""
        others_do = {self.is_refunded, self.goes_to_her_bank}
        return self.chance.choice([each for each in self.people if happening in others_do or not each.erased])

    @property
    def happenings(self) -> dict[Callable[[Person], object], int]:
        """What may happen, and how often as compared with the others."""
        return {
            self.registers: 1,
            self.buys: 5,
            self.subscribes: 4,
            self.wishes_for_her_plan: 4,
            self.gives_back: 2,
            self.gives_up: 2,
            self.leaves: 2,
            self.is_erased: 6,
            self.is_refunded: 2,
            self.goes_to_her_bank: 3,
            self.hears_of_her_bank: 3,
            self.refund_comes_back: 1,
            self.takes_another_card: 2,
            self.orders_a_figurine: 4,
            self.gets_pictures: 4,
            self.time_goes_by: 5,
            self.messages_arrive: 5,
            self.jobs_run: 8,
            self.sweeps: 3,
            self.dies: 3,
            self.line_breaks: 2,
        }

    def registers(self, person: Person) -> None:
        event = Life(user_id=person.id).registered()
        self._do(lambda work: ledger.open_account_with_trial_credits(work, event, credits=5))
        person.trial = True

    def buys(self, person: Person) -> None:
        self._checkout(person, self.chance.choice(PACKS), tabs=1)

    def subscribes(self, person: Person) -> None:
        self._checkout(person, self.chance.choice(PLANS), tabs=self.chance.choice([1, 1, 2]))

    def wishes_for_her_plan(self, person: Person) -> None:
        verb = self.chance.choice(["change", "change", "cancel", "resume"])
        body = {"price_id": self.chance.choice(PLANS)} if verb == "change" else None
        self._ask(person, f"/v1/subscription/{verb}", body)

    def gives_back(self, person: Person) -> None:
        if paid := self._paid(person):
            self._ask(person, f"/v1/orders/{self.chance.choice(paid)[0]}/refund", None)

    def gives_up(self, person: Person) -> None:
        """An order that is not paid, as far as anybody knows."""
        query = "SELECT id FROM orders WHERE user_id = %(who)s AND state IN ('new', 'open') ORDER BY id"
        if unpaid := self.till.rows(query, person.id):
            self._ask(person, f"/v1/orders/{self.chance.choice(unpaid)[0]}/cancel", None)

    def leaves(self, person: Person) -> None:
        """For good, or once more."""
        self._do(lambda work: departing.end_everything(work, person.id))
        person.gone = True

    def is_erased(self, _person: Person) -> None:
        """Whoever left, once nothing of hers is under way; somebody new comes."""
        for person in [each for each in self.people if each.gone and not each.erased]:
            with self.till.unit.open() as opened:
                if not leaving.is_settled(opened.work, person.id, person.id):
                    continue
                plan = plan_erasure(opened.connection, INVENTORY, Subject(user_id=person.id))
                pseudonym = self.till.clock.new_id()
                erase_rows(opened.connection, INVENTORY, plan, pseudonym=pseudonym)
                assert set(count_rows_left(opened.connection, INVENTORY, plan).values()) == {0}
            known = self.customers.items()
            self.customers = {customer: pseudonym if who == person.id else who for customer, who in known}
            person.id, person.lives, person.erased = pseudonym, [], True
            self.people.append(Person(id=self.till.clock.new_id()))

    def is_refunded(self, person: Person) -> None:
        if paid := self._paid(person):
            order_id, _ = self.chance.choice(paid)
            amount = self.chance.choice([None, 100, 333])
            with suppress(NotRefundable):
                self._do(lambda work: refunds.ask_as_operator(work, order_id, amount=amount, reason="By chance"))

    def goes_to_her_bank(self, person: Person) -> None:
        if paid := self._paid(person):
            payment = self.chance.choice(paid)[1]
            charge = self.till.emulator.client().v1.payment_intents.retrieve(payment).latest_charge
            # One that is disputed already, or went back, is not disputed again.
            with suppress(httpx2.HTTPError):
                self.disputes.append(self.till.emulator.control.dispute(str(charge)))

    def hears_of_her_bank(self, _person: Person) -> None:
        if self.disputes:
            dispute = self.disputes.pop(self.chance.randrange(len(self.disputes)))
            self.till.emulator.control.close_dispute(dispute, won=self.chance.random() < 0.5)

    def refund_comes_back(self, _person: Person) -> None:
        sent = [each.id for each in self.till.emulator.client().v1.refunds.list({}).data if each.status == "succeeded"]
        if sent:
            self.till.emulator.control.fail_refund(self.chance.choice(sent))

    def takes_another_card(self, person: Person) -> None:
        for (customer,) in self.till.rows("SELECT reference FROM customers WHERE user_id = %(who)s", person.id):
            self.till.emulator.control.use_method(customer, self.chance.choice(CARDS))

    def orders_a_figurine(self, person: Person) -> None:
        life = Life(user_id=person.id, unit_price=self.chance.choice([1, 2, 5]), variants=self.chance.randint(1, 4))
        with suppress(NotYet):
            self._do(lambda work: ledger.hold_for_figurine(work, life.requested()))
            person.lives.append(life)

    def gets_pictures(self, person: Person) -> None:
        """All of them, some or none; the same end may be told again, or another one."""
        if not person.lives:
            return
        life = self.chance.choice(person.lives[-3:])
        pictures = self.chance.randint(0, life.variants)
        if pictures:
            self._do(lambda work: ledger.capture_delivered_pictures(work, life.generated(pictures)))
        else:
            self._do(lambda work: ledger.release_hold(work, life.failed()))

    def time_goes_by(self, _person: Person) -> None:
        """Plans are renewed, bills are tried again, credits end."""
        self.move(timedelta(hours=self.chance.choice([1, 30, 80, 240])))
        self._do(lambda work: ledger.expire_lots(work, limit=10))

    def messages_arrive(self, _person: Person) -> None:
        """Some of them, in any order, some twice; some never will."""
        self.waiting += [each for each in self.till.events() if each["id"] not in self.known]
        self.known |= {each["id"] for each in self.waiting}
        self.chance.shuffle(self.waiting)
        for _ in range(min(len(self.waiting), self.chance.randint(1, 12))):
            event = self.waiting.pop()
            for _ in range(self.chance.choice([0, 1, 1, 2])):
                assert self.till.tell(event).status_code == 200

    def jobs_run(self, _person: Person) -> None:
        if self.chance.random() < 0.3:
            self.till.make_due()
        self._run(self.till, self.chance.randint(1, 8))

    def sweeps(self, _person: Person) -> None:
        self.swept = self.till.clock.now()
        self.till.cashier.sweep()

    def dies(self, _person: Person) -> None:
        """The machine, at some transaction of the jobs: before it commits or after."""
        unit = Mortal.of(self.till.unit, self.chance.randint(1, 4), after=self.chance.random() < 0.5)
        with suppress(Crash):
            self._run(replace(self.till, cashier=replace(self.till.cashier, unit=unit)), 4)

    def line_breaks(self, _person: Person) -> None:
        """The next call that changes something is lost, or its answer is."""
        on = "[PD]* /v1/*"
        faults = [Fault(kind="drop_before", on=on), Fault(kind="drop_after", on=on), Fault(kind="error", on=on)]
        self.till.emulator.control.will(self.chance.choice(faults))

    def remember(self) -> None:
        """Who is who to the provider."""
        self.customers |= dict(self.till.rows("SELECT reference, user_id FROM customers"))

    def move(self, by: timedelta) -> None:
        """The same time, here and at the provider."""
        if self.till.clock.now() + by - self.swept > LONGEST_SILENCE:
            self.sweeps(self.people[0])
        to = int((self.till.clock.now() + by).timestamp())
        self.till.emulator.control.advance(to=to)
        self.till.follow(to)

    def _checkout(self, person: Person, price_id: str, *, tabs: int) -> None:
        wish = {"price_id": price_id, "return_url": BACK}
        with self._pages_stay_open(wanted=tabs > 1):
            opened = [self._ask(person, "/v1/checkout", wish) for _ in range(tabs)]
        for order in opened:
            # Some are left, some are declined.
            if "order_id" in order and self.chance.random() < 0.85:
                way = self.chance.choice(
                    ["pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_visa_chargeDeclined"]
                )
                with suppress(httpx2.HTTPError):
                    self.till.pay(order, way)

    @contextmanager
    def _pages_stay_open(self, *, wanted: bool) -> Generator[None]:
        if wanted:
            self.till.emulator.control.will(
                Fault(kind="drop_before", on="POST /v1/checkout/sessions/*/expire", times=9)
            )
        yield
        if wanted:
            self.till.emulator.control.will()

    def _ask(self, person: Person, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        response = self.till.ask("POST", path, person.id, json=body)
        # 503 is what a line that breaks is answered with; nothing else is ever our own fault.
        assert response.status_code in {200, 201, 202, 402, 404, 409, 503}, response.get_json()
        return response.get_json()

    def _paid(self, person: Person) -> list[tuple[UUID, str]]:
        query = "SELECT id, payment FROM orders WHERE user_id = %(who)s AND payment IS NOT NULL ORDER BY id"
        return [(order_id, payment) for order_id, payment in self.till.rows(query, person.id)]

    def _run(self, till: Till, times: int) -> None:
        desk = till.cashier
        jobs = [
            desk.look_at_next,
            desk.settle_next_refund,
            desk.end_next_plan,
            desk.give_up_next_order,
            desk.delete_next_customer,
            desk.repeat_next_refund,
        ]
        for _ in range(times):
            with suppress(Unavailable):
                self.chance.choice([jobs[0], *jobs])()

    def _do(self, change: Callable[[Work], object]) -> None:
        unit: UnitOfWork[Work] = self.till.unit
        with unit.begin() as work:
            change(work)


def begin(till: Till, chance: Random, at: datetime) -> Chances:
    """Both clocks stand where the story begins."""
    till.emulator.control.advance(to=int(at.timestamp()), frozen=True)
    till.follow(int(at.timestamp()))
    return Chances(till, chance)

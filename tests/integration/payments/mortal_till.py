"""A purchase in a process of its own that kills itself at the worst moment.

No process hears SIGKILL: nothing is finished, rolled back by hand or given back.
"""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from billing.ports import PaymentProvider
from billing.repository import Work
from common.database import Database
from common.outbox import Outbox
from common.work import UnitOfWork
from ops.emulators.stripe.control import Control
from tests.fakes.till import BACK, Till
from tests.fixtures.stripe import RunningStripe
from tests.fixtures.till import till_at

PACK, KEY = "pack-20-eur", "one-purchase"


class Moment(StrEnum):
    """When it dies, in the order of a purchase."""

    ORDERED = "after the order was recorded"
    CUSTOMER_MADE = "after the customer was made"
    CUSTOMER_KEPT = "after the customer was recorded"
    PAGE_MADE = "after the page was made"
    PAGE_KEPT = "after the page was recorded"
    PAID = "after it was paid, before anybody looked"
    LOOKED = "after the look"
    SETTLED = "after the settlement, before its events were written"
    WRITTEN = "before the settlement commits"
    COMMITTED = "after the settlement committed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the till is, in words that another process can be told."""

    dsn: str
    base_url: str
    key: str
    webhook_secret: str


class Fate:
    """Kills the process when its moment comes."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self.paid = False

    def reach(self, moment: Moment) -> None:
        if moment is self._moment:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalProvider:
    """The provider, on either side of whose calls one may die."""

    def __init__(self, provider: PaymentProvider, fate: Fate) -> None:
        self._provider = provider
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def ensure_customer(self, user_id: UUID) -> str | None:
        self._fate.reach(Moment.ORDERED)
        made = self._provider.ensure_customer(user_id)
        self._fate.reach(Moment.CUSTOMER_MADE)
        return made

    def open_checkout(self, request: Any) -> Any:
        self._fate.reach(Moment.CUSTOMER_KEPT)
        opened = self._provider.open_checkout(request)
        self._fate.reach(Moment.PAGE_MADE)
        return opened

    def read_payment(self, reference: str) -> Any:
        self._fate.reach(Moment.PAID)
        seen = self._provider.read_payment(reference)
        self._fate.reach(Moment.LOOKED)
        self._fate.paid = True
        return seen


class MortalUnit(UnitOfWork[Work]):
    """Transactions in which one may die, once a payment was seen."""

    fate: Fate

    @contextmanager
    def begin(self, *, person: UUID | None = None) -> Generator[Work]:  # noqa: ARG002 - nobody leaves here
        with self.database.begin() as connection:
            outbox = Outbox(source=self.service, clock=self.clock)
            yield self.build(connection, outbox, self.clock)
            self._reach(Moment.SETTLED)
            outbox.flush(connection)
            self._reach(Moment.WRITTEN)
        self._reach(Moment.COMMITTED)

    def _reach(self, moment: Moment) -> None:
        if self.fate.paid:
            self.fate.reach(moment)


def buy(place: Place, who: UUID, moment: Moment) -> None:
    """Buy a pack, pay it and let the jobs run, until death."""
    fate = Fate(moment)

    def found(unit: UnitOfWork[Work]) -> UnitOfWork[Work]:
        mortal = MortalUnit(service=unit.service, database=unit.database, build=unit.build, clock=unit.clock)
        object.__setattr__(mortal, "fate", fate)
        return mortal

    def hire(provider: PaymentProvider) -> PaymentProvider:
        return cast("PaymentProvider", MortalProvider(provider, fate))

    emulator = RunningStripe(
        base_url=place.base_url,
        key=place.key,
        webhook_secret=place.webhook_secret,
        control=Control(place.base_url),
        process=cast(Any, None),
    )
    till = till_at(place.dsn, Database(place.dsn, application="mortal"), emulator, hire=hire, found=found)
    _buy(till, who, fate)


def _buy(till: Till, who: UUID, fate: Fate) -> None:
    wish = {"price_id": PACK, "return_url": BACK}
    order = till.ask("POST", "/v1/checkout", who, json=wish, headers={"Idempotency-Key": KEY}).get_json()
    fate.reach(Moment.PAGE_KEPT)
    till.pay(order)
    for event in till.events():
        till.tell(event)
    till.work()

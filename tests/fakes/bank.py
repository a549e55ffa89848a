"""The way of paying that needs a bank: transfers, and somebody who books them."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from billing.adapters.transfers import TransferProvider
from billing.ports import CheckoutRequest, PaymentProvider
from billing.repository import Work
from billing.use_cases import transfers
from billing.wiring import by_transfer
from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.work import UnitOfWork
from tests.fakes.papers import papers


class Payable(Protocol):
    """A provider, and a person who pays there; `repeats` says whether a repeated call is one call to it."""

    @property
    def provider(self) -> PaymentProvider: ...

    @property
    def repeats(self) -> bool: ...

    def pay(self, request: CheckoutRequest) -> str:
        """Pay for a pack; the reference the order would have."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Transfers arrive at once, and in full."""

    provider: TransferProvider[Work]
    unit: UnitOfWork[Work]
    repeats: bool = True

    def pay(self, request: CheckoutRequest) -> str:
        """Transfer the money, and have it booked."""
        opened = self.provider.open_checkout(request)
        with self.unit.begin() as work:
            transfers.record_received(
                work,
                opened.reference,
                request.amount,
                booked_on=SYSTEM_CLOCK.now().date(),
                reference=f"bank-{request.order_id}",
            )
        return opened.reference


@contextmanager
def bank_at(dsn: str) -> Generator[Bank]:
    """A bank beside billing on a real Postgres."""
    database = Database(dsn, application="bank")
    unit = UnitOfWork(service="billing", database=database, build=partial(Work, papers=papers()))
    yield Bank(provider=by_transfer(unit), unit=unit)
    with database.begin() as connection:
        connection.execute("DELETE FROM looks WHERE provider = 'invoice'")
        connection.execute("DELETE FROM outbox")
    database.close()

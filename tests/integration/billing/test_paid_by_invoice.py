"""From the order to the credits by bank transfer, through the jobs and commands that do it in the studio."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from billing.adapters.catalogue import read_catalogues
from billing.adapters.transfers import TransferProvider
from billing.domain.payments import Order, OrderState, RefundState
from billing.jobs.commands import operate
from billing.jobs.payments import Cashier
from billing.ports import Providers
from billing.repository import Work
from billing.use_cases import checkout, departing, giving_up, ledger, refunds, transfers
from billing.use_cases.checkout import Wish
from billing.wiring import by_transfer
from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts.gateway import UserRegistered
from common.database import Database
from common.work import UnitOfWork

CATALOGUES = read_catalogues()
RETURN = "https://studio.example/credits"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 11, 26, 12, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _nothing_due_of_other_tests(database: Database) -> None:
    with database.begin() as connection:
        connection.execute("UPDATE transfer_orders SET state = 'cancelled' WHERE state = 'open'")
        connection.execute("DELETE FROM looks")


@pytest.fixture
def provider(unit: UnitOfWork[Work]) -> TransferProvider[Work]:
    return by_transfer(unit)


@pytest.fixture
def cashier(unit: UnitOfWork[Work], provider: TransferProvider[Work]) -> Cashier:
    return Cashier(unit=unit, providers=Providers(provider), catalogues=CATALOGUES, patience=timedelta(days=2))


@pytest.fixture
def ada(unit: UnitOfWork[Work]) -> UUID:
    user_id = SYSTEM_CLOCK.new_id()
    with unit.begin() as work:
        ledger.welcome(
            work, UserRegistered(user_id=user_id, registered_at=unit.clock.now()), credits=10, catalogues=None
        )
    return user_id


Buy = Callable[[UUID], Order]


@pytest.fixture
def buy(unit: UnitOfWork[Work], provider: TransferProvider[Work]) -> Buy:
    """Order a pack as the route does."""

    def buy(user_id: UUID) -> Order:
        wish = Wish(
            user_id=user_id, price_id="pack-60-eur", provider="invoice", coupon=None, return_url=RETURN, key=None
        )
        with unit.begin() as work:
            order = checkout.place_order(work, CATALOGUES, wish)
        price = checkout.find_price(CATALOGUES, order.price_id)
        opened = provider.open_checkout(checkout.request_for(order, price, customer=None, return_url=RETURN))
        with unit.begin() as work:
            checkout.record_opened(work, order, opened)
        return read(unit, order)

    return buy


def read(unit: UnitOfWork[Work], order: Order) -> Order:
    with unit.begin() as work:
        found = work.orders.find(order.id)
    assert found is not None
    return found


def available(unit: UnitOfWork[Work], user_id: UUID) -> int:
    with unit.begin() as work:
        return ledger.read_balance(work, user_id).available


def numbers(unit: UnitOfWork[Work], user_id: UUID) -> list[str]:
    with unit.begin() as work:
        found = work.invoices.of_person(user_id, before=None, limit=20)
    return sorted(re.sub(r"-.*", "", invoice.number) for invoice in found)


def command(unit: UnitOfWork[Work], *words: str) -> int:
    return operate(unit, words)


def booked(unit: UnitOfWork[Work], what: str, order: Order, amount: str, reference: str = "") -> int:
    name = reference or f"{what}-{SYSTEM_CLOCK.new_id()}"
    return command(unit, what, order.reference or "", amount, "--on", "2026-11-27", "--reference", name)


def look_at_all(cashier: Cashier) -> None:
    while cashier.look_at_next():
        pass


def test_the_operator_books_the_money_and_the_credits_are_there(
    unit: UnitOfWork[Work], cashier: Cashier, buy: Buy, ada: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    order = buy(ada)
    assert (order.state, order.reference) == (OrderState.OPEN, order.reference)
    assert command(unit, "transfers") == 0
    assert f"{order.reference}  open  of 12.99 EUR  outstanding 12.99 EUR" in capsys.readouterr().out
    for _ in range(2):
        assert booked(unit, "received", order, "12.99", f"bank-{order.id}") == 0
        look_at_all(cashier)
    assert read(unit, order).state is OrderState.PAID
    assert available(unit, ada) == 70
    assert numbers(unit, ada) == ["INV"]
    capsys.readouterr()
    assert command(unit, "transfers") == 0
    assert str(order.reference) not in capsys.readouterr().out


def test_a_part_brings_nothing_and_the_rest_brings_it_all(
    unit: UnitOfWork[Work], cashier: Cashier, buy: Buy, ada: UUID
) -> None:
    order = buy(ada)
    booked(unit, "received", order, "5")
    look_at_all(cashier)
    assert (available(unit, ada), read(unit, order).state) == (10, OrderState.OPEN)
    booked(unit, "received", order, "7.99")
    look_at_all(cashier)
    assert (available(unit, ada), read(unit, order).amount_paid) == (70, 1299)


def test_money_after_the_end_brings_the_credits_and_a_new_document(
    unit: UnitOfWork[Work], cashier: Cashier, buy: Buy, ada: UUID, clock: MovableClock
) -> None:
    order = buy(ada)
    clock.advance(timedelta(days=60))
    with unit.begin() as work:
        transfers.tend_next(work)
    look_at_all(cashier)
    assert (read(unit, order).state, numbers(unit, ada)) == (OrderState.EXPIRED, ["CN", "INV"])
    booked(unit, "received", order, "12.99")
    look_at_all(cashier)
    assert (read(unit, order).state, available(unit, ada)) == (OrderState.PAID, 70)
    assert numbers(unit, ada) == ["CN", "INV", "INV"]


def test_a_refund_takes_the_credits_at_once_and_has_its_note_when_the_money_was_sent(
    unit: UnitOfWork[Work], cashier: Cashier, buy: Buy, ada: UUID, clock: MovableClock
) -> None:
    order = buy(ada)
    booked(unit, "received", order, "12.99")
    look_at_all(cashier)
    with unit.begin() as work:
        refund = refunds.ask_own(work, ada, order.id)
    assert available(unit, ada) == 10
    clock.advance(timedelta(minutes=5))
    cashier.settle_next_refund()
    assert numbers(unit, ada) == ["INV"]
    assert booked(unit, "sent-back", order, "20") == 1
    assert booked(unit, "sent-back", order, "12.99") == 0
    look_at_all(cashier)
    with unit.begin() as work:
        states = [each.state for each in work.refunds.of_order(order.id) if each.id == refund.id]
    assert states == [RefundState.SUCCEEDED]
    assert numbers(unit, ada) == ["CN", "INV"]


def test_a_process_that_died_after_the_money_was_booked_is_made_up_for_by_the_sweep(
    unit: UnitOfWork[Work], cashier: Cashier, buy: Buy, ada: UUID, database: Database
) -> None:
    order = buy(ada)
    booked(unit, "received", order, "12.99")
    with database.begin() as connection:
        connection.execute("DELETE FROM looks")  # as if nobody had been told
    cashier.sweep()
    look_at_all(cashier)
    assert available(unit, ada) == 70


def test_an_order_whose_page_was_never_recorded_is_found_by_its_id(
    unit: UnitOfWork[Work], provider: TransferProvider[Work], cashier: Cashier, ada: UUID, clock: MovableClock
) -> None:
    wish = Wish(user_id=ada, price_id="pack-60-eur", provider="invoice", coupon=None, return_url=RETURN, key=None)
    with unit.begin() as work:
        order = checkout.place_order(work, CATALOGUES, wish)
    price = checkout.find_price(CATALOGUES, order.price_id)
    opened = provider.open_checkout(checkout.request_for(order, price, customer=None, return_url=RETURN))
    # The process died here: billing knows of no reference.
    clock.advance(timedelta(minutes=20))
    cashier.sweep()
    look_at_all(cashier)
    assert (read(unit, order).state, read(unit, order).reference) == (OrderState.OPEN, opened.reference)


@pytest.mark.parametrize(
    "words",
    [
        ("received", "INV-1999-000001", "1", "--on", "2026-11-27", "--reference", "x"),
        ("received", "NUMBER", "1,50", "--on", "2026-11-27", "--reference", "x"),
        ("received", "NUMBER", "0", "--on", "2026-11-27", "--reference", "x"),
        ("received", "NUMBER", "99999999999", "--on", "2026-11-27", "--reference", "x"),
        ("received", "NUMBER", "1", "--on", "2026-11-27", "--reference", " "),
    ],
)
def test_what_cannot_be_booked_is_refused_with_a_sentence(
    unit: UnitOfWork[Work], buy: Buy, ada: UUID, capsys: pytest.CaptureFixture[str], *, words: tuple[str, ...]
) -> None:
    number = buy(ada).reference or ""
    assert command(unit, *(number if word == "NUMBER" else word for word in words)) == 1
    assert capsys.readouterr().err.endswith(".\n")


def work_off(cashier: Cashier) -> None:
    while cashier.give_up_next_order() or cashier.delete_next_customer() or cashier.look_at_next():
        pass


def test_an_order_given_up_has_its_invoice_taken_back_and_what_was_paid_of_it_is_owed(
    unit: UnitOfWork[Work], cashier: Cashier, buy: Buy, ada: UUID
) -> None:
    order = buy(ada)
    booked(unit, "received", order, "5")
    with unit.begin() as work:
        giving_up.ask(work, ada, order.id)
    work_off(cashier)
    assert (read(unit, order).state, numbers(unit, ada)) == (OrderState.CANCELLED, ["CN", "INV"])
    assert booked(unit, "sent-back", order, "5") == 0
    assert available(unit, ada) == 10


def test_money_that_is_booked_before_the_order_is_closed_wins(
    unit: UnitOfWork[Work], cashier: Cashier, buy: Buy, ada: UUID
) -> None:
    order = buy(ada)
    booked(unit, "received", order, "12.99")
    with unit.begin() as work:
        giving_up.ask(work, ada, order.id)
    work_off(cashier)
    assert (read(unit, order).state, available(unit, ada)) == (OrderState.PAID, 70)


def test_somebody_who_leaves_has_her_invoices_taken_back_and_late_money_is_owed_to_her(
    unit: UnitOfWork[Work], cashier: Cashier, buy: Buy, ada: UUID, clock: MovableClock
) -> None:
    order = buy(ada)
    with unit.begin() as work:
        departing.end_everything(work, ada)
    work_off(cashier)
    with unit.begin() as work:
        assert departing.payments_are_ended(work, ada)
    booked(unit, "received", order, "12.99")
    look_at_all(cashier)
    clock.advance(timedelta(minutes=5))
    cashier.settle_next_refund()
    assert booked(unit, "sent-back", order, "12.99") == 0
    look_at_all(cashier)
    assert (available(unit, ada), read(unit, order).amount_refunded) == (10, 1299)
    with unit.begin() as work:
        assert departing.payments_are_ended(work, ada)

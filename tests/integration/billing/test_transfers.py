"""Paying by bank transfer: portions, surplus, the same twice, too late; reminders and the end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from billing.adapters.transfers import TransferProvider
from billing.domain.invoices import InvoiceKind
from billing.domain.payments import (
    NotTaken,
    OrderKind,
    PaymentDeclined,
    PaymentState,
    RefundState,
)
from billing.domain.transfers import NoSuchTransferOrder, NothingOwed, ReferenceTaken, TransferOrder, TransferState
from billing.ports import Checkout, CheckoutRequest, RefundRequest
from billing.repository import Work
from billing.use_cases import invoicing, transfers
from billing.wiring import by_transfer
from common.clock import MovableClock
from common.contracts import Event
from common.contracts.billing import MailRequested
from common.database import Database
from common.work import UnitOfWork
from tests.fakes.papers import TERMS, papers

DAY = date(2026, 11, 27)
AMOUNT = 1499


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


def request(**changes: object) -> CheckoutRequest:
    plain = CheckoutRequest(
        order_id=uuid4(),
        user_id=uuid4(),
        customer=None,
        kind=OrderKind.PACK,
        price_id="pack-60",
        name="60 credits",
        amount=AMOUNT,
        list_amount=AMOUNT,
        currency="EUR",
        interval=None,
        success_url="https://studio.example:8443/credits?checkout=done",
        cancel_url="https://studio.example:8443/credits?checkout=left",
    )
    return replace(plain, **changes)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def opened(provider: TransferProvider[Work], published: Callable[[], list[Event]]) -> Checkout:
    assert published() == []
    return provider.open_checkout(request())


@pytest.fixture
def receive(unit: UnitOfWork[Work]) -> Callable[..., TransferOrder]:
    def receive(number: str, amount: int, reference: str = "") -> TransferOrder:
        with unit.begin() as work:
            return transfers.record_received(
                work, number, amount, booked_on=DAY, reference=reference or f"bank-{uuid4()}"
            )

    return receive


@pytest.fixture
def letters(published: Callable[[], list[Event]]) -> Callable[[], list[str]]:
    def letters() -> list[str]:
        return [event.template for event in published() if isinstance(event, MailRequested)]

    return letters


def looks(unit: UnitOfWork[Work]) -> list[str]:
    with unit.database.begin() as connection:
        return [subject for (subject,) in connection.execute("SELECT subject FROM looks WHERE provider = 'invoice'")]


def documents(unit: UnitOfWork[Work], order_id: UUID) -> list[tuple[InvoiceKind, int]]:
    with unit.database.begin() as connection:
        rows = connection.execute(
            "SELECT kind, gross FROM invoices WHERE order_id = %s ORDER BY issued_at, id", [order_id]
        ).fetchall()
    return [(InvoiceKind(kind), gross) for kind, gross in rows]


def tend(unit: UnitOfWork[Work]) -> int:
    done = 0
    while True:
        with unit.begin() as work:
            if not transfers.tend_next(work):
                return done
        done += 1


def test_an_order_gets_one_invoice_and_one_letter_however_often_it_is_asked_for(
    provider: TransferProvider[Work], published: Callable[[], list[Event]]
) -> None:
    wish = request()
    with ThreadPoolExecutor(6) as pool:
        checkouts = list(pool.map(lambda _: provider.open_checkout(wish), range(6)))
    assert len(set(checkouts)) == 1
    (letter,) = [event for event in published() if isinstance(event, MailRequested)]
    assert (letter.user_id, letter.template) == (wish.user_id, "invoice")
    assert letter.parameters["outstanding"] == "14.99 EUR"
    assert checkouts[0].url == f"https://studio.example:8443/invoices/{letter.attachment}"
    assert checkouts[0].expires_at == datetime(2027, 1, 10, 12, tzinfo=UTC)


def test_plans_are_not_taken_nor_anything_where_there_is_no_account(
    provider: TransferProvider[Work], database: Database
) -> None:
    with pytest.raises(NotTaken):
        provider.open_checkout(request(kind=OrderKind.PLAN))
    without = UnitOfWork(
        service="billing", database=database, build=partial(Work, papers=papers(replace(TERMS, bank=None)))
    )
    with pytest.raises(NotTaken):
        by_transfer(without).open_checkout(request())


def test_the_whole_amount_pays_it_and_the_order_is_to_be_looked_at(
    provider: TransferProvider[Work],
    unit: UnitOfWork[Work],
    opened: Checkout,
    receive: Callable[..., TransferOrder],
    letters: Callable[[], list[str]],
) -> None:
    assert receive(opened.reference, AMOUNT).state is TransferState.PAID
    seen = provider.read_payment(opened.reference)
    assert seen is not None
    assert (seen.state, seen.amount_paid, seen.currency) == (PaymentState.PAID, AMOUNT, "EUR")
    assert looks(unit) == [opened.reference]
    assert letters()[1:] == ["invoice-paid"]


def test_a_part_leaves_it_open_and_tells_the_rest(
    opened: Checkout,
    provider: TransferProvider[Work],
    receive: Callable[..., TransferOrder],
    published: Callable[[], list[Event]],
) -> None:
    assert receive(opened.reference, 1000).outstanding == 499
    letter = published()[-1]
    assert isinstance(letter, MailRequested)
    assert (letter.template, letter.parameters["outstanding"]) == ("invoice-part-paid", "4.99 EUR")
    seen = provider.read_payment(opened.reference)
    assert seen is not None
    assert (seen.state, seen.amount_paid) == (PaymentState.OPEN, 0)
    assert receive(opened.reference, 499).state is TransferState.PAID


def test_what_is_too_much_is_owed_until_it_was_sent_back(
    unit: UnitOfWork[Work],
    opened: Checkout,
    provider: TransferProvider[Work],
    receive: Callable[..., TransferOrder],
    letters: Callable[[], list[str]],
) -> None:
    assert receive(opened.reference, 2000).owed == 501
    assert letters()[1:] == ["invoice-paid", "invoice-owed"]
    seen = provider.read_payment(opened.reference)
    assert seen is not None
    assert seen.amount_paid == AMOUNT
    with unit.begin() as work, pytest.raises(NothingOwed, match=r"5\.01 EUR"):
        transfers.record_sent_back(work, opened.reference, 502, booked_on=DAY, reference="out-1")
    for _ in range(2):
        reference = f"out-{opened.reference}"
        with unit.begin() as work:
            order = transfers.record_sent_back(work, opened.reference, 501, booked_on=DAY, reference=reference)
        assert (order.owed, order.returned) == (0, 501)


def test_the_same_movement_of_the_bank_counts_once_however_often_it_is_recorded(
    unit: UnitOfWork[Work], opened: Checkout, receive: Callable[..., TransferOrder]
) -> None:
    reference = f"bank-{uuid4()}"
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: receive(opened.reference, 700, reference), range(6)))
    with unit.begin() as work:
        order = work.transfers.find(opened.reference)
    assert order is not None
    assert order.received == 700
    with pytest.raises(ReferenceTaken):
        receive(opened.reference, 701, reference)


def test_paid_twice_by_two_transfers_the_second_is_owed(
    opened: Checkout, receive: Callable[..., TransferOrder]
) -> None:
    receive(opened.reference, AMOUNT)
    order = receive(opened.reference, AMOUNT)
    assert (order.state, order.owed) == (TransferState.PAID, AMOUNT)


def test_an_unknown_number_books_nothing(receive: Callable[..., TransferOrder]) -> None:
    with pytest.raises(NoSuchTransferOrder):
        receive("INV-1999-000001", 1)


def test_reminders_come_after_the_due_day_a_few_times_and_then_the_order_ends(
    unit: UnitOfWork[Work],
    clock: MovableClock,
    provider: TransferProvider[Work],
    letters: Callable[[], list[str]],
) -> None:
    wish = request()
    opened = provider.open_checkout(wish)
    days: dict[int, list[str]] = {}
    for day in range(1, 50):
        clock.advance(timedelta(days=1))
        before = len(letters())
        if tend(unit):
            days[day] = letters()[before:]
    assert days == {21: ["invoice-reminder"], 28: ["invoice-reminder"], 45: ["invoice-expired"]}
    assert documents(unit, wish.order_id) == [(InvoiceKind.INVOICE, AMOUNT), (InvoiceKind.CREDIT_NOTE, AMOUNT)]
    seen = provider.read_payment(opened.reference)
    assert seen is not None
    assert seen.state is PaymentState.EXPIRED


def test_a_clock_that_stood_still_for_long_ends_the_order_without_a_row_of_reminders(
    unit: UnitOfWork[Work], clock: MovableClock, opened: Checkout, letters: Callable[[], list[str]]
) -> None:
    clock.advance(timedelta(days=100))
    assert tend(unit) == 1
    assert letters() == ["invoice", "invoice-expired"]


def test_two_clocks_at_once_remind_once(
    unit: UnitOfWork[Work], clock: MovableClock, opened: Checkout, letters: Callable[[], list[str]]
) -> None:
    clock.advance(timedelta(days=22))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: tend(unit), range(4)))
    assert letters() == ["invoice", "invoice-reminder"]


def test_what_was_paid_in_part_is_owed_when_the_order_ends(
    unit: UnitOfWork[Work],
    clock: MovableClock,
    opened: Checkout,
    receive: Callable[..., TransferOrder],
    letters: Callable[[], list[str]],
) -> None:
    receive(opened.reference, 500)
    clock.advance(timedelta(days=60))
    tend(unit)
    assert letters()[-2:] == ["invoice-expired", "invoice-owed"]
    with unit.begin() as work:
        assert [order.owed for order in work.transfers.unsettled() if order.number == opened.reference] == [500]


def test_the_whole_amount_after_the_end_still_pays_under_a_new_document(
    unit: UnitOfWork[Work],
    clock: MovableClock,
    provider: TransferProvider[Work],
    receive: Callable[..., TransferOrder],
) -> None:
    wish = request()
    opened = provider.open_checkout(wish)
    clock.advance(timedelta(days=60))
    tend(unit)
    assert receive(opened.reference, AMOUNT).state is TransferState.PAID
    with unit.begin() as work:
        sale = invoicing.Sale(
            user_id=wish.user_id, order_id=wish.order_id, description="60 credits", amount=AMOUNT, currency="EUR"
        )
        invoicing.issue(work, sale, paid_by="bank transfer")
    kinds = [kind for kind, _ in documents(unit, wish.order_id)]
    assert sorted(kinds) == [InvoiceKind.CREDIT_NOTE, InvoiceKind.INVOICE, InvoiceKind.RECEIPT]


def test_a_part_after_the_end_is_owed_and_pays_nothing(
    unit: UnitOfWork[Work], clock: MovableClock, opened: Checkout, receive: Callable[..., TransferOrder]
) -> None:
    clock.advance(timedelta(days=60))
    tend(unit)
    order = receive(opened.reference, AMOUNT - 1)
    assert (order.state, order.owed) == (TransferState.EXPIRED, AMOUNT - 1)


def test_a_refund_is_under_way_until_the_money_was_sent(
    provider: TransferProvider[Work],
    unit: UnitOfWork[Work],
    opened: Checkout,
    receive: Callable[..., TransferOrder],
) -> None:
    order = receive(opened.reference, AMOUNT + 100)
    wish = RefundRequest(
        refund_id=uuid4(),
        order_id=order.order_id,
        payment=opened.reference,
        amount=400,
        currency="EUR",
        reason="Given back",
    )
    for _ in range(2):
        assert provider.refund(wish).state is RefundState.PENDING
    with pytest.raises(PaymentDeclined):
        provider.refund(replace(wish, refund_id=uuid4(), amount=AMOUNT))
    for amount, state in ((300, RefundState.PENDING), (200, RefundState.SUCCEEDED)):
        with unit.begin() as work:
            transfers.record_sent_back(work, opened.reference, amount, booked_on=DAY, reference=f"out-{uuid4()}")
        seen = provider.read_payment(opened.reference)
        assert seen is not None
        assert [(each.refund_id, each.amount, each.state) for each in seen.refunds] == [(wish.refund_id, 400, state)]


def test_a_call_that_dies_in_the_middle_leaves_nothing_and_can_be_repeated(
    unit: UnitOfWork[Work], provider: TransferProvider[Work], letters: Callable[[], list[str]]
) -> None:
    class MachineDied(Exception):
        pass

    def die(work: Work) -> None:
        transfers.open_order(work, wish)
        raise MachineDied

    wish = request()
    with pytest.raises(MachineDied), unit.begin() as work:
        die(work)
    assert documents(unit, wish.order_id) == []
    opened = provider.open_checkout(wish)

    def die_again(work: Work) -> None:
        transfers.record_received(work, opened.reference, AMOUNT, booked_on=DAY, reference=f"dead-{wish.order_id}")
        raise MachineDied

    with pytest.raises(MachineDied), unit.begin() as work:
        die_again(work)
    assert letters() == ["invoice"]
    with unit.begin() as work:
        order = transfers.record_received(
            work, opened.reference, AMOUNT, booked_on=DAY, reference=f"dead-{wish.order_id}"
        )
        assert work.invoices.gaps() == 0
    assert order.state is TransferState.PAID


def test_everything_that_changed_is_found_again_by_who_asks_for_it(
    provider: TransferProvider[Work], clock: MovableClock, receive: Callable[..., TransferOrder]
) -> None:
    clock.advance(timedelta(days=400))
    since = clock.now()
    opened = provider.open_checkout(request())
    assert [event.type for event in provider.events_since(since)] == ["transfer.open"]
    clock.advance(timedelta(seconds=1))
    receive(opened.reference, AMOUNT)
    (event,) = provider.events_since(since)
    assert (event.type, event.subject and event.subject.reference) == ("transfer.paid", opened.reference)

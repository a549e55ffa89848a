"""Paying by bank transfer: the invoice goes out, money arrives in whatever portions, and what is too much goes back.

What changes here is told to the orders as with every provider: something is worth a look, and the look finds how it
stands. So credits are granted where all payments are settled, and only there.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from billing.domain.invoices import Invoice
from billing.domain.money import as_written
from billing.domain.payments import (
    NotTaken,
    OrderKind,
    PaymentDeclined,
    PaymentSeen,
    PaymentState,
    ProviderEvent,
    RefundSeen,
    RefundState,
    Subject,
    SubjectKind,
)
from billing.domain.transfers import (
    NAME,
    NoSuchTransferOrder,
    NothingOwed,
    ReferenceTaken,
    TransferOrder,
    TransferState,
)
from billing.ports import Checkout, CheckoutRequest, RefundRequest
from billing.repository import Work
from billing.use_cases import invoicing
from billing.use_cases.invoicing import Sale
from common.contracts.billing import MailRequested
from common.errors import Invalid

_log = structlog.get_logger("billing.transfers")


def open_order(work: Work, request: CheckoutRequest) -> Checkout:
    """Write the invoice and mail it; the same order has one, however often it is asked for."""
    if request.kind is not OrderKind.PACK or work.terms.bank is None:
        raise NotTaken
    order = work.transfers.of_order(request.order_id) or _open(work, request)
    return Checkout(
        reference=order.number, url=_page(request.success_url, order.invoice_id), expires_at=order.expires_at
    )


def see(work: Work, order: TransferOrder | None) -> PaymentSeen | None:
    """How it stands, as every provider tells it. What came too much is no part of the payment."""
    if order is None:
        return None
    refunds = tuple(
        RefundSeen(
            reference=str(refund.refund_id),
            refund_id=refund.refund_id,
            amount=refund.amount,
            state=RefundState.SUCCEEDED if refund.settled_at else RefundState.PENDING,
        )
        for refund in work.transfers.refunds(order.order_id)
    )
    paid = order.state is TransferState.PAID
    return PaymentSeen(
        provider=NAME,
        order_id=order.order_id,
        state=PaymentState(order.state),
        reference=order.number,
        payment=order.number,
        amount_paid=order.amount if paid else 0,
        currency=order.currency,
        paid_at=order.paid_at,
        refunds=refunds,
    )


def changes_since(work: Work, since: datetime) -> list[ProviderEvent]:
    """What happened since, the oldest first."""
    return [
        ProviderEvent(
            id=f"{order.number}:{order.changed_at.isoformat()}",
            type=f"transfer.{order.state}",
            at=order.changed_at,
            subject=Subject(kind=SubjectKind.CHECKOUT, reference=order.number),
        )
        for order in work.transfers.changed_since(since)
    ]


def currency_of(work: Work, number: str) -> str:
    """What an invoice is to be paid in. Raises NoSuchTransferOrder."""
    order = work.transfers.find(number)
    if order is None:
        raise NoSuchTransferOrder
    return order.currency


def record_received(work: Work, number: str, amount: int, *, booked_on: date, reference: str) -> TransferOrder:
    """Money arrived. Too little leaves the order open, too much is owed back; what comes after its end still counts.

    `reference` is the bank's own: the same movement recorded twice counts once. Raises NoSuchTransferOrder,
    ReferenceTaken, Invalid.
    """
    order = _locked(work, number)
    _check(amount, reference)
    if not _book(work, order, amount, booked_on=booked_on, reference=reference):
        return order
    order = replace(order, received=order.received + amount)
    if order.settles:
        order = replace(order, state=TransferState.PAID, paid_at=work.clock.now(), remind_at=None)
        _mail(work, order, "invoice-paid")
    elif order.state is TransferState.OPEN:
        _mail(work, order, "invoice-part-paid", received=amount, outstanding=order.outstanding)
    if order.owed:
        _mail(work, order, "invoice-owed", owed=order.owed)
    _record(work, order)
    return order


def record_sent_back(work: Work, number: str, amount: int, *, booked_on: date, reference: str) -> TransferOrder:
    """Money was sent back. When nothing is owed any more, the refunds of the order are done.

    Raises NoSuchTransferOrder, NothingOwed, ReferenceTaken, Invalid.
    """
    order = _locked(work, number)
    _check(amount, reference)
    if work.transfers.is_booked(order, -amount, booked_on=booked_on, reference=reference):
        return order
    if amount > order.owed:
        raise NothingOwed(f"For {number} only {as_written(order.owed, order.currency)} is owed.")
    _book(work, order, -amount, booked_on=booked_on, reference=reference)
    order = replace(order, returned=order.returned + amount)
    if not order.owed:
        work.transfers.settle_refunds(order.order_id)
    _record(work, order)
    return order


def refund(work: Work, request: RefundRequest) -> RefundSeen:
    """Part of the price goes back, once somebody sends it. Raises PaymentDeclined."""
    order = _locked(work, request.payment)
    if work.transfers.ask_refund(order, request.refund_id, request.amount):
        if order.state is not TransferState.PAID or order.refunded + request.amount > order.amount:
            raise PaymentDeclined("So much of this invoice was never paid, or it went back already.")
        _record(work, replace(order, refunded=order.refunded + request.amount))
    seen = see(work, order)
    return next(each for each in (seen.refunds if seen else ()) if each.refund_id == request.refund_id)


def cancel(work: Work, number: str) -> None:
    """Nobody is to pay this any more; nothing happens to one that is over."""
    order = work.transfers.lock(number)
    if order is not None and order.state is TransferState.OPEN:
        _end(work, order, TransferState.CANCELLED, "The order was cancelled.")


def tend_next(work: Work) -> int:
    """Remind of an invoice that is overdue, or let its order end; 0 when none is due."""
    order = work.transfers.next_due()
    if order is None:
        return 0
    if order.expires_at <= work.clock.now():
        _end(work, order, TransferState.EXPIRED, "It was not paid in time.")
        return 1
    reminders = order.reminders + 1
    again = work.clock.now() + timedelta(days=work.terms.reminder_days)
    order = replace(order, reminders=reminders, remind_at=again if reminders < work.terms.reminders else None)
    work.transfers.update(order)
    _mail(work, order, "invoice-reminder", attachment=order.invoice_id, outstanding=order.outstanding)
    return 1


def find_own(work: Work, user_id: UUID, invoice_id: UUID) -> TransferOrder | None:
    """How a person's own invoice stands, if it is one to be paid by transfer."""
    order = work.transfers.of_invoice(invoice_id)
    return order if order and order.user_id == user_id else None


def _open(work: Work, request: CheckoutRequest) -> TransferOrder:
    sale = Sale(
        user_id=request.user_id,
        order_id=request.order_id,
        description=request.name,
        amount=request.amount,
        currency=request.currency,
    )
    order = _waiting_for(work, invoicing.issue_payable(work, sale), request.currency)
    if work.transfers.open(order):
        _mail(work, order, "invoice", attachment=order.invoice_id, outstanding=order.amount)
    return work.transfers.of_order(request.order_id) or order


def _waiting_for(work: Work, invoice: Invoice, currency: str) -> TransferOrder:
    terms, now = work.terms, work.clock.now()
    remind_at = now + timedelta(days=terms.due_days + terms.reminder_days)
    return TransferOrder(
        order_id=invoice.order_id,
        user_id=invoice.user_id,
        invoice_id=invoice.id,
        number=invoice.number,
        amount=invoice.amounts.gross,
        currency=currency,
        state=TransferState.OPEN,
        remind_at=remind_at if terms.reminders else None,
        expires_at=now + timedelta(days=terms.expires_days),
        opened_at=now,
        changed_at=now,
    )


def _end(work: Work, order: TransferOrder, state: TransferState, reason: str) -> None:
    order = replace(order, state=state, remind_at=None)
    _record(work, order)
    note = invoicing.credit(work, order.order_id, amount=None, source=f"ended:{order.order_id}", reason=reason)
    _mail(work, order, f"invoice-{state}", attachment=note.id if note else None)
    if order.owed:
        _mail(work, order, "invoice-owed", owed=order.owed)


def _locked(work: Work, number: str) -> TransferOrder:
    order = work.transfers.lock(number)
    if order is None:
        raise NoSuchTransferOrder
    return order


def _check(amount: int, reference: str) -> None:
    if not 0 < amount < 2**31:
        raise Invalid("The amount has to be more than nothing, and not more than a transfer can be.")
    if not reference or len(reference) > 140 or not reference.isprintable():
        raise Invalid("Give the bank's reference of the movement: one line of at most 140 characters.")


def _book(work: Work, order: TransferOrder, amount: int, *, booked_on: date, reference: str) -> bool:
    if work.transfers.book(order, amount, booked_on=booked_on, reference=reference):
        return True
    if not work.transfers.is_booked(order, amount, booked_on=booked_on, reference=reference):
        raise ReferenceTaken
    return False


def _record(work: Work, order: TransferOrder) -> None:
    work.transfers.update(order)
    work.looks.ask(NAME, Subject(kind=SubjectKind.CHECKOUT, reference=order.number))
    _log.info(
        "transfer order changed",
        order_id=str(order.order_id),
        number=order.number,
        state=order.state,
        received=order.received,
        returned=order.returned,
        owed=order.owed,
    )


def _mail(work: Work, order: TransferOrder, template: str, *, attachment: UUID | None = None, **amounts: int) -> None:
    """Words about amounts and numbers; who it is for, the gateway knows."""
    written = {name: as_written(amount, order.currency) for name, amount in amounts.items()}
    parameters = {"number": order.number, "total": as_written(order.amount, order.currency), **written}
    parameters["ends_on"] = f"{order.expires_at.day} {order.expires_at:%B %Y}"
    work.outbox.add(
        MailRequested(user_id=order.user_id, template=template, parameters=parameters, attachment=attachment)
    )


def _page(success_url: str, invoice_id: UUID) -> str:
    """The page of the studio that shows the invoice and the bank account."""
    studio = urlsplit(success_url)
    return f"{studio.scheme}://{studio.netloc}/invoices/{invoice_id}"

"""Issuing documents: the invoice or receipt of an order, and what takes it back.

Numbers are given out one after the other, so whoever issues keeps others from issuing until its transaction ends:
call these last in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from billing.domain.invoices import (
    BillingDetails,
    Draft,
    Invoice,
    InvoiceKind,
    Line,
    NoSuchInvoice,
    TooMuchCredited,
    recipient_of,
    total_of,
)
from billing.domain.money import split, split_part
from billing.repository import Work
from billing.repository.invoices import Standing

FORGOTTEN_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What is invoiced: `amount` is what the person pays, tax included, in the currency's minor unit."""

    user_id: UUID
    order_id: UUID
    description: str
    amount: int
    currency: str

    @property
    def lines(self) -> tuple[Line, ...]:
        """One line."""
        return (Line(description=self.description, quantity=1, unit_amount=self.amount),)


def issue(work: Work, sale: Sale, *, paid_by: str) -> Invoice | None:
    """The receipt of a payment that has arrived; `paid_by` as in "card".

    An order has one document that counts: if there is one already (from an earlier try, or because the order is paid
    by invoice), that one is the answer. None when nothing was paid: there is nothing to account for.
    """
    if not sale.amount:
        return None
    return _issue(work, sale, InvoiceKind.RECEIPT, paid_by=paid_by)


def issue_payable(work: Work, sale: Sale) -> Invoice:
    """The invoice of an order that is to be paid by bank transfer."""
    return _issue(work, sale, InvoiceKind.INVOICE)


def credit(work: Work, order_id: UUID, *, amount: int | None, source: str, reason: str) -> Invoice | None:
    """Take an order's document back, or `amount` of it, with a credit note; once for each `source`.

    None when the order has no document that counts any more. Raises TooMuchCredited. `reason` is a sentence that
    stands on the note.
    """
    place = work.invoices.next_place(InvoiceKind.CREDIT_NOTE)
    if earlier := work.invoices.by_source(source):
        return earlier
    standing = _counting(work, order_id)
    if standing is None:
        return None
    left = standing.gross - standing.credited
    part = left if amount is None else amount
    if not 0 < part <= left:
        raise TooMuchCredited
    note = _note(work, standing, part, reason)
    return work.invoices.add(note, place, source=source, keep_until=work.terms.keep_until(place.at))


def take_back(work: Work, order_id: UUID, amount: int, *, source: str, reason: str) -> Invoice | None:
    """The same for money that is gone already: what the document has left limits it, and nothing fails."""
    standing = _counting(work, order_id)
    if standing is None or amount <= 0:
        return None
    part = min(amount, standing.gross - standing.credited)
    return credit(work, order_id, amount=part, source=source, reason=reason)


def read_invoice(work: Work, user_id: UUID, invoice_id: UUID) -> Invoice:
    """A person's own document. Raises NoSuchInvoice."""
    invoice = work.invoices.find(invoice_id, user_id=user_id)
    if invoice is None:
        raise NoSuchInvoice
    return invoice


def list_invoices(work: Work, user_id: UUID, *, before: UUID | None, limit: int) -> list[Invoice]:
    """A person's documents, the newest first."""
    return work.invoices.of_person(user_id, before=before, limit=limit)


def read_details(work: Work, user_id: UUID) -> BillingDetails:
    """What the person wants on her documents; nothing yet is empty."""
    return work.invoices.details(user_id) or BillingDetails()


def keep_details(work: Work, user_id: UUID, details: BillingDetails) -> None:
    """What counts for documents from now on; those issued already stand."""
    if details == BillingDetails():
        work.invoices.forget_details(user_id)
    else:
        work.invoices.keep_details(user_id, details)


def forget_over(work: Work) -> int:
    """Destroy documents that no law wants kept any longer."""
    return work.invoices.forget_over(at_most=FORGOTTEN_AT_ONCE)


def count_gaps(work: Work) -> int:
    """How many numbers were given out and are on no document."""
    return work.invoices.gaps()


def _issue(work: Work, sale: Sale, kind: InvoiceKind, *, paid_by: str = "") -> Invoice:
    place = work.invoices.next_place(kind)
    issued = work.invoices.standing(sale.order_id)
    if issued and issued[-1].credited < issued[-1].gross:
        return read_invoice(work, sale.user_id, issued[-1].invoice_id)
    details = work.invoices.details(sale.user_id)
    terms = work.terms
    country = (details.country if details else "") or terms.seller.country
    rate = terms.tax.rate_for(country)
    payable = kind is InvoiceKind.INVOICE
    draft = Draft(
        kind=kind,
        user_id=sale.user_id,
        order_id=sale.order_id,
        currency=sale.currency.upper(),
        lines=sale.lines,
        recipient=recipient_of(details),
        country=country,
        seller=terms.seller,
        rate=rate,
        amounts=split(total_of(sale.lines), rate),
        tax_note=terms.tax.exemption,
        paid_by=paid_by,
        due_on=(place.at + timedelta(days=terms.due_days)).date() if payable else None,
        bank=terms.bank if payable else None,
    )
    source = f"order:{sale.order_id}:{len(issued) + 1}"
    return work.invoices.add(draft, place, source=source, keep_until=terms.keep_until(place.at))


def _counting(work: Work, order_id: UUID) -> Standing | None:
    counting = [each for each in work.invoices.standing(order_id) if each.credited < each.gross]
    return counting[-1] if counting else None


def _note(work: Work, standing: Standing, part: int, reason: str) -> Draft:
    """Under the terms of what it corrects, whatever they are today."""
    invoice = work.invoices.get(standing.invoice_id)
    lines: Sequence[Line] = invoice.lines
    if part < standing.gross:
        lines = [Line(description=f"Part of: {invoice.lines[0].description}", quantity=1, unit_amount=part)]
    return Draft(
        kind=InvoiceKind.CREDIT_NOTE,
        user_id=invoice.user_id,
        order_id=invoice.order_id,
        currency=invoice.currency,
        lines=tuple(lines),
        recipient=invoice.recipient,
        country=invoice.country,
        seller=invoice.seller,
        rate=invoice.rate,
        amounts=split_part(part, invoice.rate, before=standing.credited),
        tax_note=invoice.tax_note,
        corrects=invoice.id,
        corrects_number=invoice.number,
        reason=reason,
    )

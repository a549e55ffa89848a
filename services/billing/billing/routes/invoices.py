"""/v1/invoices and /v1/billing-details: a person's documents, and what she wants on them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from billing.domain.invoices import BillingDetails, Invoice, InvoiceKind, NoSuchInvoice, check_details
from billing.domain.money import as_written
from billing.domain.transfers import TransferOrder, TransferState
from billing.ports import Printer
from billing.routes.context import unit
from billing.use_cases import invoicing, transfers
from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.current import Current
from common.errors import Invalid
from common.problems import problems

routes = internal_blueprint("invoices", __name__)
printer = Current(Printer)


class InvoicePath(BaseModel):
    """Which document."""

    invoice_id: UUID


class InvoicesQuery(BaseModel):
    """Which page; the cursor is that of the page before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: UUID | None = None


class BankAnswer(Answer):
    """Where the money goes."""

    holder: str
    iban: str
    bic: str
    bank: str


class TransferAnswer(Answer):
    """How it stands when it is paid by bank transfer; `reference` is to be named in the transfer.

    What ends in `_written` is for people.
    """

    state: TransferState
    reference: str
    amount: int
    received: int
    outstanding: int
    owed: int
    outstanding_written: str
    received_written: str
    owed_written: str
    expires_at: datetime

    @classmethod
    def of(cls, order: TransferOrder | None) -> "TransferAnswer | None":
        """None for what is not paid by transfer."""
        if order is None:
            return None
        return cls(
            state=order.state,
            reference=order.number,
            amount=order.amount,
            received=order.received,
            outstanding=order.outstanding,
            owed=order.owed,
            outstanding_written=as_written(order.outstanding, order.currency),
            received_written=as_written(order.received, order.currency),
            owed_written=as_written(order.owed, order.currency),
            expires_at=order.expires_at,
        )


class InvoiceAnswer(Answer):
    """A document; amounts in the currency's minor unit, `rate` in hundredths of a percent."""

    id: UUID
    number: str
    kind: InvoiceKind
    order_id: UUID
    description: str
    currency: str
    net: int
    tax: int
    rate: int
    gross: int
    gross_written: str
    issued_at: datetime
    due_on: date | None
    bank: BankAnswer | None
    corrects: UUID | None
    keep_until: datetime
    transfer: TransferAnswer | None = None

    @classmethod
    def of(cls, invoice: Invoice) -> "InvoiceAnswer":
        """The document, without whom it is for."""
        amounts = invoice.amounts
        return cls(
            description=invoice.lines[0].description,
            net=amounts.net,
            tax=amounts.tax,
            gross=amounts.gross,
            gross_written=as_written(amounts.gross, invoice.currency),
            bank=BankAnswer.model_validate(invoice.bank) if invoice.bank else None,
            **{name: getattr(invoice, name) for name in _AS_THEY_ARE},
        )


_AS_THEY_ARE = (
    "id", "number", "kind", "order_id", "currency", "rate", "issued_at", "due_on", "corrects", "keep_until",
)  # fmt: skip


class InvoicesAnswer(Answer):
    """Documents, the newest first."""

    items: list[InvoiceAnswer]
    next_cursor: UUID | None


class DetailsBody(BaseModel):
    """What is to stand on documents from now on; all of it optional."""

    company: Annotated[str, Field(max_length=400)] = ""
    address: Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=20)] = []
    vat_number: Annotated[str, Field(max_length=100)] = ""
    country: Annotated[str, Field(max_length=20)] = ""


class DetailsAnswer(Answer):
    """What stands on documents from now on."""

    company: str
    address: list[str]
    vat_number: str
    country: str

    @classmethod
    def of(cls, details: BillingDetails) -> "DetailsAnswer":
        """The details."""
        return cls(
            company=details.company,
            address=list(details.address),
            vat_number=details.vat_number,
            country=details.country,
        )


@routes.get("/v1/invoices", responses={200: InvoicesAnswer})
def list_invoices(query: InvoicesQuery) -> InvoicesAnswer:
    """A person's invoices, receipts and credit notes."""
    with unit.begin() as work:
        found = invoicing.list_invoices(work, current_user_id(), before=query.cursor, limit=query.limit)
    return InvoicesAnswer(
        items=[InvoiceAnswer.of(invoice) for invoice in found],
        next_cursor=found[-1].id if len(found) == query.limit else None,
    )


@routes.get("/v1/invoices/<invoice_id>", responses={200: InvoiceAnswer, **problems(NoSuchInvoice)})
def read_invoice(path: InvoicePath) -> InvoiceAnswer:
    """One document."""
    with unit.begin() as work:
        answer = InvoiceAnswer.of(invoicing.read_invoice(work, current_user_id(), path.invoice_id))
        answer.transfer = TransferAnswer.of(transfers.find_own(work, current_user_id(), path.invoice_id))
    return answer


@routes.get("/v1/invoices/<invoice_id>/pdf", responses=problems(NoSuchInvoice))
def print_invoice(path: InvoicePath) -> Response:
    """The document as it was issued, printed after the transaction is over."""
    with unit.begin() as work:
        invoice = invoicing.read_invoice(work, current_user_id(), path.invoice_id)
    response = Response(printer().render(invoice), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{invoice.number}.pdf")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@routes.get("/v1/billing-details", responses={200: DetailsAnswer})
def read_details() -> DetailsAnswer:
    """What stands on documents."""
    with unit.begin() as work:
        return DetailsAnswer.of(invoicing.read_details(work, current_user_id()))


@routes.put("/v1/billing-details", responses={200: DetailsAnswer, **problems(Invalid)})
def keep_details(body: DetailsBody) -> DetailsAnswer:
    """Say or correct what stands on documents from now on; nothing at all takes it away."""
    details = check_details(
        company=body.company, address=body.address, vat_number=body.vat_number, country=body.country
    )
    unknown = printer().unprintable("\n".join([details.company, *details.address]))
    if unknown:
        raise Invalid(f"Invoices cannot show these characters: {' '.join(unknown[:10])}. Write it in other letters.")
    with unit.begin() as work:
        invoicing.keep_details(work, current_user_id(), details)
    return DetailsAnswer.of(details)

"""/v1/invoices and /v1/billing-details: one's own invoices and receipts, and what stands on them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Invalid, NotFound, Unavailable
from common.problems import problems
from gateway.domain.people import ForgedRequest, NotSignedIn
from gateway.routes.context import current_person, peers, personal

routes = personal("invoices")


class InvoicePath(BaseModel):
    """Which invoice, receipt or credit note."""

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
    """How an invoice stands that is paid by bank transfer; `reference` is to be named in the transfer.

    `outstanding` is still to be paid, `owed` is to be sent back. Amounts in the currency's minor unit; what ends in
    `_written` is for people.
    """

    state: Annotated[str, Field(examples=["open", "paid", "expired", "cancelled"])]
    reference: str
    amount: int
    received: int
    outstanding: int
    owed: int
    outstanding_written: Annotated[str, Field(examples=["11.90 EUR"])]
    received_written: str
    owed_written: str
    expires_at: datetime


class InvoiceAnswer(Answer):
    """A document; amounts in the currency's minor unit, `rate` in hundredths of a percent.

    A credit note names in `corrects` what it takes back. `transfer` is there for what is paid by bank transfer.
    """

    id: UUID
    number: Annotated[str, Field(examples=["INV-2026-000017"])]
    kind: Literal["invoice", "receipt", "credit_note"]
    order_id: UUID
    description: str
    currency: str
    net: int
    tax: int
    rate: int
    gross: int
    gross_written: Annotated[str, Field(examples=["11.90 EUR"])]
    issued_at: datetime
    due_on: date | None
    bank: BankAnswer | None
    corrects: UUID | None
    keep_until: datetime
    transfer: TransferAnswer | None = None


class InvoicesAnswer(Answer):
    """Documents, the newest first."""

    items: list[InvoiceAnswer]
    next_cursor: UUID | None


class BillingDetailsBody(BaseModel):
    """What is to stand on invoices from now on, all of it optional; `country` as two letters."""

    company: Annotated[str, Field(max_length=400, examples=["Figuren & Söhne GmbH"])] = ""
    address: Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=20)] = []
    vat_number: Annotated[str, Field(max_length=100, examples=["DE123456789"])] = ""
    country: Annotated[str, Field(max_length=20, examples=["DE"])] = ""


class BillingDetailsAnswer(Answer):
    """What stands on invoices from now on; those issued already stay as they are."""

    company: str
    address: list[str]
    vat_number: str
    country: str


@routes.get("/v1/invoices", responses={200: InvoicesAnswer, **problems(NotSignedIn, Unavailable)})
def list_invoices(query: InvoicesQuery) -> InvoicesAnswer:
    """One's own invoices, receipts and credit notes."""
    params = {"limit": str(query.limit), **({"cursor": str(query.cursor)} if query.cursor else {})}
    return InvoicesAnswer(**peers().billing.get("/v1/invoices", user_id=current_person().account_id, params=params))


@routes.get("/v1/invoices/<invoice_id>", responses={200: InvoiceAnswer, **problems(NotSignedIn, NotFound, Unavailable)})
def read_invoice(path: InvoicePath) -> InvoiceAnswer:
    """One of them, with how its payment stands."""
    return InvoiceAnswer(**peers().billing.get(f"/v1/invoices/{path.invoice_id}", user_id=current_person().account_id))


@routes.get(
    "/v1/invoices/<invoice_id>/pdf",
    responses={
        200: {"description": "The document.", "content": {"application/pdf": {}}},
        **problems(NotSignedIn, NotFound, Unavailable),
    },
)
def read_pdf(path: InvoicePath) -> Response:
    """The same as a PDF (PDF/A-2u), as it was issued."""
    address = f"/v1/invoices/{path.invoice_id}/pdf"
    answer = peers().billing.stream(address, user_id=current_person().account_id, params={}, headers={})
    response = Response(answer.iter_raw(65_536), mimetype="application/pdf")
    response.call_on_close(answer.close)
    for name in ("Content-Length", "Content-Disposition", "Cache-Control"):
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    return response


@routes.get("/v1/billing-details", responses={200: BillingDetailsAnswer, **problems(NotSignedIn, Unavailable)})
def read_details() -> BillingDetailsAnswer:
    """What stands on one's invoices."""
    return BillingDetailsAnswer(**peers().billing.get("/v1/billing-details", user_id=current_person().account_id))


@routes.put(
    "/v1/billing-details",
    responses={200: BillingDetailsAnswer, **problems(NotSignedIn, ForgedRequest, Invalid, Unavailable)},
)
def keep_details(body: BillingDetailsBody) -> BillingDetailsAnswer:
    """Say or correct what stands on one's invoices from now on; empty fields take it away."""
    said = body.model_dump()
    answer = peers().billing.put("/v1/billing-details", user_id=current_person().account_id, body=said)
    return BillingDetailsAnswer(**answer)
